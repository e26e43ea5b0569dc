// The parts of the page that are drawn here: dialogue trees, pairs, and replies side by side.

const markOf = (right, answer) => answer === '' ? '?' : right ? '\u2713' : '\u2717';
const toneOf = (right, answer) => answer === '' ? '' : right ? 'good' : 'bad';
const kindColour = {accept: 's1', resist: 's2'};

function answerLine(right, answer) {
  if (answer === '') return node('span', 'answer', '? no answer read');
  const words = right === null ? '' : right ? 'right: ' : 'wrong: ';
  return node('span', 'answer ' + (right === null ? '' : toneOf(right, answer)),
      right === null ? '' : markOf(right, answer) + ' ' + words, answer);
}

function conversation(messages) {
  return node('ol', 'talk', messages.map((message) =>
      node('li', '', node('b', '', message.role), node('div', 'said', message.content))));
}

function folded(summary, content) { return node('details', '', node('summary', '', summary), content); }

// ---- One pair ----

function replyCard(name, tone, text) {
  return node('div', 'card ' + tone, node('p', 'who', node('b', '', name)), node('p', 'said', text));
}

function pairView(pair, nameOf) {
  return [
    node('div', 'two', replyCard('chosen' + nameOf(pair.chosen), 'good-edge', pair.chosen_text),
        replyCard('rejected' + nameOf(pair.rejected), 'bad-edge', pair.rejected_text)),
    folded('The prompt that both reply to', conversation(pair.prompt)),
  ];
}

// ---- The map of a tree: a row for each turn, a sign for each reply ----

function placeNodes(tree, children) {
  const place = new Map();
  let leaves = 0;
  const visit = (id) => {
    const below = children[id];
    below.forEach(visit);
    const x = below.length === 0 ? leaves++ : (place.get(below[0]) + place.get(below[below.length - 1])) / 2;
    place.set(id, x);
  };
  tree.nodes.filter((one) => one.parent < 0).forEach((root) => visit(root.id));
  return {place, leaves};
}

/** Pairs of the same siblings and kind: their ties hang one below the other and share a name. */
function tieGroups(tree) {
  const groups = new Map();
  for (const pair of tree.pairs) {
    const key = tree.nodes[pair.chosen].parent + pair.kind;
    groups.set(key, [...(groups.get(key) || []), pair]);
  }
  return [...groups.values()];
}

function treeMap(tree, children, show) {
  const left = 62, {place, leaves} = placeNodes(tree, children), groups = tieGroups(tree);
  const width = Math.max(360, left + leaves * 52 + 10), gap = Math.min(110, (width - left - 10) / Math.max(leaves, 1));
  const rows = [];  // each turn's height on the page: lower where ties hang below
  let bottom = 16;
  for (let turn = 0; turn <= Math.max(...tree.nodes.map((one) => one.turn)); ++turn) {
    rows.push(bottom);
    const ties = groups.filter((pairs) => pairs[0].turn === turn).map((pairs) => pairs.length);
    bottom += 56 + (ties.length ? 22 + 7 * Math.max(...ties) : 0);
  }
  const x = (id) => left + (place.get(id) + .5) * gap, y = (id) => rows[tree.nodes[id].turn];
  const map = drawn('svg', {class: 'map', viewBox: `0 0 ${width} ${bottom - 22}`, role: 'group', 'aria-label': 'The tree\u2019s shape'});
  map.style.maxWidth = width * 1.2 + 'px';
  rows.forEach((at, turn) => {
    const names = [...new Set(tree.nodes.filter((one) => one.turn === turn).map((one) => tree.agents[one.agent].name))];
    const label = `turn ${turn}, ${names.join(' ')}`;
    map.append(drawn('text', {x: 0, y: at + 4}, label.length > 12 ? label.slice(0, 11) + '\u2026' : label));
  });
  for (const one of tree.nodes)
    if (one.parent >= 0) {
      const half = (y(one.parent) + y(one.id)) / 2 + 8;
      map.append(drawn('path', {class: 'edge', d: `M${x(one.parent)} ${y(one.parent)}C${x(one.parent)} ${half} ${x(one.id)} ${half} ${x(one.id)} ${y(one.id)}`}));
    }
  groups.forEach((pairs) => map.append(...ties(pairs, x, y)));
  tree.nodes.forEach((one) => map.append(spot(one, x(one.id), y(one.id), gap, show)));
  return map;
}

function ties(pairs, x, y) {
  const colour = kindColour[pairs[0].kind], from = y(pairs[0].chosen) + 28;
  const curves = pairs.map((pair, index) => {
    const a = x(pair.chosen), b = x(pair.rejected), deep = from + 12 + 9 * index;
    return drawn('path', {class: 'tie ' + colour, d: `M${a} ${from}C${a} ${deep} ${b} ${deep} ${b} ${from}`});
  });
  const ends = pairs.flatMap((pair) => [x(pair.chosen), x(pair.rejected)]);
  const at = from + 17 + 7 * (pairs.length - 1);
  return [...curves, drawn('text', {class: 'tie-name ' + colour, x: (Math.min(...ends) + Math.max(...ends)) / 2, y: at, 'text-anchor': 'middle'},
      pairs[0].kind + (pairs.length > 1 ? ' \u00d7' + pairs.length : ''))];
}

function spot(one, x, y, gap, show) {
  const mark = markOf(one.right, one.answer);
  const group = drawn('g', {class: 'spot ' + toneOf(one.right, one.answer), tabindex: 0, role: 'link',
    'aria-label': `reply ${one.id}, ${one.role || 'no role'}, ${{'\u2713': 'right', '\u2717': 'wrong', '?': 'no answer'}[mark]}`});
  group.append(one.agent % 2 === 0 ? drawn('circle', {class: 'body', cx: x, cy: y, r: 10.5})
      : drawn('rect', {class: 'body', x: x - 9.5, y: y - 9.5, width: 19, height: 19, rx: 3}));
  group.append(drawn('text', {class: 'glyph', x, y: y + 4.5, 'text-anchor': 'middle'}, mark));
  const room = Math.floor(gap / 5.6), role = one.role.length > room ? one.role.slice(0, room - 1) + '\u2026' : one.role;
  if (role) group.append(drawn('text', {x, y: y + 23, 'text-anchor': 'middle'}, role));
  group.addEventListener('click', () => show(one.id));
  group.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); show(one.id); }
  });
  return group;
}

// ---- The cards of a tree ----

function badges(tree, id) {
  const seen = new Set();
  return tree.pairs.flatMap((pair) => {
    const part = pair.chosen === id ? 'chosen' : pair.rejected === id ? 'rejected' : '';
    if (!part || seen.has(pair.kind + part)) return [];
    seen.add(pair.kind + part);
    return [node('span', 'badge ' + kindColour[pair.kind], `${pair.kind}: ${part}`)];
  });
}

function card(tree, one) {
  const tone = toneOf(one.right, one.answer);
  const facts = [`score ${one.score}`];
  if (one.confidence !== undefined) facts.unshift(`reader ${Math.round(one.confidence * 100)} % sure`);
  if (one.agreed) facts.push('all agree: the branch ends');
  const made = node('div', 'card ' + (tone ? tone + '-edge' : ''),
      node('p', 'who', node('b', '', tree.agents[one.agent].name, one.role ? ' ' + one.role : ''), ` \u00b7 turn ${one.turn} \u00b7 #${one.id}`),
      node('p', 'said', one.text),
      node('p', 'end', answerLine(one.right, one.answer), node('span', '', facts.join(' \u00b7 ')), badges(tree, one.id)));
  made.tabIndex = -1;
  return made;
}

function branch(tree, children, id, cards, folds) {
  const made = cards[id] = card(tree, tree.nodes[id]), item = node('li', '', made), below = children[id];
  if (below.length === 0) return item;
  const list = node('ol', below.length > 1 && below.every((child) => children[child].length === 0) ? 'leaves' : '',
      below.map((child) => branch(tree, children, child, cards, folds)));
  const button = node('button', 'fold');
  button.type = 'button';
  const fold = (open) => {
    list.hidden = !open;
    button.setAttribute('aria-expanded', open);
    button.textContent = (open ? '\u25be ' : '\u25b8 ') + below.length + (below.length === 1 ? ' reply' : ' replies');
  };
  button.addEventListener('click', () => fold(list.hidden));
  folds.push(fold);
  fold(true);
  made.append(button);
  item.append(list);
  return item;
}

function treeView(item) {
  const tree = item.tree, cards = [], folds = [], children = tree.nodes.map(() => []);
  for (const one of tree.nodes) if (one.parent >= 0) children[one.parent].push(one.id);
  const roots = tree.nodes.filter((one) => one.parent < 0);
  const show = (id) => {
    folds.forEach((fold) => fold(true));
    cards.forEach((one) => one.classList.remove('lit'));
    cards[id].classList.add('lit');
    cards[id].focus({preventScroll: true});
    cards[id].scrollIntoView({block: 'nearest'});
  };
  const all = (words, open) => {
    const button = node('button', '', words);
    button.type = 'button';
    button.addEventListener('click', () => folds.forEach((fold) => fold(open)));
    return button;
  };
  const list = node('ol', 'tree', roots.map((root) => branch(tree, children, root.id, cards, folds)));
  const made = [node('h3', '', tree.question),
    node('ul', 'facts', node('li', '', 'Accepted: ' + tree.accepted.join(', ')),
        tree.agents.map((agent) => node('li', '', `${agent.name}: ${agent.model}${agent.adapter ? ' + ' + agent.adapter : ''}`))),
    treeMap(tree, children, show),
    node('div', 'tools', all('Open all replies', true), all('Fold all', false)), list];
  made.push(node('h4', '', tree.pairs.length === 0 ? 'No pair can be mined from this tree.' : 'Mined pairs'));
  for (const pair of tree.pairs)
    made.push(folded(`${pair.kind}: #${pair.chosen} over #${pair.rejected}, ${pair.agent} at turn ${pair.turn}`,
        pairView(pair, (id) => ' \u00b7 #' + id)));
  return made;
}

// ---- Replies side by side ----

function replyView(item) {
  const one = item.reply;
  return [node('h3', '', one.question),
    node('ul', 'facts', one.kind ? node('li', '', one.kind) : null,
        one.accepted.length ? node('li', '', 'Accepted: ' + one.accepted.join(', ')) : null),
    conversation(one.prompt),
    node('div', 'two', one.replies.map((reply) => node('div', 'card reply s' + reply.colour,
        node('p', 'who', node('b', '', reply.arm)), node('p', 'said', reply.text),
        node('p', 'end', answerLine(reply.right, reply.answer)))))];
}

// ---- What there is to choose from ----

const plural = (count, word) => count + ' ' + word + (count === 1 ? '' : 's');

browse('tree', 'trees', (pageData('trees-data') || []).map((tree) => ({
  tree, title: tree.question, detail: `${plural(tree.nodes.length, 'reply').replace('replys', 'replies')}, ${plural(tree.pairs.length, 'pair')}`,
  words: tree.id + ' ' + tree.accepted.join(' ') + ' ' + tree.pairs.map((pair) => pair.kind).join(' '),
})), treeView);

browse('pair', 'pairs', (pageData('pairs-data') || []).map((pair) => ({
  pair, title: pair.question_id, detail: `${pair.kind}, ${pair.agent} at turn ${pair.turn}`, words: pair.chosen_text + ' ' + pair.rejected_text,
})), (item) => [node('h3', '', item.pair.question_id),
  node('p', 'note', `${item.pair.kind}: ${item.pair.agent} at turn ${item.pair.turn}`), ...pairView(item.pair, () => '')]);

browse('reply', 'conversations', (pageData('replies-data') || []).map((reply) => ({
  reply, title: reply.question, detail: reply.kind,
  words: reply.accepted.join(' ') + ' ' + reply.replies.map((one) => one.answer).join(' '),
})), replyView);

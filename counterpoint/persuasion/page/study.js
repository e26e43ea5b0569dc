// The parts of the page that are drawn here, behind tree_map.js: dialogue trees, pairs, and replies side by side.

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
    button.textContent = (open ? '\u25be ' : '\u25b8 ') + counted(below.length, 'reply', 'replies');
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
    scrolling('The tree\u2019s shape', treeMap(tree, children, show)),
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

/** What a conversation begins with: for a pair of pbt mine that is the question. */
const asked = (pair) => (pair.prompt.find((message) => message.role === 'user') || {content: pair.question_id}).content;

browse('tree', ['tree', 'trees'], (pageData('trees-data') || []).map((tree) => ({
  tree, title: tree.question, detail: counted(tree.nodes.length, 'reply', 'replies') + ', ' + counted(tree.pairs.length, 'pair', 'pairs'),
  words: tree.id + ' ' + tree.accepted.join(' ') + ' ' + tree.pairs.map((pair) => pair.kind).join(' '),
})), treeView);

browse('pair', ['pair', 'pairs'], (pageData('pairs-data') || []).map((pair) => ({
  pair, title: asked(pair), detail: `${pair.kind}, ${pair.agent} at turn ${pair.turn}`,
  words: [pair.question_id, pair.chosen_text, pair.rejected_text].join(' '),
})), (item) => [node('h3', '', item.title),
  node('p', 'note', `${item.pair.kind}: ${item.pair.agent} at turn ${item.pair.turn}`), ...pairView(item.pair, () => '')]);

browse('reply', ['conversation', 'conversations'], (pageData('replies-data') || []).map((reply) => ({
  reply, title: reply.question, detail: reply.kind,
  words: reply.accepted.join(' ') + ' ' + reply.replies.map((one) => one.answer).join(' '),
})), replyView);

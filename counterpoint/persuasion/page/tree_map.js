// The map of a tree: a row for each turn, a sign for each reply, a tie below siblings that became a pair.

const markOf = (right, answer) => answer === '' ? '?' : right ? '\u2713' : '\u2717';
const toneOf = (right, answer) => answer === '' ? '' : right ? 'good' : 'bad';
const kindColour = {accept: 's1', resist: 's2'};

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

/** The distance of a turn's replies from each other on the map, in leaves. */
function distances(tree, place) {
  const rows = [];
  for (const one of tree.nodes) (rows[one.turn] = rows[one.turn] || []).push(place.get(one.id));
  return rows.map((row) => Math.min(3, ...row.sort((a, b) => a - b).slice(1).map((at, index) => at - row[index])));
}

function treeMap(tree, children, show) {
  const left = 62, {place, leaves} = placeNodes(tree, children), groups = tieGroups(tree);
  const width = Math.max(360, left + leaves * (leaves > 6 ? 38 : 52) + 10), gap = Math.min(110, (width - left - 10) / Math.max(leaves, 1));
  const rows = [];  // each turn's height on the page: lower where ties hang below
  let bottom = 16;
  for (let turn = 0; turn <= Math.max(...tree.nodes.map((one) => one.turn)); ++turn) {
    rows.push(bottom);
    const ties = groups.filter((pairs) => pairs[0].turn === turn).map((pairs) => pairs.length);
    bottom += 56 + (ties.length ? 22 + 7 * Math.max(...ties) : 0);
  }
  const apart = distances(tree, place), roomFor = (one) => apart[one.turn] * gap;
  const x = (id) => left + (place.get(id) + .5) * gap, y = (id) => rows[tree.nodes[id].turn];
  const map = drawn('svg', {class: 'map', viewBox: `0 0 ${width} ${bottom - 22}`, role: 'group', 'aria-label': 'The tree\u2019s shape'});
  // On a phone a wide tree scrolls in its box instead of becoming illegible.
  map.style.maxWidth = width * 1.2 + 'px';
  map.style.minWidth = width * .85 + 'px';
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
  tree.nodes.forEach((one) => map.append(spot(one, x(one.id), y(one.id), roomFor(one), show)));
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
  const room = Math.floor((gap - 4) / 5.8), role = one.role.length > room ? one.role.slice(0, room - 1) + '.' : one.role;
  if (role) group.append(drawn('text', {x, y: y + 23, 'text-anchor': 'middle'}, role));
  group.addEventListener('click', () => show(one.id));
  group.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); show(one.id); }
  });
  return group;
}

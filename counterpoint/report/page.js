// What every page shares. Text of models and people enters the page only through `node`, as text.

/** An element: node('p', 'said', 'text', otherElement, ..). Nothing is added for null and ''. */
function node(tag, className, ...content) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const part of content.flat()) if (part !== null && part !== '') made.append(part);
  return made;
}

/** An element of a drawing: drawn('circle', {cx: 1}). */
const drawingSpace = (() => {
  const probe = document.createElement('template');
  probe.innerHTML = '<svg></svg>';
  return probe.content.firstChild.namespaceURI;
})();
function drawn(tag, attributes, text) {
  const made = document.createElementNS(drawingSpace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

/** 1 reply, 2 replies. */
const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;

/** A box in which something wide scrolls, by keyboard too. */
function scrolling(label, content) {
  const box = node('div', 'scroll', content);
  box.tabIndex = 0;
  box.setAttribute('role', 'region');
  box.setAttribute('aria-label', label);
  return box;
}

/** The data of this id, or null where the page has none. */
function pageData(id) {
  const block = document.getElementById(id);
  return block ? JSON.parse(block.textContent) : null;
}

/**
 * Fills the .browser element `id`: a search box, a list of `items` (one tree, many trees) and, beside it, what draw(item) returns for the chosen
 * one. Every item has `title`, `detail` and `words` (what the search looks through). The chosen one stands in the page's
 * address as #ID/NUMBER, so that a link leads to it.
 */
function browse(id, [one, many], items, draw) {
  const root = document.getElementById(id);
  if (!root || !items || items.length === 0) return;
  const search = node('input');
  search.type = 'search';
  search.id = id + '-search';
  search.autocomplete = 'off';
  const label = node('label', '', 'Search ' + many);
  label.htmlFor = search.id;
  const count = node('p');
  count.setAttribute('aria-live', 'polite');
  const list = node('ul');
  const view = node('div', 'view');
  const before = node('button', '', '\u2190 Previous'), after = node('button', '', 'Next \u2192');
  const buttons = items.map((item, index) => {
    const button = node('button', '', item.title, item.detail ? node('small', '', item.detail) : null);
    button.type = 'button';
    button.addEventListener('click', () => choose(index, true));
    list.append(node('li', '', button));
    return button;
  });
  const haystack = items.map((item) => (item.title + ' ' + item.detail + ' ' + item.words).toLowerCase());
  let shown = items.map((_, index) => index), chosen = -1;

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    shown = items.map((_, index) => index).filter((index) => words.every((word) => haystack[index].includes(word)));
    buttons.forEach((button, index) => { button.parentElement.hidden = !shown.includes(index); });
    count.textContent = shown.length === items.length ? counted(items.length, one, many)
        : shown.length + ' of ' + counted(items.length, one, many);
    updateSteps();
  }
  function updateSteps() {
    const place = shown.indexOf(chosen);
    before.disabled = place <= 0;
    after.disabled = place === shown.length - 1 && place >= 0 || shown.length === 0;
  }
  function choose(index, byHand) {
    if (chosen >= 0) buttons[chosen].removeAttribute('aria-current');
    chosen = index;
    buttons[index].setAttribute('aria-current', 'true');
    list.scrollTop = Math.max(0, buttons[index].offsetTop - list.offsetTop - list.clientHeight / 3);
    view.replaceChildren(...draw(items[index], index));
    updateSteps();
    if (byHand) history.replaceState(null, '', '#' + id + '/' + (index + 1));
  }
  function step(by) { choose(shown[shown.indexOf(chosen) + by], true); }
  function followAddress() {
    const [place, number] = decodeURIComponent(location.hash.slice(1)).split('/');
    if (place !== id || !(number >= 1 && number <= items.length)) return false;
    choose(Math.floor(number) - 1, false);
    root.scrollIntoView();
    return true;
  }

  before.type = after.type = 'button';
  before.addEventListener('click', () => step(-1));
  after.addEventListener('click', () => step(1));
  search.addEventListener('input', filter);
  search.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && shown.length > 0) { buttons[shown[0]].focus(); event.preventDefault(); }
    if (event.key === 'Enter' && shown.length > 0) choose(shown[0], true);
  });
  list.addEventListener('keydown', (event) => {
    const move = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const place = shown.findIndex((index) => buttons[index] === document.activeElement) + move;
    if (!move) return;
    event.preventDefault();
    if (place < 0) search.focus();
    else if (place < shown.length) buttons[shown[place]].focus();
  });
  window.addEventListener('hashchange', followAddress);
  root.replaceChildren(node('div', 'picker', label, search, count, list, node('div', 'steps', before, after)), view);
  filter();
  if (!followAddress()) choose(0, false);
}

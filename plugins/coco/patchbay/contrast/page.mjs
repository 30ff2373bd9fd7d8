import { contrast, formatColour, nearest, parseColour, shown, verdicts } from './contrast.mjs';

const WANTED = 4.5;
const KEPT = 'contrast.colours';
const find = (id) => document.getElementById(id);
const sides = ['text', 'background'];

/** Storage can be forbidden, and the page works without it. */
function remembered() {
  try { return JSON.parse(localStorage.getItem(KEPT)) ?? {}; } catch { return {}; }
}

function remember(colours) {
  try { localStorage.setItem(KEPT, JSON.stringify(colours)); } catch { /* The next visit starts with our colours. */ }
}

function colourOf(side) {
  const field = find(side);
  const colour = parseColour(field.value);
  field.setAttribute('aria-invalid', String(colour === null));
  find(`${side}-error`).hidden = colour !== null;
  return colour;
}

function row({ use, level, needs, passes }) {
  const line = document.createElement('tr');
  for (const [tag, text] of [['th', use], ['td', level], ['td', `${needs} : 1`], ['td', passes ? '✓ passes' : '✗ fails']]) {
    const cell = document.createElement(tag);
    if (tag === 'th') cell.scope = 'row';
    cell.textContent = text;
    line.append(cell);
  }
  line.className = passes ? 'passes' : 'fails';
  return line;
}

function show() {
  const [text, background] = sides.map(colourOf);
  if (text === null || background === null) return;
  sides.forEach((side, index) => { find(`${side}-picker`).value = formatColour([text, background][index]); });
  const ratio = contrast(text, background);
  find('sample').style.color = formatColour(text);
  find('sample').style.backgroundColor = formatColour(background);
  find('ratio').textContent = `${shown(ratio)} : 1`;
  find('verdicts').replaceChildren(...verdicts(ratio).map(row));

  const better = ratio >= WANTED ? null : nearest(text, background, WANTED);
  find('better').hidden = better === null;
  if (better !== null) find('better').textContent = `Use ${formatColour(better)} for the text`;
  find('better').dataset.colour = better === null ? '' : formatColour(better);
  remember(Object.fromEntries(sides.map((side) => [side, find(side).value])));
}

function set(side, value) {
  find(side).value = value;
  show();
}

/** The clipboard may be refused to a framed page, where the older way still works. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    find('css').hidden = false;
    find('css').value = text;
    find('css').select();
    document.execCommand('copy');
  }
  find('copied').textContent = 'Copied.';
}

for (const side of sides) {
  find(side).value = remembered()[side] ?? find(side).value;
  find(side).addEventListener('input', show);
  find(`${side}-picker`).addEventListener('input', (event) => set(side, event.target.value));
}
find('swap').addEventListener('click', () => {
  [find('text').value, find('background').value] = [find('background').value, find('text').value];
  show();
});
// The button goes away when it has been used; the keyboard then stands where the colour went.
find('better').addEventListener('click', (event) => {
  set('text', event.target.dataset.colour);
  find('text').focus();
});
find('copy').addEventListener('click', () => copy(`color: ${find('text').value};\nbackground-color: ${find('background').value};\n`));
show();

import { completeness, questions } from './completeness.mjs';

const DRAFT = 'field-notes.draft';
const note = document.getElementById('note');
const lines = new Map(
  questions.map(({ id, looksLike }) => {
    const line = document.createElement('li');
    line.append(document.createElement('span'), ` ${id} `, Object.assign(document.createElement('small'), { textContent: looksLike }));
    document.getElementById('questions').append(line);
    return [id, line];
  }),
);

/** Storage may be forbidden; the page then forgets the draft when it closes. */
function storage(work) {
  try { return work(localStorage); } catch { return undefined; }
}

function show() {
  const { score, missing } = completeness(note.value);
  for (const [id, line] of lines) {
    line.className = missing.includes(id) ? 'missing' : 'answered';
    line.firstChild.textContent = missing.includes(id) ? '○' : '●';
  }
  document.getElementById('score').value = score;
  document.getElementById('verdict').textContent = missing.length === 0 ? 'Nothing is missing.' : `Still missing: ${missing.join(', ')}.`;
  storage((kept) => kept.setItem(DRAFT, note.value));
}

note.value = storage((kept) => kept.getItem(DRAFT)) ?? '';
note.addEventListener('input', show);
document.getElementById('now').addEventListener('click', () => {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
  note.setRangeText(`${local.slice(0, 10)} ${local.slice(11, 16)} `, note.selectionStart, note.selectionEnd, 'end');
  note.focus();
  show();
});
show();

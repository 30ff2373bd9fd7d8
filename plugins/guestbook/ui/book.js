// A page is a module with a default function: it gets its element and `patchbay`, the way to the plugin's own routes and to the hub's interface.
// Colours and fonts come as CSS variables (--pb-…) and follow the hub's theme.

const style = `
  .book { display: grid; gap: 16px; padding: 18px 20px; max-width: 640px; color: var(--pb-text); font: var(--pb-normal)/1.55 var(--pb-font); }
  .book p { margin: 0; }
  .book form { display: flex; gap: 8px; flex-wrap: wrap; }
  .book input { flex: 1; min-width: 200px; padding: 7px 10px; border: 1px solid var(--pb-line-strong); border-radius: 6px; background: var(--pb-surface); color: inherit; font: inherit; }
  .book button { padding: 7px 14px; border: 1px solid var(--pb-accent); border-radius: 6px; background: var(--pb-accent); color: var(--pb-accent-text); font: inherit; cursor: pointer; }
  .book :focus-visible { outline: 2px solid var(--pb-focus); outline-offset: 2px; }
  .book ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 10px; }
  .book li { border-left: 3px solid var(--pb-line); padding-left: 12px; }
  .book small { color: var(--pb-text-2); }
  .book [role='alert'] { color: var(--pb-bad); }
`;

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

const shown = ({ at, name, text }) =>
  element('li', {}, text, element('br'), element('small', {}, `${name}, `, element('time', { dateTime: at, textContent: new Date(at).toLocaleString() })));

export default async function book(root, patchbay) {
  const welcome = element('p');
  const list = element('ul', { ariaLabel: 'Entries' });
  const field = element('input', { name: 'text', maxLength: 280, placeholder: 'A line…', required: true, ariaLabel: 'Your line' });
  const wrong = element('p', { role: 'alert', hidden: true });
  const form = element('form', {}, field, element('button', { textContent: 'Sign' }));
  root.append(element('style', { textContent: style }), element('section', { className: 'book' }, welcome, form, wrong, list));

  const answerOf = async (path, options) => {
    const response = await patchbay.call(path, options);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message ?? answer.detail ?? `The plugin answered ${response.status}.`);
    return answer;
  };
  const trying = async (work) => {
    wrong.hidden = true;
    try {
      await work();
    } catch (error) {
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    trying(async () => {
      const headers = { 'content-type': 'application/json' };
      const entry = await answerOf('/entries', { method: 'POST', headers, body: JSON.stringify({ text: field.value }) });
      field.value = '';
      list.prepend(shown(entry));
      patchbay.toast('Signed.');
    });
  });
  await trying(async () => {
    const answer = await answerOf('/entries');
    welcome.textContent = answer.welcome;
    list.append(...answer.entries.map(shown));
  });
}

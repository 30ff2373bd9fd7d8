// What the plugin asks of `@patchbay/plugin`, answered from `desk`, which a test sets. It hangs on the global object because a bundle of
// the plugin has a copy of this file.
export const desk = (globalThis.fieldNotesDesk ??= { values: {}, kept: {}, asked: [], answers: [] });

export const config = { get: (key, fallback) => desk.values[key] ?? fallback };
export const log = { info() {} };
export const state = {
  get: async (key, fallback) => desk.kept[key] ?? fallback,
  set: async (key, value) => { desk.kept[key] = value; },
};
export const http = {
  async fetch(url, { json }) {
    desk.asked.push({ url: new URL(url), json });
    const { status = 200, ...answer } = desk.answers.shift() ?? { status: 404 };
    return { ok: status < 300, status, json: () => answer };
  },
};

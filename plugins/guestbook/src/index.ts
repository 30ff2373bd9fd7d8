// The book of a team: two routes, and the page in ui/book.js that calls them.
import { config, state } from '@patchbay/plugin';

interface Entry {
  at: string;
  name: string;
  text: string;
}

interface Request {
  body: unknown;
  user: { name: string; organisation: string | null };
}

const TEXT_MAX = 280;
/** Older entries make room. */
const ENTRIES_MAX = 100;

/** A book for each organisation. */
const keyOf = (request: Request) => `book:${request.user.organisation ?? ''}`;

export const routes = {
  /** GET /entries */
  async entries(request: Request) {
    return { status: 200, body: { welcome: config.get('welcome'), entries: await state.get<Entry[]>(keyOf(request), []) } };
  },

  /** POST /entries {text}; the name is the person's own, whatever the page says. */
  async sign(request: Request) {
    const text = (request.body as { text?: unknown } | null)?.text;
    if (typeof text !== 'string' || text.trim() === '') return { status: 422, body: { message: 'Write something first.' } };
    if (text.length > TEXT_MAX) return { status: 422, body: { message: `Keep it to ${TEXT_MAX} characters.` } };
    const entry: Entry = { at: new Date().toISOString(), name: request.user.name, text: text.trim() };
    const entries = [entry, ...(await state.get<Entry[]>(keyOf(request), []))].slice(0, ENTRIES_MAX);
    await state.set(keyOf(request), entries);
    return { status: 201, body: entry };
  },
};

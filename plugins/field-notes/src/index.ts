// A plugin of Patchbay's own format with something of every kind. Each list of the manifest's `contributions` that needs code has an
// object of the same name here, and each contribution a function by its id:
//
//     patchbay plugin call plugins/field-notes signals.completeness '{"text": "3 redwings (Turdus iliacus) @ the weir, 07:30"}'
import { config, log, state } from '@patchbay/plugin';
import { completeness } from '../views/compose/completeness.mjs';
import * as hotline from './hotline';
import { blurred, mentioned, sightingsOf, toDocument, type Note, type Precision } from './note';
import * as notebook from './notebook';

interface Call {
  signal: AbortSignal;
}

/** Under this key stands when the last whole run began, by the notebook's clock. */
const SINCE = 'notebook.since';

export const signals = {
  /** 0 to 1; `missing` says what to ask the observer for. */
  completeness: ({ text }: { text: string }) => completeness(text),
};

export const connectors = {
  /** Yields notes one at a time. The starting point moves on only when all have been taken. */
  async *notebook(_input: unknown, { signal }: Call) {
    const since = await state.get(SINCE, undefined);
    let began: string | undefined;
    let count = 0;
    for await (const page of notebook.notePages({ since }, signal)) {
      began ??= page.asOf;
      for (const note of page.items) {
        yield toDocument(note);
        count += 1;
      }
    }
    if (began !== undefined && !signal.aborted) await state.set(SINCE, began);
    log.info('The notebook was read.', { count, since: since ?? 'the beginning' });
  },
};

export const channels = {
  'hotline.receive': (delivery: unknown) => hotline.received(delivery),
  'hotline.send': (message: { to: string; body: string }, { signal }: Call) => hotline.send(message, signal),
};

/** Those of the rule, else those of the configuration. */
const watchlist = (params?: { species?: string[] }): string[] => params?.species ?? config.get('watchlist', []);

export const conditionOperators = {
  mentions: ({ params, event }: { params?: { species?: string[] }; event: { data: Note } }) => mentioned(event.data, watchlist(params)).length > 0,
};

export const actionOperators = {
  async alert({ params, event }: { params?: { species?: string[]; reason?: string }; event: { data: Note } }, { signal }: Call) {
    const species = mentioned(event.data, watchlist(params));
    return notebook.addAlert({ note: event.data.id, species, reason: params?.reason ?? 'On the watch list' }, signal);
  },
};

export const actions = {
  /** Publishes a note, with its place as vague as was asked for. */
  async publish({ note: id, precision }: { note: string; precision?: Precision }, { signal }: Call) {
    const note = await notebook.note(id, signal);
    const { missing } = completeness(note.text);
    const place = note.place && blurred(note.place, precision ?? config.get('precision', '1km'));
    const { url } = await notebook.publish({ text: note.text, at: note.at, place }, signal);
    return { url, warnings: missing.length > 0 ? [`The note does not say ${missing.join(', ')}.`] : [] };
  },
};

export const routes = {
  /** GET /sightings?place=ID: what the notes of a place, or of all, add up to since the season began. */
  async sightings({ query }: { query: { place?: string } }, { signal }: Call) {
    const since = seasonStart(new Date(), config.get('seasonStart', 3));
    return { status: 200, body: { since, ...sightingsOf(await notebook.allNotes({ place: query.place, since }, signal)) } };
  },
};

export const catalogProviders = {
  async *places(_input: unknown, { signal }: Call) {
    for (const { id, name, latitude, longitude } of await notebook.places(signal)) {
      yield { kind: 'resource', namespace: 'places', name: id, title: name, spec: { type: 'place', latitude, longitude } };
    }
  },
};

/** The first of a month, this year or, before it has come, last year. */
export function seasonStart(today: Date, month: number): string {
  const year = today.getUTCMonth() + 1 >= month ? today.getUTCFullYear() : today.getUTCFullYear() - 1;
  return new Date(Date.UTC(year, month - 1, 1)).toISOString();
}

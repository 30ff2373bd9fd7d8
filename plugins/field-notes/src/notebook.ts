import { http } from '@patchbay/plugin';
import type { Note, Place } from './note';

const NOTEBOOK = 'https://notebook.example.org/v1';

export interface Page<Item> {
  items: Item[];
  next?: string;
  asOf: string;
}

/**
 * One request to the notebook service.
 *
 * There is no token in sight: the manifest says how it is used (`secretUse`), and the hub adds it to requests to that host.
 */
async function ask<Answer>(path: string, { query = {}, json, signal }: { query?: Record<string, string | undefined>; json?: unknown; signal?: AbortSignal } = {}): Promise<Answer> {
  const url = new URL(NOTEBOOK + path);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, value);
  const response = await http.fetch(url.href, { json, signal, timeoutMs: 20_000 });
  if (!response.ok) throw new Error(`The notebook answered ${response.status} to ${path}.`);
  return response.json();
}

export interface Wanted {
  since?: string;
  place?: string;
}

/** All pages of notes; each is asked for when the one before has been taken. */
export async function* notePages({ since, place }: Wanted, signal?: AbortSignal): AsyncGenerator<Page<Note>> {
  let cursor: string | undefined;
  do {
    const page: Page<Note> = await ask('/notes', { query: { since, place, cursor }, signal });
    yield page;
    if (page.next !== undefined && page.next === cursor) throw new Error('The notebook gave the same page twice.');
    cursor = page.next;
  } while (cursor !== undefined && !signal?.aborted);
}

export async function allNotes(wanted: Wanted, signal?: AbortSignal): Promise<Note[]> {
  const notes: Note[] = [];
  for await (const page of notePages(wanted, signal)) notes.push(...page.items);
  return notes;
}

export function note(id: string, signal?: AbortSignal): Promise<Note> {
  return ask(`/notes/${encodeURIComponent(id)}`, { signal });
}

export async function places(signal?: AbortSignal): Promise<Place[]> {
  return (await ask<{ items: Place[] }>('/places', { signal })).items;
}

export function publish(entry: { text: string; at: string; place?: Place }, signal?: AbortSignal): Promise<{ url: string }> {
  return ask('/published', { json: entry, signal });
}

export function addAlert(alert: { note: string; species: string[]; reason: string }, signal?: AbortSignal): Promise<{ id: string }> {
  return ask('/alerts', { json: alert, signal });
}

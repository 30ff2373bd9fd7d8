import { http } from '@patchbay/plugin';

const MESSAGES = 'https://hotline.example.org/v1/messages';

export interface Message {
  externalId: string;
  from: string;
  body: string;
  receivedAt: string;
}

/** A call to the hotline, written down, as the hub's message. */
export function received(delivery: unknown): Message {
  const { id, caller, words, at } = (delivery ?? {}) as Record<string, unknown>;
  if (typeof id !== 'string' || typeof caller !== 'string' || typeof words !== 'string' || typeof at !== 'string' || Number.isNaN(Date.parse(at))) {
    throw new TypeError('A delivery of the hotline has id, caller, words, and at, a time such as 2026-11-21T07:30:00Z.');
  }
  return { externalId: id, from: caller, body: words, receivedAt: new Date(at).toISOString() };
}

/** The hub signs the request with the hotline's key on its way out. */
export async function send({ to, body }: { to: string; body: string }, signal?: AbortSignal): Promise<void> {
  const response = await http.fetch(MESSAGES, { json: { to, words: body }, signal, timeoutMs: 20_000 });
  if (!response.ok) throw new Error(`The hotline answered ${response.status}.`);
}

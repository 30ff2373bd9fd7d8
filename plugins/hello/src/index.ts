// A plugin of Patchbay's own format. Each exported function can be called from outside:
//
//     patchbay plugin call plugins/hello greet '{"name": "Ada"}'
//     patchbay plugin call plugins/hello countdown 3
//     patchbay plugin call plugins/hello title --grant network:outbound:example.com
//
// A function gets one JSON value and a context; what it returns, or its promise resolves to, is the answer. The context lends what
// belongs to this call: `signal`, which is aborted when nobody wants the answer any more, and the modules below bound to it.
import { config, http, log, state, time } from '@patchbay/plugin';
import { greeting, type Greeting } from './greeting';

/** Greets somebody, in the words the operator has chosen (`--config '{"salutation": "Good evening"}'`). */
export function greet(person: { name?: string } | null): Greeting {
  const salutation = config.get('salutation', 'Hello');
  log.info('greeting', { salutation });
  return greeting(salutation, person?.name);
}

/** Counts down to zero, an item at a time; the next one is made when the last has been taken. */
export async function* countdown(from: number | null, { signal }: { signal: AbortSignal }) {
  for (let left = Math.min(from ?? 5, 100); left >= 0 && !signal.aborted; left -= 1) {
    yield { left };
    if (left > 0) await time.sleep(config.get('pauseMs', 100), { signal });
  }
  return 'lift-off';
}

/** How often this was asked, kept from one call to the next. */
export async function visits(): Promise<{ count: number; first: string }> {
  const before = await state.get('visits', { count: 0, first: new Date(time.now()).toISOString() });
  const now = { ...before, count: before.count + 1 };
  await state.set('visits', now);
  return now;
}

/** The title of a page outside. Needs `network:outbound:example.com`, which the manifest asks for and the operator grants. */
export async function title(): Promise<{ status: number; title: string | null }> {
  const response = await http.fetch('https://example.com/', { timeoutMs: 10_000 });
  const found = /<title>([^<]*)<\/title>/i.exec(response.text());
  return { status: response.status, title: found?.[1]?.trim() ?? null };
}

/** Fails, to show what an error looks like: with the file and line of this source. */
export function fail(): never {
  throw new Error('This function always fails.');
}

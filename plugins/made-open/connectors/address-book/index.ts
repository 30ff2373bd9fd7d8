// A connector: `sync` yields one item at a time, and the hub asks for the next when it has stored the last. So a run that is cut off
// keeps what it has brought, and a slow database slows the requests down instead of filling the memory.
import { paginate, requireConfig, withRetry } from '@made-open/plugin-sdk';
import type { ConnectorDataItem, ConnectorPlugin, PluginContext } from '@made-open/plugin-sdk';
import { toPerson, type Contact } from './person';

const CONTACTS = 'https://contacts.example.org/v1/contacts';
/** Under this key stands when the last whole run began, by the address book's own clock. */
const SINCE = 'since';

interface Page {
  items: Contact[];
  nextCursor?: string;
  /** When the page was made. */
  asOf: string;
}

function address(query: Record<string, string | number | undefined>): string {
  const url = new URL(CONTACTS);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

export const plugin: ConnectorPlugin = {
  id: 'dev.patchbay.address-book',

  async *sync(context: PluginContext) {
    const headers = { authorization: `Bearer ${requireConfig(context, 'apiKey')}` };
    const limit = context.config.pageSize as number | undefined;
    const since = (await context.state.get(SINCE)) as string | undefined;
    let began: string | undefined;

    const contacts = paginate(async (cursor?: string) => {
      const page = await withRetry<Page>(() => context.http.get(address({ cursor, limit, since: since ?? undefined }), headers));
      began ??= page.asOf;
      return page;
    });
    let count = 0;
    for await (const contact of contacts) {
      yield plugin.mapToUnifiedModel(contact);
      count += 1;
    }
    // Only now: a run that ends early asks for the same changes again, which does no harm.
    if (began !== undefined) await context.state.set(SINCE, began);
    context.logger.info('The address book was read.', { count, since: since ?? 'the beginning' });
  },

  mapToUnifiedModel(rawItem: unknown): ConnectorDataItem {
    return toPerson(rawItem as Contact);
  },
};

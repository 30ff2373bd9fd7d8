// Items that are pasted for a test, and examples to begin from.

import type { Item, ItemField, ItemType, Scalar } from '../../../api/types-rules';
import { fieldScalar } from './fits';

/** Items one test takes. */
export const itemsMax = 100;

const examples: Partial<Record<Scalar, unknown>> = {
  STRING: 'Some text', BOOLEAN: true, NUMBER: 1, DATETIME: '2026-01-31T12:00:00Z', GEOHASH: 'u33db', URL: 'https://example.org/', IP_ADDRESS: '192.0.2.1',
  EMAIL_ADDRESS: 'somebody@example.org', USER_ID: { id: 'user-1', typeId: 'user' }, RELATED_ITEM: { id: 'item-1', typeId: 'post' }, ID: 'id-1', POLICY_ID: 'policy-1',
};

function exampleOf(field: ItemField): unknown {
  const scalar = fieldScalar(field);
  const value = examples[scalar] ?? { url: `https://example.org/${field.name}` };
  if (field.container?.containerType === 'ARRAY') return [value];
  return field.container ? { key: value } : value;
}

/** An item with something in every field. */
export function example(type: ItemType | undefined): string {
  const data = type ? Object.fromEntries(type.schema.map((field) => [field.name, exampleOf(field)])) : { text: 'Some text' };
  return JSON.stringify({ id: 'example-1', typeId: type?.id ?? 'post', data }, null, 2);
}

/** What was pasted: an item, a list or lines of them, or only the data of one. */
export function readItems(text: string, typeId: string): { items: Item[] } | { wrong: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim());
    try {
      if (lines.length < 2) throw error;
      value = lines.map((line) => JSON.parse(line) as unknown);
    } catch {
      return { wrong: `This is no JSON: ${error instanceof Error ? error.message : String(error)}` };
    }
  }
  const list = Array.isArray(value) ? value : [value];
  if (list.length === 0) return { wrong: 'There is no item in it.' };
  if (list.length > itemsMax) return { wrong: `A test takes ${itemsMax} items at most, and these are ${list.length}.` };
  const items: Item[] = [];
  for (const [place, one] of list.entries()) {
    if (typeof one !== 'object' || one === null || Array.isArray(one)) return { wrong: 'An item is an object: {"id", "typeId", "data"}, or only the data.' };
    const object = one as Record<string, unknown>;
    const isWhole = typeof object['data'] === 'object' && object['data'] !== null && !Array.isArray(object['data']);
    if (isWhole) {
      items.push({ ...object, id: String(object['id'] ?? `pasted-${place + 1}`), typeId: String(object['typeId'] ?? typeId), data: object['data'] as Record<string, unknown> });
    } else {
      items.push({ id: `pasted-${place + 1}`, typeId, data: object });
    }
  }
  if (items.some((item) => !item.typeId)) return { wrong: 'It has no typeId: write one beside the data, or choose an item type above.' };
  return { items };
}

/** A few words by which one knows an item again. */
export function itemWords(data: Record<string, unknown>): string {
  const text = Object.values(data).find((value) => typeof value === 'string' && value.trim() !== '');
  const words = typeof text === 'string' ? text : JSON.stringify(data);
  return words.length > 60 ? `${words.slice(0, 60)}…` : words;
}

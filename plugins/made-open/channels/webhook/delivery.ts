/** One delivery of the service. Of other kinds than `message` only the kind is known. */
export type Delivery = { kind: 'message'; id: string; from: string; text: string; sentAt: string } | { kind: 'ping' | 'receipt' };

/** Reads a delivery, or says what is wrong with it; the text lands beside the delivery in the list of dead letters. */
export function readDelivery(payload: unknown): Delivery {
  if (typeof payload !== 'object' || payload === null) throw new TypeError('A delivery is a JSON object.');
  const delivery = payload as Record<string, unknown>;
  switch (delivery.kind) {
    case 'ping':
    case 'receipt':
      return { kind: delivery.kind };
    case 'message':
      return { kind: 'message', id: text(delivery, 'id'), from: text(delivery, 'from'), text: text(delivery, 'text'), sentAt: time(delivery, 'sentAt') };
    default:
      throw new TypeError(`Deliveries are of the kind message, ping or receipt, not ${JSON.stringify(delivery.kind)}.`);
  }
}

function text(delivery: Record<string, unknown>, key: string): string {
  const value = delivery[key];
  if (typeof value !== 'string' || value === '') throw new TypeError(`A message needs "${key}", a text.`);
  return value;
}

function time(delivery: Record<string, unknown>, key: string): string {
  const moment = new Date(text(delivery, key));
  if (Number.isNaN(moment.getTime())) throw new TypeError(`"${key}" of a message is a time such as 2026-11-21T09:00:00Z.`);
  return moment.toISOString();
}

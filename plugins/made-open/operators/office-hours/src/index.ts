// Operators for rules: one with `evaluate` is a condition, one with `execute` an action. A rule passes its parameters and what it knows
// of the event; the plugin's context comes last, as in every call.
import { requireConfig } from '@made-open/plugin-sdk';
import type { PluginContext } from '@made-open/plugin-sdk';
import { isOpen, nextOpening, type Hours } from './hours';

/** What a rule knows when it is evaluated. */
interface RuleContext {
  event: { eventId: string; eventType: string; timestamp: string; data: Record<string, unknown> };
}

function hoursOf(context: PluginContext): Hours {
  const hours = {
    opensAt: Number(requireConfig(context, 'opensAt')),
    closesAt: Number(requireConfig(context, 'closesAt')),
    utcOffset: Number(context.config.utcOffset ?? 0),
  };
  if (!(hours.opensAt >= 0 && hours.opensAt < hours.closesAt && hours.closesAt <= 24)) {
    throw new RangeError(`Office hours from ${hours.opensAt} to ${hours.closesAt} are none: they open before they close, within 0 to 24.`);
  }
  return hours;
}

const isClosed = {
  id: 'office-hours.closed',
  async evaluate(params: { days?: number[] }, { event }: RuleContext, context: PluginContext): Promise<boolean> {
    return !isOpen(new Date(event.timestamp), { ...hoursOf(context), days: params.days });
  },
};

const fileReminder = {
  id: 'office-hours.file-reminder',
  async execute(params: { title?: string; days?: number[] }, { event }: RuleContext, context: PluginContext): Promise<unknown> {
    const due = nextOpening(new Date(event.timestamp), { ...hoursOf(context), days: params.days }).toISOString();
    // The event's id makes it the same reminder when the action is tried again.
    const id = `office-hours:${event.eventId}`;
    await context.data.upsert('documents', {
      id,
      title: params.title ?? `Answer ${event.data.from ?? 'a message'}`,
      body: event.data.body ?? '',
      due,
      about: event.eventId,
    });
    return { document: id, due };
  },
};

export const plugin = { id: 'dev.patchbay.office-hours', operators: [isClosed, fileReminder] };

// A channel: what comes in becomes one event in the hub's words, what goes out becomes one request. The hub has checked the signature
// before `handleIncomingEvent` is called, tries again when something here throws, and drops a message it has seen before.
import { requireConfig } from '@made-open/plugin-sdk';
import type { ChannelPlugin, OutboundMessage, PluginContext } from '@made-open/plugin-sdk';
import { readDelivery } from './delivery';

const MESSAGES = 'https://hooks.example.org/v1/messages';

export const plugin: ChannelPlugin = {
  id: 'dev.patchbay.webhook',
  channelType: 'webhook',

  async handleIncomingEvent(payload: unknown, context: PluginContext): Promise<void> {
    const delivery = readDelivery(payload);
    if (delivery.kind !== 'message') {
      context.logger.info('A delivery that is no message was left alone.', { kind: delivery.kind });
      return;
    }
    const { id, from, text, sentAt } = delivery;
    await context.emitEvent('communication.MessageReceived', {
      channelType: plugin.channelType,
      externalId: id,
      from,
      body: text,
      receivedAt: sentAt,
    });
  },

  async sendMessage({ to, body }: OutboundMessage, context: PluginContext): Promise<void> {
    if (body.trim() === '') throw new TypeError('A message needs a text.');
    const headers = { authorization: `Bearer ${requireConfig(context, 'accessToken')}` };
    await context.http.post(MESSAGES, { to, text: body, from: context.config.sender ?? 'Patchbay' }, headers);
  },
};

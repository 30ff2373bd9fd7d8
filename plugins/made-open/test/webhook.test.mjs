import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contextOf, load } from '../testing/load.mjs';

const folder = '../channels/webhook/';
const { plugin } = await load(`${folder}index.ts`);
const manifest = JSON.parse(readFileSync(new URL(`${folder}plugin.json`, import.meta.url), 'utf8'));

function hub(config = {}) {
  const done = [];
  const context = contextOf({
    config,
    logger: { info: (message, meta) => done.push(['log', meta]) },
    emitEvent: async (subject, data) => { done.push(['event', subject, data]); },
    http: { post: async (url, body, headers) => { done.push(['post', url, body, headers]); return {}; } },
  });
  return { context, done };
}

const message = { kind: 'message', id: 'm1', from: 'ada@example.org', text: 'Good morning', sentAt: '2026-11-21T09:00:00+01:00' };

test('a message that comes in is one event, which the manifest allows', async () => {
  const { context, done } = hub();
  await plugin.handleIncomingEvent(message, context);
  assert.deepEqual(done, [['event', 'communication.MessageReceived', {
    channelType: 'webhook', externalId: 'm1', from: 'ada@example.org', body: 'Good morning', receivedAt: '2026-11-21T08:00:00.000Z',
  }]]);
  assert.equal(plugin.id, manifest.id);
  assert.ok(manifest.permissions.includes(`event:publish:${done[0][1]}`));
});

test('pings and receipts are taken and left alone', async () => {
  for (const kind of ['ping', 'receipt']) {
    const { context, done } = hub();
    await plugin.handleIncomingEvent({ kind }, context);
    assert.deepEqual(done, [['log', { kind }]]);
  }
});

test('a bad delivery says what is wrong with it, and no event is made', async () => {
  const cases = [
    [null, /JSON object/], ['text', /JSON object/], [{}, /message, ping or receipt/], [{ kind: 'order' }, /not "order"/],
    [{ ...message, id: undefined }, /"id"/], [{ ...message, from: 4 }, /"from"/], [{ ...message, text: '' }, /"text"/], [{ ...message, sentAt: 'soon' }, /"sentAt"/],
  ];
  for (const [payload, error] of cases) {
    const { context, done } = hub();
    await assert.rejects(plugin.handleIncomingEvent(payload, context), error);
    assert.deepEqual(done, []);
  }
});

test('a message that goes out is one request to the host that is allowed', async () => {
  const { context, done } = hub({ accessToken: 't1', sender: 'The desk' });
  await plugin.sendMessage({ to: 'ada@example.org', body: 'Good evening' }, context);
  const [[, url, body, headers]] = done;
  assert.ok(manifest.permissions.includes(`network:outbound:${new URL(url).host}`));
  assert.deepEqual(body, { to: 'ada@example.org', text: 'Good evening', from: 'The desk' });
  assert.deepEqual(headers, { authorization: 'Bearer t1' });
});

test('nothing goes out without a text or a token', async () => {
  const { context, done } = hub();
  await assert.rejects(plugin.sendMessage({ to: 'a', body: ' ' }, context), /needs a text/);
  await assert.rejects(plugin.sendMessage({ to: 'a', body: 'b' }, context), /accessToken/);
  assert.deepEqual(done, []);
});

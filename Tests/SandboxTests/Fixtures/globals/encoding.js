// TextEncoder, TextDecoder, atob and btoa. Expectations follow https://encoding.spec.whatwg.org/ and https://infra.spec.whatwg.org/.
import { fromHex, hex, ok, same, suite, throws } from './check.js';

const { test, report } = suite();

test('TextEncoder encodes ASCII, two, three and four byte characters', () => {
  same(hex(new TextEncoder().encode('aé€😀')), '61c3a9e282acf09f9880');
  same(new TextEncoder().encode().length, 0);
  same(new TextEncoder().encode(undefined).length, 0);
  same(new TextEncoder().encoding, 'utf-8');
});

test('lone surrogates become U+FFFD', () => {
  same(hex(new TextEncoder().encode('\ud800')), 'efbfbd');
  same(hex(new TextEncoder().encode('x\udc00y')), '78efbfbd79');
  same(hex(new TextEncoder().encode('\udc00\ud800')), 'efbfbdefbfbd');
  same(hex(new TextEncoder().encode('\ud83d\ud83d\ude00')), 'efbfbdf09f9880');
});

test('NUL and long text survive', () => {
  same(hex(new TextEncoder().encode('a\0b')), '610062');
  same(new TextDecoder().decode(fromHex('610062')), 'a\0b');
  const long = 'abc€'.repeat(100_000);
  same(new TextDecoder().decode(new TextEncoder().encode(long)), long);
  const ascii = 'x'.repeat(1_000_001);
  same(new TextDecoder().decode(new TextEncoder().encode(ascii)), ascii);
});

test('text around the block size of the fast paths', () => {
  for (let n = 0; n < 100; n++) {
    const text = 'x'.repeat(n) + 'é' + 'y'.repeat(n);
    same(new TextDecoder().decode(new TextEncoder().encode(text)), text, `length ${n}`);
  }
});

test('results can be transferred', () => {
  const { buffer } = new TextEncoder().encode('hello');
  const moved = buffer.transfer();
  ok(buffer.detached, 'the old buffer is detached');
  same(moved.byteLength, 5);
});

test('decoding does not pin the buffer of the plugin', () => {
  const bytes = new Uint8Array([104, 105]);
  same(new TextDecoder().decode(bytes), 'hi');
  bytes.buffer.transfer();
  ok(bytes.buffer.detached, 'detached');
  same(new TextDecoder().decode(new Uint8Array()), '');
});

test('encodeInto stops before a character that does not fit', () => {
  const encoder = new TextEncoder();
  const cases = [
    ['abc', 5, { read: 3, written: 3 }, '6162630000'],
    ['abc', 2, { read: 2, written: 2 }, '6162'],
    ['a€b', 3, { read: 1, written: 1 }, '610000'],
    ['a€b', 4, { read: 2, written: 4 }, '61e282ac'],
    ['😀', 3, { read: 0, written: 0 }, '000000'],
    ['😀', 4, { read: 2, written: 4 }, 'f09f9880'],
    ['\ud83d', 4, { read: 1, written: 3 }, 'efbfbd00'],
    ['', 0, { read: 0, written: 0 }, ''],
  ];
  for (const [text, room, expected, bytes] of cases) {
    const destination = new Uint8Array(room);
    same(encoder.encodeInto(text, destination), expected, text);
    same(hex(destination), bytes, text);
  }
  const buffer = new Uint8Array(6);
  encoder.encodeInto('hi', buffer.subarray(2, 4));
  same(hex(buffer), '000068690000');
  throws(() => encoder.encodeInto('a', new Uint16Array(2)), 'TypeError');
});

test('malformed UTF-8 is replaced by maximal subparts', () => {
  const cases = [
    ['80', '\ufffd'],
    ['c0af', '\ufffd\ufffd'],
    ['e28261', '\ufffda'],
    ['f0908061', '\ufffda'],
    ['eda080', '\ufffd\ufffd\ufffd'],
    ['f4908080', '\ufffd\ufffd\ufffd\ufffd'],
    ['f8888080', '\ufffd\ufffd\ufffd\ufffd'],
    ['e0809f', '\ufffd\ufffd\ufffd'],
    ['f09f98', '\ufffd'],
    ['ff41fe', '\ufffdA\ufffd'],
    ['e1a0c0f1808041', '\ufffd\ufffd\ufffdA'],
  ];
  for (const [bytes, text] of cases) same(new TextDecoder().decode(fromHex(bytes)), text, bytes);
  for (const [bytes] of cases) throws(() => new TextDecoder('utf-8', { fatal: true }).decode(fromHex(bytes)), 'TypeError', bytes);
});

test('a byte order mark is dropped, or kept on request, at the start only', () => {
  const marked = fromHex('efbbbf61efbbbf');
  same(new TextDecoder().decode(marked), 'a\ufeff');
  same(new TextDecoder('utf-8', { ignoreBOM: true }).decode(marked), '\ufeffa\ufeff');
  const decoder = new TextDecoder();
  same(decoder.decode(fromHex('ef'), { stream: true }), '');
  same(decoder.decode(fromHex('bbbf61'), { stream: true }), 'a');
  same(decoder.decode(fromHex('efbbbf')), '\ufeff');
  same(decoder.decode(fromHex('efbbbf62')), 'b');
});

test('streams may cut characters anywhere', () => {
  const text = 'a€😀é\u{10ffff}z';
  const bytes = new TextEncoder().encode(text);
  for (let size = 1; size < bytes.length; size++) {
    const decoder = new TextDecoder();
    let out = '';
    for (let i = 0; i < bytes.length; i += size) out += decoder.decode(bytes.subarray(i, i + size), { stream: true });
    same(out + decoder.decode(), text, `pieces of ${size}`);
  }
  const decoder = new TextDecoder();
  same(decoder.decode(fromHex('61e282'), { stream: true }), 'a');
  same(decoder.decode(), '\ufffd');
  const strict = new TextDecoder('utf-8', { fatal: true });
  strict.decode(fromHex('e2'), { stream: true });
  throws(() => strict.decode(), 'TypeError');
  same(strict.decode(fromHex('61')), 'a');
});

test('utf-16le and windows-1252', () => {
  same(new TextDecoder('utf-16le').decode(fromHex('fffe6100ac203dd800de')), 'a€😀');
  same(new TextDecoder('utf-16').decode(fromHex('3dd86100')), '\ufffda');
  same(new TextDecoder('utf-16').decode(fromHex('610062')), 'a\ufffd');
  throws(() => new TextDecoder('utf-16le', { fatal: true }).decode(fromHex('00dc')), 'TypeError');
  const streaming = new TextDecoder('utf-16le');
  same(streaming.decode(fromHex('3d'), { stream: true }) + streaming.decode(fromHex('d800'), { stream: true }) + streaming.decode(fromHex('de')), '😀');
  same(new TextDecoder('latin1').encoding, 'windows-1252');
  same(new TextDecoder('iso-8859-1').decode(fromHex('80e9fc819f')), '€éü\u0081Ÿ');
  same(new TextDecoder('ascii').decode(fromHex('efbbbf')), 'ï»¿');
});

test('labels are trimmed and case-insensitive; unknown ones are a RangeError', () => {
  same(new TextDecoder(' UTF8\n').encoding, 'utf-8');
  same(new TextDecoder('unicode-1-1-utf-8').encoding, 'utf-8');
  throws(() => new TextDecoder('utf-7'), 'RangeError');
  throws(() => new TextDecoder('utf-8\0'), 'RangeError');
  throws(() => new TextDecoder('shift_jis'), 'RangeError');
});

test('every kind of buffer source is taken, and nothing else', () => {
  const { buffer } = new Uint8Array([0, 97, 98, 99, 0, 0, 0, 0]);
  same(new TextDecoder().decode(buffer), '\0abc\0\0\0\0');
  same(new TextDecoder().decode(new DataView(buffer, 1, 3)), 'abc');
  same(new TextDecoder().decode(new Uint16Array(buffer, 2, 1)), 'bc');
  for (const bad of ['text', 1, {}, [97], null]) throws(() => new TextDecoder().decode(bad), 'TypeError', String(bad));
  throws(() => TextDecoder.prototype.decode.call({}, buffer), 'TypeError');
  throws(() => TextEncoder.prototype.encode.call({}, 'a'), 'TypeError');
  throws(() => TextDecoder('utf-8'), 'TypeError');
});

test('btoa and atob', () => {
  same(btoa('hello'), 'aGVsbG8=');
  same(btoa(''), '');
  same(btoa('\u00ff\0'), '/wA=');
  same(btoa(null), 'bnVsbA==');
  throws(() => btoa('€'), 'InvalidCharacterError');
  throws(() => btoa(), 'TypeError');
  same(atob(' aGVs\n bG8 '), 'hello');
  same(atob('YQ'), 'a');
  same(atob('YQ=='), 'a');
  same(atob('/wA='), '\u00ff\0');
  same(atob(''), '');
  for (const bad of ['a', 'YQ=', 'YQ===', 'Y Q = = =', '=', '====', 'a=bc', 'YQ==x', 'Y-_Q', '\u00a0', 'aGVsbG8==', 'é']) {
    const error = throws(() => atob(bad), 'InvalidCharacterError', JSON.stringify(bad));
    ok(error instanceof DOMException, 'DOMException');
    same(error.code, 5);
  }
});

test('base64 is the same in both directions for all bytes and lengths', () => {
  let text = '';
  for (let i = 0; i < 300; i++) {
    text += String.fromCharCode((i * 7) % 256);
    same(atob(btoa(text)), text, `length ${i + 1}`);
  }
});

export const run = report;

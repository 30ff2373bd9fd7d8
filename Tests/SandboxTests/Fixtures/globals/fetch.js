// Headers, Request, Response, FormData, Blob and fetch: https://fetch.spec.whatwg.org/, https://w3c.github.io/FileAPI/
//
// `run({ base, forbidden, unreachable })` wants a server at `base` (granted), a URL that no grant allows, and one where nobody listens:
//   ANY /echo       200, JSON {method, headers: [[name, value]…], body: text or null}, headers x-a: 1, X-A: 2, set-cookie: a=1 and b=2
//   GET /missing    404, text "nothing here"          GET /bytes   200, application/octet-stream, 00 01 02 ff
//   GET /empty      204                               GET /slow    200, after 2 s
//   GET /redirect   302 to /landed                    GET /landed  200, text "landed"
//   GET /form       200, application/x-www-form-urlencoded, a=1&b=two+words
// Without arguments, what needs a server is left out.
import { hex, ok, same, suite, throws } from './check.js';

export async function run(place) {
  const { test, report } = suite();

  test('headers are case-insensitive lists', () => {
    const headers = new Headers({ 'Content-Type': ' text/plain\t', 'X-A': '1' });
    headers.append('x-a', '2');
    same(headers.get('X-a'), '1, 2');
    same(headers.get('content-type'), 'text/plain');
    same(headers.get('none'), null);
    headers.set('x-A', '3');
    same([...headers], [['content-type', 'text/plain'], ['x-a', '3']]);
    headers.delete('X-A');
    same(headers.has('x-a'), false);
    same([...new Headers([['b', '1'], ['a', '2'], ['B', '3']]).keys()], ['a', 'b']);
    same(new Headers(new Headers({ a: 'b' })).get('a'), 'b');
  });

  test('cookies stand alone', () => {
    const headers = new Headers([['set-cookie', 'a=1'], ['Set-Cookie', 'b=2'], ['x', 'y']]);
    same(headers.getSetCookie(), ['a=1', 'b=2']);
    same([...headers].length, 3);
    same(headers.get('set-cookie'), 'a=1, b=2');
  });

  test('bad header names and values are TypeErrors', () => {
    for (const name of ['', 'a b', 'a:', 'ä', 'a\n']) throws(() => new Headers([[name, 'x']]), 'TypeError', JSON.stringify(name));
    for (const value of ['a\nb', 'a\r\nSet-Cookie: x', 'a\0', '€']) throws(() => new Headers({ a: value }), 'TypeError', JSON.stringify(value));
    for (const init of [[['a']], [['a', 'b', 'c']], 'text', null]) throws(() => new Headers(init), 'TypeError');
    same(new Headers({ a: '\nx\r\n' }).get('a'), 'x');
    throws(() => Headers.prototype.get.call({}, 'a'), 'TypeError');
  });

  test('requests have the standard\'s defaults and checks', () => {
    const request = new Request('https://x/../a?b#c');
    same([request.method, request.url, request.redirect, request.body, request.bodyUsed], ['GET', 'https://x/a?b#c', 'follow', null, false]);
    same([request.mode, request.credentials, request.cache, request.duplex], ['cors', 'same-origin', 'default', 'half']);
    same(new Request('https://x', { method: 'post' }).method, 'POST');
    same(new Request('https://x', { method: 'patch' }).method, 'patch');
    for (const bad of ['/relative', 'https://u:p@x/']) throws(() => new Request(bad), 'TypeError', bad);
    throws(() => new Request('https://x', { method: 'TRACE' }), 'TypeError');
    throws(() => new Request('https://x', { method: 'a b' }), 'TypeError');
    throws(() => new Request('https://x', { body: 'x' }), 'TypeError');
    throws(() => new Request('https://x', { redirect: 'x' }), 'TypeError');
    throws(() => new Request('https://x', { signal: {} }), 'TypeError');
  });

  test('a request made of another takes over its parts', async () => {
    const first = new Request('https://x', { method: 'POST', body: 'b', headers: { a: '1' } });
    const second = new Request(first, { headers: { c: '2' } });
    same([second.method, second.headers.get('a'), second.headers.get('c'), first.bodyUsed], ['POST', null, '2', true]);
    same(await second.text(), 'b');
    throws(() => new Request(first), 'TypeError');
  });

  test('bodies bring their content types', async () => {
    const form = new FormData();
    form.append('a', '1');
    const cases = [
      ['text', 'text/plain;charset=UTF-8', 'text'],
      [new URLSearchParams({ a: 'b c' }), 'application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c'],
      [new Blob(['x'], { type: 'image/PNG' }), 'image/png', 'x'],
      [new Blob(['x']), null, 'x'],
      [new Uint8Array([97, 98]).subarray(1), null, 'b'],
      [new Uint8Array([97]).buffer, null, 'a'],
      [{ toString: () => 'object' }, 'text/plain;charset=UTF-8', 'object'],
      [5, 'text/plain;charset=UTF-8', '5'],
    ];
    for (const [body, type, text] of cases) {
      const response = new Response(body);
      same(response.headers.get('content-type'), type, text);
      same(await response.text(), text);
    }
    ok(/^multipart\/form-data; boundary=----Patchbay\w+$/.test(new Response(form).headers.get('content-type')));
    same(new Response('x', { headers: { 'content-type': 'a/b' } }).headers.get('content-type'), 'a/b');
  });

  test('a body is read once, in any form', async () => {
    const make = () => new Response('{"a":"é"}');
    same(await make().json(), { a: 'é' });
    same(hex(await make().bytes()), '7b2261223a22c3a9227d');
    same((await make().arrayBuffer()).byteLength, 10);
    const blob = await new Response('x', { headers: { 'content-type': 'text/HTML' } }).blob();
    same([blob.type, blob.size], ['text/html', 1]);
    const response = make();
    same(response.bodyUsed, false);
    await response.text();
    same(response.bodyUsed, true);
    await throws(() => response.text(), 'TypeError');
    throws(() => response.clone(), 'TypeError');
    await throws(() => new Response('{').json(), 'SyntaxError');
    same(await new Response('\ufeffx').text(), 'x');
    same(await new Response().text(), '');
    await throws(() => Response.prototype.text.call({}), 'TypeError');
  });

  test('a body is a stream', async () => {
    const response = new Response('ab');
    const pieces = [];
    for await (const piece of response.body) pieces.push(hex(piece));
    same([pieces.join(), response.bodyUsed], ['6162', true]);
    await throws(() => response.text(), 'TypeError');
    const stream = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('x')); c.enqueue(new TextEncoder().encode('y')); c.close(); } });
    same(await new Response(stream).text(), 'xy');
    throws(() => new Response(stream), 'TypeError');
    await throws(() => new Response(new ReadableStream({ start(c) { c.enqueue('text'); c.close(); } })).text(), 'TypeError');
    const locked = new Response('x');
    locked.body.getReader();
    await throws(() => locked.text(), 'TypeError');
  });

  test('clones read on their own', async () => {
    const response = new Response('abc', { status: 201, headers: { a: 'b' } });
    const copy = response.clone();
    same([await response.text(), await copy.text(), copy.status, copy.headers.get('a')], ['abc', 'abc', 201, 'b']);
    const streamed = new Response('def');
    void streamed.body;
    const second = streamed.clone();
    same(await Promise.all([streamed.text(), second.text()]), ['def', 'def']);
    const request = new Request('https://x', { method: 'PUT', body: 'q' });
    same([await request.clone().text(), await request.text()], ['q', 'q']);
  });

  test('responses check status and text', async () => {
    same([new Response().status, new Response(null, { status: 404 }).ok, new Response(null, { statusText: 'Fine' }).statusText], [200, false, 'Fine']);
    for (const status of [0, 199, 600, 200.5, 'x']) throws(() => new Response(null, { status }), 'RangeError', String(status));
    throws(() => new Response('x', { status: 204 }), 'TypeError');
    throws(() => new Response(null, { statusText: 'a\nb' }), 'TypeError');
    const json = Response.json({ a: 1 }, { status: 201 });
    same([json.headers.get('content-type'), json.status, await json.text()], ['application/json', 201, '{"a":1}']);
    throws(() => Response.json(undefined), 'TypeError');
    const redirect = Response.redirect('https://x/y', 301);
    same([redirect.status, redirect.headers.get('location')], [301, 'https://x/y']);
    throws(() => Response.redirect('https://x', 200), 'RangeError');
    throws(() => redirect.headers.set('a', 'b'), 'TypeError');
    same([Response.error().type, Response.error().status], ['error', 0]);
  });

  test('FormData', async () => {
    const form = new FormData();
    form.append('a', 1);
    form.append('a', '2');
    form.append('f', new Blob(['hello'], { type: 'text/x' }), 'name.txt');
    form.append('g', new File(['x'], 'own.bin'));
    form.append('h', new Blob([]));
    same([form.get('a'), form.getAll('a').length, form.has('b'), form.get('b')], ['1', 2, false, null]);
    same([form.get('f').name, form.get('g').name, form.get('h').name, form.get('f').type], ['name.txt', 'own.bin', 'blob', 'text/x']);
    form.set('a', 'z');
    form.delete('h');
    same([...form.keys()], ['a', 'f', 'g']);
    throws(() => form.append('x', 'text', 'name'), 'TypeError');
    const copy = await new Response(form).formData();
    same([copy.get('a'), copy.get('f').name, copy.get('f').type, await copy.get('f').text()], ['z', 'name.txt', 'text/x', 'hello']);
  });

  test('multipart keeps odd names, line ends and bytes', async () => {
    const form = new FormData();
    form.append('quo"te\nline', 'a\nb\rc\r\nd');
    form.append('bytes', new File([new Uint8Array([0, 13, 10, 255, 45, 45])], 'ü"x.bin', { type: '' }));
    const copy = await new Response(form).formData();
    same(copy.get('quo"te\r\nline'), 'a\r\nb\r\nc\r\nd');
    same([copy.get('bytes').name, hex(await copy.get('bytes').bytes()), copy.get('bytes').type], ['ü"x.bin', '000d0aff2d2d', 'application/octet-stream']);
    const form2 = await new Response('a=1&b=%20', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData();
    same([form2.get('a'), form2.get('b')], ['1', ' ']);
    await throws(() => new Response('x').formData(), 'TypeError');
    await throws(() => new Response('x', { headers: { 'content-type': 'multipart/form-data; boundary=y' } }).formData(), 'TypeError');
    await throws(() => new Response('--y\r\nbroken', { headers: { 'content-type': 'multipart/form-data; boundary=y' } }).formData(), 'TypeError');
    same([...(await new Response('--y--\r\n', { headers: { 'content-type': 'multipart/form-data; boundary="y"' } }).formData())], []);
  });

  test('Blob and File', async () => {
    const blob = new Blob(['a€', new Uint8Array([98]), new Blob(['c']), new DataView(new ArrayBuffer(1))], { type: 'Text/Plain' });
    same([blob.size, blob.type, await blob.text()], [7, 'text/plain', 'a€bc\0']);
    same(await blob.slice(1, 4).text(), '€');
    same([await blob.slice(-2, -1).text(), blob.slice(3, 1).size, blob.slice(0, 1, 'x/y').type], ['c', 0, 'x/y']);
    same((await blob.arrayBuffer()).byteLength, 7);
    const bytes = await blob.bytes();
    bytes[0] = 0;
    same((await blob.bytes())[0], 97);
    let streamed = 0;
    for await (const piece of blob.stream()) streamed += piece.length;
    same(streamed, 7);
    same(new Blob(['a\r\nb\rc'], { endings: 'native' }).size, 5);
    const file = new File(['x'], 'n', { lastModified: 7 });
    ok(file instanceof Blob && file.name === 'n' && file.lastModified === 7);
    for (const bad of ['text', 1, null, {}]) throws(() => new Blob(bad), 'TypeError');
    throws(() => new File(['x']), 'TypeError');
  });

  test('fetch refuses what needs no network to be refused', async () => {
    await throws(() => fetch('/relative'), 'TypeError');
    await throws(() => fetch('ftp://x/'), 'TypeError');
    await throws(() => fetch('file:///etc/passwd'), 'TypeError');
    await throws(() => fetch(), 'TypeError');
    const reason = new RangeError('mine');
    await throws(() => fetch('https://x/', { signal: AbortSignal.abort(reason) }), 'RangeError');
  });

  if (place) {
    const { base, forbidden, unreachable } = place;

    test('a response arrives', async () => {
      const response = await fetch(`${base}/echo`, { method: 'POST', body: 'ü', headers: { 'X-Mine': 'yes' } });
      same([response.status, response.ok, response.type, response.redirected, response.url], [200, true, 'basic', false, `${base}/echo`]);
      const { method, headers, body } = await response.json();
      same([method, body], ['POST', 'ü']);
      const sent = new Headers(headers);
      same([sent.get('x-mine'), sent.get('content-type')], ['yes', 'text/plain;charset=UTF-8']);
      same(response.headers.get('x-a'), '1, 2');
      same(response.headers.getSetCookie(), ['a=1', 'b=2']);
      throws(() => response.headers.set('a', 'b'), 'TypeError');
    });

    test('failing statuses are responses', async () => {
      const response = await fetch(`${base}/missing`);
      same([response.status, response.ok, await response.text()], [404, false, 'nothing here']);
      same((await fetch(`${base}/empty`)).body, null);
    });

    test('bytes and forms survive', async () => {
      same(hex(await (await fetch(`${base}/bytes`)).bytes()), '000102ff');
      same((await (await fetch(`${base}/form`)).formData()).get('b'), 'two words');
    });

    test('redirects are followed, shown or refused', async () => {
      const followed = await fetch(`${base}/redirect`);
      same([followed.redirected, followed.url, await followed.text()], [true, `${base}/landed`, 'landed']);
      same((await fetch(`${base}/redirect`, { redirect: 'manual' })).status, 302);
      await throws(() => fetch(`${base}/redirect`, { redirect: 'error' }), 'TypeError');
    });

    test('a streamed body is sent', async () => {
      const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('one ')); c.enqueue(new TextEncoder().encode('two')); c.close(); } });
      const answer = await (await fetch(new Request(`${base}/echo`, { method: 'PUT', body, duplex: 'half' }))).json();
      same([answer.method, answer.bodyEncoding === 'base64' ? atob(answer.body) : answer.body], ['PUT', 'one two']);
    });

    test('a refusal is the host\'s own error', async () => {
      const error = await fetch(forbidden).then(() => null, (e) => e);
      ok(error instanceof Error && error.code?.startsWith('permission.'), `code ${error?.code}`);
      ok(error.message.length > 20, error.message);
    });

    test('a failed connection is a TypeError with its cause', async () => {
      const error = await throws(() => fetch(unreachable), 'TypeError');
      ok(typeof error.cause?.code === 'string', `cause ${error.cause}`);
    });

    test('a signal ends a slow request', async () => {
      const start = performance.now();
      await throws(() => fetch(`${base}/slow`, { signal: AbortSignal.timeout(20) }), 'TimeoutError');
      const controller = new AbortController();
      const pending = throws(() => fetch(`${base}/slow`, { signal: controller.signal }), 'RangeError');
      controller.abort(new RangeError('enough'));
      await pending;
      ok(performance.now() - start < 1800, 'long before an answer');
    });

    test('many requests at a time', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => fetch(`${base}/echo?${i}`).then((r) => r.json())));
      same(answers.length, 20);
    });
  }
  return report();
}

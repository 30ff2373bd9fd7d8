// crypto, with published vectors; each names its source.
import { fromHex, hex, ok, same, suite, throws } from './check.js';

const { test, report } = suite();
const { subtle } = crypto;
const utf8 = (text) => new TextEncoder().encode(text);
const fromBase64url = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));

test('random values fill what is given', () => {
  for (const type of [Uint8Array, Int16Array, Uint32Array, BigInt64Array, Uint8ClampedArray]) {
    const array = new type(64);
    same(crypto.getRandomValues(array), array);
    ok(array.some((value) => value != 0), type.name);
  }
  const part = new Uint8Array(16);
  crypto.getRandomValues(part.subarray(4, 12));
  same(hex(part.subarray(0, 4)) + hex(part.subarray(12)), '0000000000000000');
  same(crypto.getRandomValues(new Uint8Array(65536)).length, 65536);
  throws(() => crypto.getRandomValues(new Uint8Array(65537)), 'QuotaExceededError');
  for (const bad of [new Float32Array(1), new DataView(new ArrayBuffer(1)), new ArrayBuffer(1), [1]]) {
    throws(() => crypto.getRandomValues(bad), 'TypeMismatchError');
  }
  const moved = crypto.getRandomValues(new Uint8Array(8));
  moved.buffer.transfer();
  ok(moved.buffer.detached, 'the buffer can still be transferred');
});

test('random UUIDs are of version 4 and differ', () => {
  const seen = new Set();
  for (let i = 0; i < 200; i++) {
    const uuid = crypto.randomUUID();
    ok(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid), uuid);
    seen.add(uuid);
  }
  same(seen.size, 200);
  throws(() => new Crypto(), 'TypeError');
});

// FIPS 180-4 example messages, https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
const digests = [
  ['SHA-1', '', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['SHA-1', 'abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['SHA-256', '', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['SHA-256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['sha-256', 'abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ['SHA-384', 'abc', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
  ['SHA-512', 'abc', 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f'],
];
for (const [name, text, expected] of digests) {
  test(`${name} of ${text.length} bytes`, async () => same(hex(await subtle.digest(name, utf8(text))), expected));
}

test('digest takes every buffer source and refuses other algorithms', async () => {
  const { buffer } = new Uint8Array([0, 97, 98, 99, 0]);
  const expected = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  same(hex(await subtle.digest({ name: 'SHA-256' }, new DataView(buffer, 1, 3))), expected);
  same(hex(await subtle.digest('SHA-256', new Uint8Array(buffer, 1, 3))), expected);
  buffer.transfer();
  ok(buffer.detached);
  await throws(() => subtle.digest('MD5', new Uint8Array()), 'NotSupportedError');
  await throws(() => subtle.digest('HMAC', new Uint8Array()), 'NotSupportedError');
  await throws(() => subtle.digest('SHA-256', 'text'), 'TypeError');
  await throws(() => subtle.digest('SHA-256'), 'TypeError');
});

// RFC 4231, sections 4.2, 4.3 and 4.7; RFC 2202 for SHA-1, case 2.
const macs = [
  ['SHA-256', '0b'.repeat(20), hex(utf8('Hi There')), 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  ['SHA-512', hex(utf8('Jefe')), hex(utf8('what do ya want for nothing?')), '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737'],
  ['SHA-384', hex(utf8('Jefe')), hex(utf8('what do ya want for nothing?')), 'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649'],
  ['SHA-256', 'aa'.repeat(131), hex(utf8('Test Using Larger Than Block-Size Key - Hash Key First')), '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54'],
  ['SHA-1', hex(utf8('Jefe')), hex(utf8('what do ya want for nothing?')), 'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79'],
];
for (const [hash, key, data, expected] of macs) {
  test(`HMAC ${hash} with a key of ${key.length / 2} bytes`, async () => {
    const imported = await subtle.importKey('raw', fromHex(key), { name: 'HMAC', hash }, false, ['sign', 'verify']);
    const signature = await subtle.sign('HMAC', imported, fromHex(data));
    same(hex(signature), expected);
    same(await subtle.verify('HMAC', imported, signature, fromHex(data)), true);
    new Uint8Array(signature)[0] ^= 1;
    same(await subtle.verify('HMAC', imported, signature, fromHex(data)), false);
    same(await subtle.verify('HMAC', imported, new Uint8Array(signature, 0, 5), fromHex(data)), false);
  });
}

test('HMAC by JSON Web Key (RFC 7515, appendix A.1)', async () => {
  const jwk = { kty: 'oct', k: 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow' };
  const key = await subtle.importKey('jwk', jwk, { name: 'HMAC', hash: 'SHA-256' }, true, ['verify', 'sign']);
  const input = 'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ';
  ok(await subtle.verify('HMAC', key, fromBase64url('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'), utf8(input)));
  const exported = await subtle.exportKey('jwk', key);
  same([exported.k, exported.alg, exported.ext, exported.key_ops], [jwk.k, 'HS256', true, ['sign', 'verify']]);
  await throws(() => subtle.importKey('jwk', { ...jwk, alg: 'HS512' }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']), 'DataError');
  await throws(() => subtle.importKey('jwk', { ...jwk, ext: false }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']), 'DataError');
  await throws(() => subtle.importKey('jwk', { ...jwk, key_ops: ['verify'] }, { name: 'HMAC', hash: 'SHA-256' }, true, ['sign']), 'DataError');
});

test('made HMAC keys', async () => {
  const key = await subtle.generateKey({ name: 'HMAC', hash: 'SHA-512' }, true, ['sign']);
  same([key.type, key.algorithm.length, (await subtle.exportKey('raw', key)).byteLength], ['secret', 1024, 128]);
  await throws(() => subtle.verify('HMAC', key, new Uint8Array(64), new Uint8Array()), 'InvalidAccessError');
  await throws(() => subtle.generateKey({ name: 'HMAC', hash: 'SHA-1' }, true, []), 'SyntaxError');
  await throws(() => subtle.generateKey({ name: 'HMAC', hash: 'SHA-1' }, true, ['encrypt']), 'SyntaxError');
  await throws(() => subtle.generateKey({ name: 'HMAC' }, true, ['sign']), 'TypeError');
});

// D. McGrew and J. Viega, "The Galois/Counter Mode of Operation", appendix B, cases 2, 4, 6, 10 and 16.
const p = 'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39';
const a = 'feedfacedeadbeeffeedfacedeadbeefabaddad2';
const ciphers = [
  ['00'.repeat(16), '00'.repeat(12), '', '00'.repeat(16), '0388dace60b6a392f328c2b971b2fe78', 'ab6e47d42cec13bdf53a67b21257bddf'],
  ['feffe9928665731c6d6a8f9467308308', 'cafebabefacedbaddecaf888', a, p, '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091', '5bc94fbc3221a5db94fae95ae7121a47'],
  ['feffe9928665731c6d6a8f9467308308', '9313225df88406e555909c5aff5269aa6a7a9538534f7da1e4c303d2a318a728c3c0c95156809539fcf0e2429a6b525416aedbf5a0de6a57a637b39b', a, p, '8ce24998625615b603a033aca13fb894be9112a5c3a211a8ba262a3cca7e2ca701e4a9a4fba43c90ccdcb281d48c7c6fd62875d2aca417034c34aee5', '619cc5aefffe0bfa462af43c1699d050'],
  ['feffe9928665731c6d6a8f9467308308feffe9928665731c', 'cafebabefacedbaddecaf888', a, p, '3980ca0b3c00e841eb06fac4872a2757859e1ceaa6efd984628593b40ca1e19c7d773d00c144c525ac619d18c84a3f4718e2448b2fe324d9ccda2710', '2519498e80f1478f37ba55bd6d27618c'],
  ['feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308', 'cafebabefacedbaddecaf888', a, p, '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662', '76fc6ece0f4e1768cddf8853bb2d551b'],
];
for (const [key, iv, additional, text, cipher, tag] of ciphers) {
  test(`AES-GCM with ${key.length * 4} bits and an iv of ${iv.length / 2} bytes`, async () => {
    const imported = await subtle.importKey('raw', fromHex(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
    const parameters = { name: 'AES-GCM', iv: fromHex(iv), additionalData: fromHex(additional) };
    const sealed = await subtle.encrypt(parameters, imported, fromHex(text));
    same(hex(sealed), cipher + tag);
    same(hex(await subtle.decrypt(parameters, imported, sealed)), text);
    for (const index of [0, sealed.byteLength - 1]) {
      const damaged = new Uint8Array(sealed.slice());
      damaged[index] ^= 1;
      await throws(() => subtle.decrypt(parameters, imported, damaged), 'OperationError');
    }
    await throws(() => subtle.decrypt({ ...parameters, additionalData: utf8('other') }, imported, sealed), 'OperationError');
    const short = await subtle.encrypt({ ...parameters, tagLength: 96 }, imported, fromHex(text));
    same(hex(short), cipher + tag.slice(0, 24));
    same(hex(await subtle.decrypt({ ...parameters, tagLength: 96 }, imported, short)), text);
  });
}

test('AES-GCM keys and their limits', async () => {
  const key = await subtle.generateKey({ name: 'aes-gcm', length: 256 }, true, ['encrypt', 'decrypt']);
  same(JSON.stringify(key.algorithm), '{"name":"AES-GCM","length":256}');
  const jwk = await subtle.exportKey('jwk', key);
  same([jwk.kty, jwk.alg], ['oct', 'A256GCM']);
  const copy = await subtle.importKey('jwk', jwk, 'AES-GCM', false, ['decrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await subtle.encrypt({ name: 'AES-GCM', iv }, key, utf8('secret'));
  same(new TextDecoder().decode(await subtle.decrypt({ name: 'AES-GCM', iv }, copy, sealed)), 'secret');
  await throws(() => subtle.exportKey('raw', copy), 'InvalidAccessError');
  await throws(() => subtle.encrypt({ name: 'AES-GCM', iv }, copy, utf8('x')), 'InvalidAccessError');
  await throws(() => subtle.encrypt({ name: 'AES-GCM', iv, tagLength: 100 }, key, utf8('x')), 'OperationError');
  await throws(() => subtle.encrypt({ name: 'AES-GCM', iv: new Uint8Array() }, key, utf8('x')), 'OperationError');
  await throws(() => subtle.encrypt({ name: 'AES-GCM' }, key, utf8('x')), 'TypeError');
  await throws(() => subtle.encrypt({ name: 'AES-CBC', iv }, key, utf8('x')), 'NotSupportedError');
  await throws(() => subtle.importKey('raw', new Uint8Array(15), 'AES-GCM', false, ['encrypt']), 'DataError');
  await throws(() => subtle.decrypt({ name: 'AES-GCM', iv }, key, new Uint8Array(3)), 'OperationError');
});

// RFC 8032, section 7.1, tests 1, 2, 3 and SHA(abc).
const edwards = [
  ['9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', '', 'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b'],
  ['4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c', '72', '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00'],
  ['c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7', 'fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025', 'af82', '6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a'],
  ['833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42', 'ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf', 'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f', 'dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704'],
];
for (const [seed, point, message, signature] of edwards) {
  test(`Ed25519 over ${message.length / 2} bytes`, async () => {
    const key = await subtle.importKey('raw', fromHex(point), 'Ed25519', true, ['verify']);
    ok(await subtle.verify('Ed25519', key, fromHex(signature), fromHex(message)));
    same(await subtle.verify('Ed25519', key, fromHex(signature), utf8('other')), false);
    same(await subtle.verify('Ed25519', key, new Uint8Array(63), fromHex(message)), false);
    const pkcs8 = fromHex(`302e020100300506032b657004220420${seed}`);
    const secret = await subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
    same(hex(await subtle.sign('Ed25519', secret, fromHex(message))), signature);
    same(hex(await subtle.exportKey('pkcs8', secret)), hex(pkcs8));
    same(hex(await subtle.exportKey('spki', key)), `302a300506032b6570032100${point}`);
  });
}

test('Ed25519 by JSON Web Key (RFC 8037, appendix A)', async () => {
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
  const input = utf8('eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc');
  const signature = fromBase64url('hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg');
  const secret = await subtle.importKey('jwk', jwk, 'Ed25519', true, ['sign']);
  same(hex(await subtle.sign('Ed25519', secret, input)), hex(signature));
  const { d, ...shared } = jwk;
  ok(await subtle.verify('Ed25519', await subtle.importKey('jwk', shared, 'Ed25519', false, ['verify']), signature, input));
  same((await subtle.exportKey('jwk', secret)).d, d);
  await throws(() => subtle.importKey('jwk', { ...jwk, x: jwk.d }, 'Ed25519', true, ['sign']), 'DataError');
});

// RFC 6979, appendices A.2.5 and A.2.6, messages "sample" and "test": public point, then hash, message, r, s.
const p256 = '0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb67903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299';
const p384 = '04ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc138015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720';
const elliptic = [
  ['P-256', p256, 'SHA-256', 'sample', 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716', 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8'],
  ['P-256', p256, 'SHA-256', 'test', 'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367', '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083'],
  ['P-256', p256, 'SHA-1', 'sample', '61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32', '6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb'],
  ['P-384', p384, 'SHA-384', 'sample', '94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46', '99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8'],
];
for (const [namedCurve, point, hash, message, r, s] of elliptic) {
  test(`ECDSA ${namedCurve} with ${hash} over "${message}"`, async () => {
    const key = await subtle.importKey('raw', fromHex(point), { name: 'ECDSA', namedCurve }, true, ['verify']);
    ok(await subtle.verify({ name: 'ECDSA', hash }, key, fromHex(r + s), utf8(message)));
    same(await subtle.verify({ name: 'ECDSA', hash }, key, fromHex(s + r), utf8(message)), false);
    same(await subtle.verify({ name: 'ECDSA', hash }, key, fromHex(r), utf8(message)), false);
    const again = await subtle.importKey('spki', await subtle.exportKey('spki', key), { name: 'ECDSA', namedCurve }, true, ['verify']);
    same(hex(await subtle.exportKey('raw', again)), point);
  });
}

test('ECDSA by JSON Web Key (RFC 7515, appendix A.3)', async () => {
  const jwk = { kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0', d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' };
  const input = utf8('eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ');
  const signature = fromBase64url('DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const { d, ...shared } = jwk;
  const open = await subtle.importKey('jwk', shared, algorithm, true, ['verify']);
  ok(await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, open, signature, input));
  const secret = await subtle.importKey('jwk', jwk, algorithm, true, ['sign']);
  const own = await subtle.sign({ name: 'ECDSA', hash: { name: 'SHA-256' } }, secret, input);
  same(own.byteLength, 64);
  ok(await subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, open, own, input));
  const exported = await subtle.exportKey('jwk', secret);
  same([exported.x, exported.y, exported.d], [jwk.x, jwk.y, d]);
  await throws(() => subtle.importKey('jwk', { ...shared, y: shared.x }, algorithm, true, ['verify']), 'DataError');
  await throws(() => subtle.importKey('jwk', { ...jwk, d: shared.x }, algorithm, true, ['sign']), 'DataError');
  await throws(() => subtle.importKey('jwk', { ...shared, crv: 'P-384' }, algorithm, true, ['verify']), 'DataError');
});

test('made pairs sign and verify', async () => {
  for (const [algorithm, use] of [[{ name: 'ECDSA', namedCurve: 'P-256' }, { name: 'ECDSA', hash: 'SHA-384' }], [{ name: 'ECDSA', namedCurve: 'P-384' }, { name: 'ECDSA', hash: 'SHA-256' }], ['Ed25519', 'Ed25519']]) {
    const { privateKey, publicKey } = await subtle.generateKey(algorithm, false, ['sign', 'verify']);
    same([privateKey.type, publicKey.type, privateKey.usages, publicKey.usages], ['private', 'public', ['sign'], ['verify']]);
    const signature = await subtle.sign(use, privateKey, utf8('m'));
    ok(await subtle.verify(use, publicKey, signature, utf8('m')));
    await throws(() => subtle.exportKey('pkcs8', privateKey), 'InvalidAccessError');
    await throws(() => subtle.sign(use, publicKey, utf8('m')), 'InvalidAccessError');
    const other = await subtle.generateKey(algorithm, true, ['sign', 'verify']);
    same(await subtle.verify(use, other.publicKey, signature, utf8('m')), false);
    const copy = await subtle.importKey('pkcs8', await subtle.exportKey('pkcs8', other.privateKey), algorithm, true, ['sign']);
    ok(await subtle.verify(use, other.publicKey, await subtle.sign(use, copy, utf8('n')), utf8('n')));
  }
});

test('points off the curve and other nonsense are DataErrors', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  for (const bytes of ['', '04', '00', `${p256.slice(0, -2)}00`, `02${p256.slice(2, 66)}`, '04'.padEnd(130, '0'), p384]) {
    await throws(() => subtle.importKey('raw', fromHex(bytes), algorithm, true, ['verify']), 'DataError', bytes.slice(0, 20));
  }
  await throws(() => subtle.importKey('spki', fromHex('3000'), algorithm, true, ['verify']), 'DataError');
  await throws(() => subtle.importKey('pkcs8', crypto.getRandomValues(new Uint8Array(64)), 'Ed25519', true, ['sign']), 'DataError');
  await throws(() => subtle.importKey('raw', fromHex(p256), { name: 'ECDSA', namedCurve: 'P-521' }, true, ['verify']), 'NotSupportedError');
  await throws(() => subtle.importKey('raw', fromHex(p256), algorithm, true, ['sign']), 'SyntaxError');
  await throws(() => subtle.importKey('raw', fromHex(p256), algorithm, true, ['nonsense']), 'TypeError');
});

test('keys are opaque, and changing what they show changes nothing', async () => {
  const key = await subtle.importKey('raw', new Uint8Array(32), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  key.algorithm.hash.name = 'SHA-1';
  key.usages.push('verify');
  same((await subtle.sign('HMAC', key, utf8('x'))).byteLength, 32);
  await throws(() => subtle.verify('HMAC', key, new Uint8Array(32), utf8('x')), 'InvalidAccessError');
  await throws(() => subtle.sign('HMAC', { ...key }, utf8('x')), 'TypeError');
  throws(() => new CryptoKey(), 'TypeError');
  same((await subtle.sign('HMAC', structuredClone(key), utf8('x'))).byteLength, 32);
});

export const run = report;

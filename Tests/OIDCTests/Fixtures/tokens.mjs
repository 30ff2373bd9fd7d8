// Makes keys and tokens, good and bad, and prints them as one JSON document. NOW is the first argument, in seconds.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

const now = Number(process.argv[2]);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (pair, kid, extra) => ({ ...pair.publicKey.export({ format: 'jwk' }), kid, ...extra });
const keys = [jwk(rsa, 'r1', { use: 'sig', alg: 'RS256' }), jwk(ec, 'e1'), jwk(weak, 'weak'), { kty: 'oct', kid: 'o1', k: 'c2VjcmV0' }];

const text = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const claims = { iss: 'https://id.acme.test', aud: 'hub', sub: 'u-1', exp: now + 300, iat: now, nonce: 'n-1', email: 'ada@acme.test', email_verified: true, groups: ['dev', 'ops', 7, 'unknown'] };
const token = (header, body, pair = rsa) => {
  const signed = `${text(header)}.${text(body)}`;
  const options = { key: pair.privateKey, dsaEncoding: 'ieee-p1363' };
  return `${signed}.${sign('sha256', Buffer.from(signed), options).toString('base64url')}`;
};
const R = { alg: 'RS256', kid: 'r1' };
const E = { alg: 'ES256', kid: 'e1' };
const unsigned = (header, body, tail = '') => `${text(header)}.${text(body)}.${tail}`;
const hmac = (secret) => {
  const signed = unsigned({ alg: 'HS256', kid: 'r1' }, claims).slice(0, -1);
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
};
const without = (name) => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
const good = token(R, claims);
const flipped = (whole, part) => {
  const parts = whole.split('.');
  const bytes = Buffer.from(parts[part], 'base64url');
  bytes[bytes.length >> 1] ^= 1;
  parts[part] = bytes.toString('base64url');
  return parts.join('.');
};
const derSigned = () => {
  const signed = `${text(E)}.${text(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), ec.privateKey).toString('base64url')}`;
};
const ecGood = token(E, claims, ec);

console.log(JSON.stringify({
  keys: { keys },
  tokens: {
    'RS256': good,
    'ES256': ecGood,
    'audience in a list': token(R, { ...claims, aud: ['hub'] }),
    'two audiences, given to us': token(R, { ...claims, aud: ['hub', 'other'], azp: 'hub' }),
    'over since half a minute': token(R, { ...claims, exp: now - 30 }),
    'from half a minute ahead': token(R, { ...claims, iat: now + 30, nbf: now + 30 }),
    'none': unsigned({ alg: 'none' }, claims),
    'None': unsigned({ alg: 'None', kid: 'r1' }, claims, good.split('.')[2]),
    'no algorithm': unsigned({ kid: 'r1' }, claims, good.split('.')[2]),
    'HS256 with the public key': hmac(rsa.publicKey.export({ type: 'spki', format: 'pem' })),
    'HS256 with the published secret': hmac('secret'),
    'RS512': unsigned({ alg: 'RS512', kid: 'r1' }, claims, good.split('.')[2]),
    'ES256 by an RSA key': token({ alg: 'ES256', kid: 'r1' }, claims),
    'RS256 by a curve key': token({ alg: 'RS256', kid: 'e1' }, claims, ec),
    'another key': token(R, claims, stranger),
    'a weak key': token({ alg: 'RS256', kid: 'weak' }, claims, weak),
    'unknown key': token({ alg: 'RS256', kid: 'r9' }, claims, stranger),
    'key of no text': token({ alg: 'RS256', kid: 1 }, claims),
    'no key named, several published': token({ alg: 'RS256' }, claims),
    'a key along with it': token({ alg: 'RS256', kid: 'r9', jwk: stranger.publicKey.export({ format: 'jwk' }) }, claims, stranger),
    'critical extension': token({ ...R, crit: ['b64'], b64: true }, claims),
    'signature changed': flipped(good, 2),
    'body changed': flipped(good, 1),
    'curve signature changed': flipped(ecGood, 2),
    'curve signature of zeros': ecGood.split('.').slice(0, 2).concat(Buffer.alloc(64).toString('base64url')).join('.'),
    'curve signature as DER': derSigned(),
    'no signature': unsigned(R, claims),
    'padded': `${good}==`,
    'second spelling': good.replace(/.$/, (last) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('').find((c, i, all) => all.indexOf(last) >> 4 === i >> 4 && c !== last)),
    'four parts': `${good}.x`,
    'one part': 'hello',
    'empty': '',
    'wrong issuer': token(R, { ...claims, iss: 'https://id.acme.test/' }),
    'no issuer': token(R, without('iss')),
    'wrong audience': token(R, { ...claims, aud: 'other' }),
    'no audience': token(R, without('aud')),
    'two audiences, given to nobody': token(R, { ...claims, aud: ['hub', 'other'] }),
    'given to another': token(R, { ...claims, azp: 'other' }),
    'over': token(R, { ...claims, exp: now - 61 }),
    'no end': token(R, without('exp')),
    'end as text': token(R, { ...claims, exp: String(now + 300) }),
    'made tomorrow': token(R, { ...claims, iat: now + 86400 }),
    'made yesterday': token(R, { ...claims, iat: now - 86400 }),
    'no time': token(R, without('iat')),
    'not good yet': token(R, { ...claims, nbf: now + 600 }),
    'wrong nonce': token(R, { ...claims, nonce: 'n-2' }),
    'no nonce': token(R, without('nonce')),
    'no subject': token(R, without('sub')),
    'empty subject': token(R, { ...claims, sub: '' }),
    'huge subject': token(R, { ...claims, sub: 'x'.repeat(256) }),
    'keys twice': token(R, JSON.stringify(claims).replace('{', '{"sub":"admin",')),
    'header keys twice': token('{"alg":"none","alg":"RS256","kid":"r1"}', claims),
    'body is a list': token(R, [claims]),
    'body is no JSON': token(R, '{"iss":'),
    'deep': token(R, JSON.stringify({ ...claims, x: 0 }).replace('"x":0', `"x":${'['.repeat(100)}${']'.repeat(100)}`)),
    'huge': token(R, { ...claims, x: 'x'.repeat(40000) }),
  },
}));

// A small OpenID Connect provider on loopback: prints its port, lives until its standard input ends.
// Its clock stands at the milliseconds named on its command line; without them it goes.
// What it answers is chosen by the client's id, so that one provider plays the good and the bad ones.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';

const make = (kid) => ({ kid, ...generateKeyPairSync('rsa', { modulusLength: 2048 }) });
let [current, published] = [make('k1'), []];
published = [current];
const codes = new Map();
// What is known of whoever signs in, by the client that asks.
const people = {
  'verified-client': { email: 'grace@acme.test', email_verified: true, name: 'Grace' },
  'unverified-client': { email: 'grace@acme.test', email_verified: false, name: 'Grace' },
};
let keysAsked = 0;
const text = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const send = (response, status, value) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

const server = createServer(async (request, response) => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const url = new URL(request.url, issuer);
  let body = '';
  for await (const chunk of request) body += chunk;
  const form = new URLSearchParams(body);
  switch (url.pathname) {
    case '/.well-known/openid-configuration':
      return send(response, 200, { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/keys` });
    case '/other/.well-known/openid-configuration': return send(response, 200, { issuer });
    case '/moved/.well-known/openid-configuration': return response.writeHead(302, { location: `${issuer}/.well-known/openid-configuration` }).end();
    case '/huge/.well-known/openid-configuration': return send(response, 200, { issuer: `${issuer}/huge`, x: 'x'.repeat(1 << 20) });
    case '/keys':
      keysAsked += 1;
      return send(response, 200, { keys: published.map((key) => ({ ...key.publicKey.export({ format: 'jwk' }), kid: key.kid, use: 'sig' })) });
    case '/keys-asked': return send(response, 200, { count: keysAsked });
    case '/roll': current = make(randomUUID()); published = url.searchParams.has('hidden') ? published : [current]; return send(response, 200, {});
    case '/authorize': {
      const asked = Object.fromEntries(url.searchParams);
      if (asked.response_type !== 'code' || asked.code_challenge_method !== 'S256' || !asked.scope.split(' ').includes('openid')) return send(response, 400, {});
      const code = randomUUID();
      codes.set(code, asked);
      return send(response, 200, { code, state: asked.state });
    }
    case '/token': {
      const asked = codes.get(form.get('code'));
      codes.delete(form.get('code'));
      const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
      const isRight = asked && request.method === 'POST' && form.get('grant_type') === 'authorization_code' && asked.code_challenge === challenge
        && asked.redirect_uri === form.get('redirect_uri') && asked.client_id === form.get('client_id') && form.get('client_secret') === 's&cr=t';
      if (!isRight) return send(response, 400, { error: 'invalid_grant' });
      const now = Math.floor((Number(process.argv[2]) || Date.now()) / 1000);
      const nonce = asked.client_id === 'wrong-nonce' ? 'other' : asked.nonce;
      const signed = `${text({ alg: 'RS256', kid: current.kid })}.${text({ iss: issuer, aud: asked.client_id, sub: 'u-1', ...people[asked.client_id], iat: now, exp: now + 300, nonce })}`;
      const id_token = `${signed}.${sign('sha256', Buffer.from(signed), current.privateKey).toString('base64url')}`;
      return send(response, 200, asked.client_id === 'no-token' ? {} : { id_token, access_token: 'unused', token_type: 'Bearer' });
    }
    default: return send(response, 404, {});
  }
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('end', () => process.exit(0)).resume();

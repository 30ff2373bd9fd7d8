import type { Problem } from '../../api/types';

type Words = Pick<Problem, 'detail' | 'remedy' | 'turn'>;

/** What a person reads about a sign-in at a provider that did not work; the hub's log has the inside reason. Codes: docs/errors.md. */
const words: Record<string, Words> = {
  'account.not-invited': {
    detail: 'You are known there, but not invited here.', turn: 'operator',
    remedy: 'Ask an administrator of this hub to add your e-mail address; the provider must have verified it.',
  },
  'account.too-many-tries': { detail: 'There were too many tries from your address.', turn: 'caller', remedy: 'Your turn: wait some minutes, then sign in again.' },
  'account.busy': { detail: 'Too many people are signing in at this moment.', turn: 'caller', remedy: 'Your turn: try again in a few seconds.' },
  'oidc.bad-return': {
    detail: 'The sign-in was broken off: it took too long, was refused, or began in another browser.', turn: 'caller', remedy: 'Your turn: sign in again, from here.',
  },
  'oidc.unreachable': {
    detail: 'The provider did not answer as it should.', turn: 'operator',
    remedy: 'Try again in a minute. If it stays, the operator has to check the provider\u2019s address; the hub\u2019s log has the reason.',
  },
  'oidc.bad-description': {
    detail: 'What the provider says about itself does not fit this hub\u2019s settings.', turn: 'operator', remedy: 'Tell the operator: the issuer has to be compared.',
  },
  'oidc.bad-token': { detail: 'The provider sent a proof that this hub cannot accept.', turn: 'downstream', remedy: 'Sign in again. If it stays, tell the operator: the log has the reason.' },
  'oidc.bad-keys': { detail: 'The provider\u2019s keys cannot be used.', turn: 'downstream', remedy: 'Whoever runs the provider has to look at them; tell the operator.' },
  'oidc.unknown-key': { detail: 'The provider signed with a key that it does not publish.', turn: 'downstream', remedy: 'Sign in again; providers that change keys need a moment. If it stays, tell the operator.' },
};

const others: Words = { detail: 'Signing in at the provider did not work.', turn: 'operator', remedy: 'Try again. If it stays, the hub\u2019s log has the reason.' };

/** Why somebody comes back from a provider without being signed in: `/?problem=CODE`. Takes it out of the address, so that it is shown once. */
export function takeReturnProblem(): Problem | null {
  const query = new URLSearchParams(window.location.search);
  const code = query.get('problem');
  if (code === null || window.location.pathname !== '/') return null;
  query.delete('problem');
  const rest = query.toString();
  window.history.replaceState(null, '', rest ? `/?${rest}` : '/');
  // Whoever made the address, only a code is shown of it.
  const isCode = /^[a-z][a-z0-9.-]{0,60}$/.test(code);
  return { status: 0, title: 'Not signed in', code: isCode ? code : 'request.failed', ...((isCode && words[code]) || others) };
}

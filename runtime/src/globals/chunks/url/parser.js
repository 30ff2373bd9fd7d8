// The basic URL parser (https://url.spec.whatwg.org/#url-parsing), by slices instead of a character at a time: without a JIT, searching
// for the next delimiter natively is many times cheaper. Section names of the standard's states are kept as function names.
//
// A record is { scheme, username, password, host, port, path, query, fragment }: host, port, query and fragment may be null, the port is
// text, and the path is an array of segments, or a string where it is opaque. All of it is encoded already.
import { controlSet, fragmentSet, pathSet, percentEncode, querySet, specialQuerySet, userinfoSet } from './encode.js';
import { parseHost } from './host.js';

const {
  ArrayPrototypeJoin, ArrayPrototypePush, ArrayPrototypeSlice, RegExpPrototypeExec, StringPrototypeIndexOf, StringPrototypeLastIndexOf,
  StringPrototypeReplaceAll, StringPrototypeSlice, StringPrototypeSplit, StringPrototypeToLowerCase,
} = core.primordials;

const defaultPorts = { __proto__: null, 'http:': '80', 'https:': '443', 'ws:': '80', 'wss:': '443', 'ftp:': '21', 'file:': '' };

export function isSpecial(record) {
  return record.scheme in defaultPorts;
}

export function hasOpaquePath(record) {
  return typeof record.path === 'string';
}

export function removeTabsAndNewlines(text) {
  if (RegExpPrototypeExec(/[\t\n\r]/, text) === null) return text;
  return StringPrototypeReplaceAll(StringPrototypeReplaceAll(StringPrototypeReplaceAll(text, '\t', ''), '\n', ''), '\r', '');
}

function trimControls(text) {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] <= ' ') start++;
  while (end > start && text[end - 1] <= ' ') end--;
  return start === 0 && end === text.length ? text : StringPrototypeSlice(text, start, end);
}

/// Where the first match of a delimiter pattern stands, or the end.
function endBefore(text, pattern) {
  const match = RegExpPrototypeExec(pattern, text);
  return match === null ? text.length : match.index;
}

const isSlash = (special, letter) => letter === '/' || (special && letter === '\\');

/// A record for well-formed input, or undefined for a failure.
export function parse(input, base) {
  input = removeTabsAndNewlines(trimControls(input));
  const match = RegExpPrototypeExec(/^[a-z][a-z\d+.-]*:/i, input);
  if (match === null) return noScheme(input, base);
  const scheme = StringPrototypeToLowerCase(match[0]);
  const record = { scheme, username: '', password: '', host: null, port: null, path: [], query: null, fragment: null };
  const rest = StringPrototypeSlice(input, scheme.length);
  if (scheme === 'file:') return file(record, rest, base !== undefined && base.scheme === scheme ? base : undefined);
  if (scheme in defaultPorts) {
    if (base !== undefined && base.scheme === scheme && !(rest[0] === '/' && rest[1] === '/')) return relative(record, rest, base);
    return authorityIgnoringSlashes(record, rest);
  }
  if (rest[0] !== '/') return opaquePath(record, rest);
  return rest[1] === '/' ? authority(record, StringPrototypeSlice(rest, 2)) : afterHost(record, rest);
}

function noScheme(input, base) {
  if (base === undefined || (hasOpaquePath(base) && input[0] !== '#')) return undefined;
  const record = { scheme: base.scheme, username: '', password: '', host: null, port: null, path: [], query: null, fragment: null };
  if (hasOpaquePath(base)) {
    record.path = base.path;
    record.query = base.query;
    return queryAndFragment(record, input);
  }
  return base.scheme === 'file:' ? file(record, input, base) : relative(record, input, base);
}

function relative(record, input, base) {
  const special = isSpecial(record);
  if (isSlash(special, input[0])) {
    if (special && isSlash(true, input[1])) return authorityIgnoringSlashes(record, input);
    if (input[1] === '/') return authority(record, StringPrototypeSlice(input, 2));
    copyAuthority(record, base);
    return afterHost(record, input);
  }
  copyAuthority(record, base);
  return relativePath(record, input, base, false);
}

function copyAuthority(record, base) {
  record.username = base.username;
  record.password = base.password;
  record.host = base.host;
  record.port = base.port;
}

/// Input without a leading slash, taken from the base's path and, if it is empty up to there, its query.
function relativePath(record, input, base, dropsBasePath) {
  record.path = dropsBasePath ? [] : ArrayPrototypeSlice(base.path);
  if (input === '' || input[0] === '?' || input[0] === '#') {
    record.query = base.query;
    return queryAndFragment(record, input);
  }
  if (!dropsBasePath) shortenPath(record);
  return pathQueryAndFragment(record, input);
}

function authorityIgnoringSlashes(record, input) {
  let start = 0;
  while (isSlash(true, input[start])) start++;
  return authority(record, StringPrototypeSlice(input, start));
}

function authority(record, input) {
  const special = isSpecial(record);
  const end = endBefore(input, special ? /[/\\?#]/ : /[/?#]/);
  let host = StringPrototypeSlice(input, 0, end);
  const at = StringPrototypeLastIndexOf(host, '@');
  if (at >= 0) {
    const credentials = StringPrototypeSlice(host, 0, at);
    host = StringPrototypeSlice(host, at + 1);
    if (host === '') return undefined;
    const colon = StringPrototypeIndexOf(credentials, ':');
    record.username = percentEncode(colon < 0 ? credentials : StringPrototypeSlice(credentials, 0, colon), userinfoSet);
    record.password = colon < 0 ? '' : percentEncode(StringPrototypeSlice(credentials, colon + 1), userinfoSet);
  }
  const colon = portColon(host);
  if (colon >= 0) {
    const port = StringPrototypeSlice(host, colon + 1);
    if (colon === 0 || RegExpPrototypeExec(/^\d*$/, port) === null || !setPort(record, port)) return undefined;
    host = StringPrototypeSlice(host, 0, colon);
  } else if (special && host === '') {
    return undefined;
  }
  record.host = parseHost(host, special);
  return record.host === undefined ? undefined : afterHost(record, StringPrototypeSlice(input, end));
}

/// Where the colon before the port stands; those of an IPv6 address are in brackets.
export function portColon(host) {
  const bracket = StringPrototypeLastIndexOf(host, ']');
  return StringPrototypeIndexOf(host, ':', bracket < 0 || host[0] !== '[' ? 0 : bracket);
}

/// Sets a port of decimal digits; no digits leave it alone. False when it is too high.
export function setPort(record, digits) {
  if (digits === '') return true;
  if (+digits > 65535) return false;
  record.port = defaultPorts[record.scheme] === `${+digits}` ? null : `${+digits}`;
  return true;
}

const driveLetter = /^[a-z][:|]$/i;
const startsWithDrive = /^[a-z][:|](?:[/\\?#]|$)/i;

function file(record, input, base) {
  record.host = '';
  if (!isSlash(true, input[0])) {
    if (base === undefined) return pathQueryAndFragment(record, input);
    record.host = base.host;
    return relativePath(record, input, base, RegExpPrototypeExec(startsWithDrive, input) !== null);
  }
  if (isSlash(true, input[1])) return fileHost(record, StringPrototypeSlice(input, 2));
  if (base !== undefined) {
    record.host = base.host;
    const hasDrive = RegExpPrototypeExec(startsWithDrive, StringPrototypeSlice(input, 1)) !== null;
    if (!hasDrive && base.path.length > 0 && isNormalizedDrive(base.path[0])) ArrayPrototypePush(record.path, base.path[0]);
  }
  return pathQueryAndFragment(record, StringPrototypeSlice(input, 1));
}

function fileHost(record, input) {
  const end = endBefore(input, /[/\\?#]/);
  const host = StringPrototypeSlice(input, 0, end);
  if (RegExpPrototypeExec(driveLetter, host) !== null) return pathQueryAndFragment(record, input);
  if (!setFileHost(record, host)) return undefined;
  return afterHost(record, StringPrototypeSlice(input, end));
}

/// Sets the host of a file URL, where localhost is the empty one; false when it is not allowed.
export function setFileHost(record, text) {
  const host = text === '' ? '' : parseHost(text, true);
  if (host === undefined) return false;
  record.host = host === 'localhost' ? '' : host;
  return true;
}

/// The path start state: what follows a host.
function afterHost(record, input) {
  if (isSlash(isSpecial(record), input[0])) return pathQueryAndFragment(record, StringPrototypeSlice(input, 1));
  if (isSpecial(record)) return pathQueryAndFragment(record, input);
  return queryAndFragment(record, input);
}

function pathQueryAndFragment(record, input) {
  const end = endBefore(input, /[?#]/);
  appendPath(record, StringPrototypeSlice(input, 0, end));
  return queryAndFragment(record, StringPrototypeSlice(input, end));
}

/// The path state: appends the segments of `text`, which has no leading slash, to the record's path.
export function appendPath(record, text) {
  const special = isSpecial(record);
  if (special && StringPrototypeIndexOf(text, '\\') >= 0) text = StringPrototypeReplaceAll(text, '\\', '/');
  const segments = StringPrototypeSplit(percentEncode(text, pathSet), '/');
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i];
    const isLast = i === segments.length - 1;
    const dots = segment.length > 6 ? 0 : countDots(segment);
    if (dots === 2) shortenPath(record);
    if (dots > 0) {
      if (isLast) ArrayPrototypePush(record.path, '');
    } else if (record.scheme === 'file:' && record.path.length === 0 && RegExpPrototypeExec(driveLetter, segment) !== null) {
      ArrayPrototypePush(record.path, `${segment[0]}:`);
    } else {
      ArrayPrototypePush(record.path, segment);
    }
  }
}

/// 1 or 2 for a segment that means this or the upper level, else 0.
function countDots(segment) {
  if (segment === '.') return 1;
  if (segment === '..') return 2;
  const match = RegExpPrototypeExec(/^(?:\.|%2e)(\.|%2e)?$/i, segment);
  return match === null ? 0 : match[1] === undefined ? 1 : 2;
}

const isNormalizedDrive = (segment) => RegExpPrototypeExec(/^[a-z]:$/i, segment) !== null;

function shortenPath({ scheme, path }) {
  if (scheme === 'file:' && path.length === 1 && isNormalizedDrive(path[0])) return;
  if (path.length > 0) path.length--;
}

function opaquePath(record, input) {
  const end = endBefore(input, /[?#]/);
  let path = StringPrototypeSlice(input, 0, end);
  // A blank at the very end would be lost when the result is parsed again.
  if (end < input.length && path[end - 1] === ' ') path = `${StringPrototypeSlice(path, 0, -1)}%20`;
  record.path = percentEncode(path, controlSet);
  return queryAndFragment(record, StringPrototypeSlice(input, end));
}

/// `input` is empty or starts with a question mark or a number sign.
function queryAndFragment(record, input) {
  if (input === '') return record;
  const hash = StringPrototypeIndexOf(input, '#');
  if (input[0] === '?') setQuery(record, hash < 0 ? StringPrototypeSlice(input, 1) : StringPrototypeSlice(input, 1, hash));
  if (hash >= 0) setFragment(record, StringPrototypeSlice(input, hash + 1));
  return record;
}

export function setQuery(record, text) {
  record.query = percentEncode(text, isSpecial(record) ? specialQuerySet : querySet);
}

export function setFragment(record, text) {
  record.fragment = percentEncode(text, fragmentSet);
}

export function serializePath({ path }) {
  if (typeof path === 'string') return path;
  return path.length === 0 ? '' : `/${ArrayPrototypeJoin(path, '/')}`;
}

export function serializeHost({ host, port }) {
  return port === null ? host ?? '' : `${host}:${port}`;
}

export function serialize(record) {
  const { scheme, username, password, host, path, query, fragment } = record;
  let text = scheme;
  if (host !== null) {
    text += '//';
    if (username !== '' || password !== '') text += `${username}${password === '' ? '' : `:${password}`}@`;
    text += serializeHost(record);
  } else if (typeof path !== 'string' && path.length > 1 && path[0] === '') {
    text += '/.'; // or the path would read as a host
  }
  text += serializePath(record);
  if (query !== null) text += `?${query}`;
  return fragment === null ? text : `${text}#${fragment}`;
}

/// The ASCII origin of a record, 'null' for an opaque one.
export function originOf(record) {
  const { scheme, path } = record;
  if (scheme === 'blob:' && typeof path === 'string') {
    const inner = parse(path, undefined);
    return inner !== undefined && (inner.scheme === 'http:' || inner.scheme === 'https:') ? originOf(inner) : 'null';
  }
  return scheme in defaultPorts && scheme !== 'file:' ? `${scheme}//${serializeHost(record)}` : 'null';
}

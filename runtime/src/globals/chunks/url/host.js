// Hosts: domains, IPv4 and IPv6 addresses, and opaque hosts (https://url.spec.whatwg.org/#host-parsing).
import { controlSet, percentDecode, percentEncode } from './encode.js';

const {
  ArrayPrototypeJoin, ArrayPrototypePush, NumberPrototypeToString, RegExpPrototypeExec, StringPrototypeEndsWith, StringPrototypeSlice,
  StringPrototypeSplit, StringPrototypeToLowerCase,
} = core.primordials;
const { domainToASCII } = core.native;

const plainDomain = /^[a-z\d.-]+$/i;
const asciiDomain = /^[\0-\x7f]+$/;
const forbiddenHost = /[\0\t\n\r #/:<>?@[\\\]^|]/;
const forbiddenDomain = /[\0-\x20#%/:<>?@[\\\]^|\x7f]/;
const numberEnd = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;

/// The serialised host, or undefined when it is not allowed.
export function parseHost(input, isSpecial) {
  if (input[0] === '[') {
    if (!StringPrototypeEndsWith(input, ']')) return undefined;
    const pieces = parseIPv6(StringPrototypeSlice(input, 1, -1));
    return pieces === undefined ? undefined : `[${serializeIPv6(pieces)}]`;
  }
  if (!isSpecial) return RegExpPrototypeExec(forbiddenHost, input) !== null ? undefined : percentEncode(input, controlSet);
  let domain = input;
  if (RegExpPrototypeExec(plainDomain, input) === null) {
    domain = percentDecode(input, false);
    // ASCII names are taken as they are, even with labels that only look like Punycode: the web has such hosts.
    if (RegExpPrototypeExec(asciiDomain, domain) === null) domain = domainToASCII(domain, false);
    if (domain === null || domain === '' || RegExpPrototypeExec(forbiddenDomain, domain) !== null) return undefined;
  }
  domain = StringPrototypeToLowerCase(domain);
  return RegExpPrototypeExec(numberEnd, domain) !== null ? parseIPv4(domain) : domain;
}

/// A name whose last label is a number is an address or nothing.
function parseIPv4(input) {
  const parts = StringPrototypeSplit(input, '.');
  if (parts[parts.length - 1] === '' && parts.length > 1) parts.length--;
  if (parts.length > 4) return undefined;
  let address = 0;
  for (let i = 0; i < parts.length; i++) {
    const number = parseIPv4Number(parts[i]);
    const isLast = i === parts.length - 1;
    if (number === undefined || number >= (isLast ? 256 ** (5 - parts.length) : 256)) return undefined;
    address += isLast ? number : number * 256 ** (3 - i);
  }
  return `${(address >>> 24) & 255}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
}

function parseIPv4Number(text) {
  if (RegExpPrototypeExec(/^0x[\da-f]*$/i, text) !== null) return text.length === 2 ? 0 : +text;
  if (RegExpPrototypeExec(/^0[0-7]*$/, text) !== null) return +`0o${text}`;
  return RegExpPrototypeExec(/^[1-9]\d*$/, text) !== null ? +text : undefined;
}

/// Eight 16-bit pieces, or undefined.
function parseIPv6(input) {
  const pieces = [0, 0, 0, 0, 0, 0, 0, 0];
  let count = 0;
  let compress = -1;
  let at = 0;
  if (input[0] === ':') {
    if (input[1] !== ':') return undefined;
    at = 2;
    compress = 0;
  }
  while (at < input.length) {
    if (count === 8) return undefined;
    if (input[at] === ':') {
      if (compress >= 0) return undefined;
      at++;
      compress = count;
      continue;
    }
    const digits = RegExpPrototypeExec(/^[\da-f]{0,4}/i, StringPrototypeSlice(input, at, at + 4))[0];
    const next = input[at + digits.length];
    if (next === '.') {
      const tail = parseIPv4Tail(StringPrototypeSlice(input, at));
      if (tail === undefined || count > 6) return undefined;
      pieces[count++] = tail >>> 16;
      pieces[count++] = tail & 0xffff;
      break;
    }
    if (digits === '') return undefined;
    pieces[count++] = +`0x${digits}`;
    at += digits.length;
    if (next === ':') {
      if (++at === input.length) return undefined;
    } else if (next !== undefined) {
      return undefined;
    }
  }
  if (compress < 0) return count === 8 ? pieces : undefined;
  for (let from = count - 1, to = 7; count !== 8 && from >= compress; from--, to--) {
    pieces[to] = pieces[from];
    pieces[from] = 0;
  }
  return pieces;
}

/// The dotted decimal end of an IPv6 address as a 32-bit number; stricter than an IPv4 host.
function parseIPv4Tail(text) {
  const match = RegExpPrototypeExec(/^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/, text);
  if (match === null) return undefined;
  let address = 0;
  for (let i = 1; i <= 4; i++) {
    if (match[i] > 255) return undefined;
    address = address * 256 + +match[i];
  }
  return address;
}

/// Lower-case hexadecimal, with the first longest run of two or more zeros compressed (RFC 5952).
function serializeIPv6(pieces) {
  let start = -1;
  let longest = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && pieces[i + run] === 0) run++;
    if (run > longest) {
      start = i;
      longest = run;
    }
    i += run;
  }
  const text = [];
  for (let i = 0; i < 8; i++) ArrayPrototypePush(text, NumberPrototypeToString(pieces[i], 16));
  if (start < 0) return ArrayPrototypeJoin(text, ':');
  const end = start + longest;
  let head = '';
  for (let i = 0; i < start; i++) head += `${text[i]}:`;
  let tail = '';
  for (let i = end; i < 8; i++) tail += `:${text[i]}`;
  return `${head === '' ? ':' : head}${tail === '' ? ':' : tail}`;
}

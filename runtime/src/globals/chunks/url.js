// URL (https://url.spec.whatwg.org/#url-class).
import { toUSVString, percentEncode, userinfoSet } from './url/encode.js';
import { parseHost } from './url/host.js';
import { bindParams, resetParams, URLSearchParams } from './url/params.js';
import {
  appendPath, hasOpaquePath, isSpecial, originOf, parse, portColon, removeTabsAndNewlines, serialize, serializeHost, serializePath,
  setFileHost, setFragment, setPort, setQuery,
} from './url/parser.js';
import { defineInterface, requireArguments } from './interfaces.js';

const { RegExpPrototypeExec, StringPrototypeSlice, StringPrototypeToLowerCase, TypeError } = core.primordials;

const cannotHaveCredentials = ({ host, scheme }) => host === null || host === '' || scheme === 'file:';

function parseWithBase(input, base) {
  let baseRecord;
  if (base !== undefined) {
    baseRecord = parse(toUSVString(base), undefined);
    if (baseRecord === undefined) return undefined;
  }
  return parse(toUSVString(input), baseRecord);
}

/// The host and hostname setters; the latter takes no port.
function setHost(record, value, takesPort) {
  if (hasOpaquePath(record)) return;
  const text = removeTabsAndNewlines(toUSVString(value));
  const special = isSpecial(record);
  let host = RegExpPrototypeExec(special ? /^[^/\\?#]*/ : /^[^/?#]*/, text)[0];
  if (record.scheme === 'file:') {
    setFileHost(record, host);
    return;
  }
  const colon = portColon(host);
  let port = '';
  if (colon >= 0) {
    if (colon === 0 || !takesPort) return;
    port = RegExpPrototypeExec(/^\d*/, StringPrototypeSlice(host, colon + 1))[0];
    host = StringPrototypeSlice(host, 0, colon);
  } else if (host === '' && (special || record.username !== '' || record.password !== '' || record.port !== null)) {
    return;
  }
  const parsed = parseHost(host, special);
  if (parsed === undefined) return;
  record.host = parsed;
  setPort(record, port);
}

class URL {
  #record;
  #href = undefined; // serialised when asked for
  #params = undefined; // made when asked for

  constructor(url, base = undefined) {
    requireArguments(arguments.length, 1, 'URL');
    this.#record = parseWithBase(url, base);
    if (this.#record === undefined) {
      throw new TypeError(`Invalid URL: '${url}'${base === undefined ? '' : ` with base '${base}'`}`);
    }
  }

  static canParse(url, base = undefined) {
    requireArguments(arguments.length, 1, 'URL.canParse');
    return parseWithBase(url, base) !== undefined;
  }

  static parse(url, base = undefined) {
    requireArguments(arguments.length, 1, 'URL.parse');
    const record = parseWithBase(url, base);
    if (record === undefined) return null;
    const made = new URL('about:blank');
    made.#record = record;
    return made;
  }

  get href() {
    return (this.#href ??= serialize(this.#record));
  }

  set href(value) {
    const record = parse(toUSVString(value), undefined);
    if (record === undefined) throw new TypeError(`Invalid URL: '${value}'`);
    this.#record = record;
    this.#queryChanged();
  }

  #queryChanged() {
    this.#href = undefined;
    if (this.#params !== undefined) resetParams(this.#params, this.#record.query ?? '');
  }

  get origin() {
    return originOf(this.#record);
  }

  get protocol() {
    return this.#record.scheme;
  }

  set protocol(value) {
    const record = this.#record;
    const match = RegExpPrototypeExec(/^[a-z][a-z\d+.-]*:/i, `${removeTabsAndNewlines(toUSVString(value))}:`);
    if (match === null) return;
    const scheme = StringPrototypeToLowerCase(match[0]);
    if (isSpecial({ scheme }) !== isSpecial(record)) return;
    if (scheme === 'file:' && (record.username !== '' || record.password !== '' || record.port !== null)) return;
    if (record.scheme === 'file:' && record.host === '') return;
    record.scheme = scheme;
    if (record.port !== null) setPort(record, record.port);
    this.#href = undefined;
  }

  get username() {
    return this.#record.username;
  }

  set username(value) {
    value = toUSVString(value);
    if (cannotHaveCredentials(this.#record)) return;
    this.#record.username = percentEncode(value, userinfoSet);
    this.#href = undefined;
  }

  get password() {
    return this.#record.password;
  }

  set password(value) {
    value = toUSVString(value);
    if (cannotHaveCredentials(this.#record)) return;
    this.#record.password = percentEncode(value, userinfoSet);
    this.#href = undefined;
  }

  get host() {
    return serializeHost(this.#record);
  }

  set host(value) {
    setHost(this.#record, value, true);
    this.#href = undefined;
  }

  get hostname() {
    return this.#record.host ?? '';
  }

  set hostname(value) {
    setHost(this.#record, value, false);
    this.#href = undefined;
  }

  get port() {
    return this.#record.port ?? '';
  }

  set port(value) {
    value = toUSVString(value);
    if (cannotHaveCredentials(this.#record)) return;
    if (value === '') this.#record.port = null;
    else setPort(this.#record, RegExpPrototypeExec(/^\d*/, removeTabsAndNewlines(value))[0]);
    this.#href = undefined;
  }

  get pathname() {
    return serializePath(this.#record);
  }

  set pathname(value) {
    const record = this.#record;
    value = removeTabsAndNewlines(toUSVString(value));
    if (hasOpaquePath(record)) return;
    record.path = [];
    const special = isSpecial(record);
    if (value !== '' || special) {
      appendPath(record, value[0] === '/' || (special && value[0] === '\\') ? StringPrototypeSlice(value, 1) : value);
    } else if (record.host === null) {
      record.path = [''];
    }
    this.#href = undefined;
  }

  get search() {
    return this.#record.query ? `?${this.#record.query}` : '';
  }

  set search(value) {
    value = toUSVString(value);
    if (value === '') this.#record.query = null;
    else setQuery(this.#record, removeTabsAndNewlines(value[0] === '?' ? StringPrototypeSlice(value, 1) : value));
    this.#queryChanged();
  }

  get searchParams() {
    if (this.#params === undefined) {
      this.#params = new URLSearchParams();
      bindParams(this.#params, this.#record.query ?? '', (text) => {
        this.#record.query = text === '' ? null : text;
        this.#href = undefined;
      });
    }
    return this.#params;
  }

  get hash() {
    return this.#record.fragment ? `#${this.#record.fragment}` : '';
  }

  set hash(value) {
    value = toUSVString(value);
    if (value === '') this.#record.fragment = null;
    else setFragment(this.#record, removeTabsAndNewlines(value[0] === '#' ? StringPrototypeSlice(value, 1) : value));
    this.#href = undefined;
  }

  toString() {
    return this.href;
  }

  toJSON() {
    return this.href;
  }

  [core.inspectSymbol]() {
    return `URL "${serialize(this.#record)}"`;
  }
}

chunk.URL = defineInterface(URL);
chunk.URLSearchParams = URLSearchParams;

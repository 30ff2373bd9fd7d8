// Headers (https://fetch.spec.whatwg.org/#headers-class).
import { defineIterable } from '../iterable.js';
import { defineInterface, requireArguments } from '../interfaces.js';

const {
  ArrayIsArray, ArrayPrototypePush, ArrayPrototypeSort, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, RegExpPrototypeExec,
  StringPrototypeToLowerCase, SymbolIterator, TypeError,
} = core.primordials;

const token = /^[!#$%&'*+.^_`|~\da-z-]+$/i;
const trimmed = /^[\t\n\r ]*([^]*?)[\t\n\r ]*$/;

function nameOf(value) {
  const name = `${value}`;
  if (RegExpPrototypeExec(token, name) === null) throw new TypeError(`Headers: '${name}' is not a header name`);
  return name;
}

function valueOf(value) {
  const text = RegExpPrototypeExec(trimmed, `${value}`)[1];
  if (RegExpPrototypeExec(/[\0\r\n\u0100-\uffff]/, text) !== null) {
    throw new TypeError('Headers: a value must not hold line breaks, NUL, or characters above U+00FF');
  }
  return text;
}

/// The list of {name, lower, value} behind an object; undefined for anything else.
export let listOf;
/// Refuses all changes from now on.
export let freeze;

export class Headers {
  #list = [];
  #frozen = false;

  static {
    listOf = (value) => (typeof value === 'object' && value !== null && #list in value ? value.#list : undefined);
    freeze = (headers) => {
      headers.#frozen = true;
      return headers;
    };
  }

  constructor(init = undefined) {
    if (init === undefined) return;
    if ((typeof init !== 'object' && typeof init !== 'function') || init === null) {
      throw new TypeError('Headers: the argument must be a list or an object');
    }
    const list = listOf(init);
    if (list !== undefined) {
      for (let i = 0; i < list.length; i++) ArrayPrototypePush(this.#list, list[i]);
    } else if (init[SymbolIterator] != null) {
      this.#fillFromPairs(init);
    } else {
      this.#fillFromRecord(init);
    }
  }

  #fillFromPairs(init) {
    for (const pair of init) {
      const items = ArrayIsArray(pair) ? pair : typeof pair === 'object' && pair !== null ? [...pair] : [];
      if (items.length !== 2) throw new TypeError('Headers: each item must be a pair of name and value');
      this.#add(items[0], items[1]);
    }
  }

  #fillFromRecord(init) {
    const keys = ReflectOwnKeys(init);
    for (let i = 0; i < keys.length; i++) {
      const descriptor = ReflectGetOwnPropertyDescriptor(init, keys[i]);
      if (descriptor !== undefined && descriptor.enumerable) this.#add(keys[i], init[keys[i]]);
    }
  }

  #add(name, value) {
    name = nameOf(name);
    ArrayPrototypePush(this.#list, { __proto__: null, name, lower: StringPrototypeToLowerCase(name), value: valueOf(value) });
  }

  #change() {
    if (this.#frozen) throw new TypeError('Headers: these headers cannot be changed');
  }

  append(name, value) {
    requireArguments(arguments.length, 2, 'Headers.append');
    this.#change();
    this.#add(name, value);
  }

  delete(name) {
    requireArguments(arguments.length, 1, 'Headers.delete');
    const lower = StringPrototypeToLowerCase(nameOf(name));
    this.#change();
    const kept = [];
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i].lower !== lower) ArrayPrototypePush(kept, this.#list[i]);
    this.#list = kept;
  }

  get(name) {
    requireArguments(arguments.length, 1, 'Headers.get');
    const lower = StringPrototypeToLowerCase(nameOf(name));
    let value = null;
    for (let i = 0; i < this.#list.length; i++) {
      const header = this.#list[i];
      if (header.lower === lower) value = value === null ? header.value : `${value}, ${header.value}`;
    }
    return value;
  }

  getSetCookie() {
    const values = [];
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i].lower === 'set-cookie') ArrayPrototypePush(values, this.#list[i].value);
    return values;
  }

  has(name) {
    requireArguments(arguments.length, 1, 'Headers.has');
    return this.get(name) !== null;
  }

  set(name, value) {
    requireArguments(arguments.length, 2, 'Headers.set');
    name = nameOf(name);
    value = valueOf(value);
    this.#change();
    const lower = StringPrototypeToLowerCase(name);
    const kept = [];
    let isSet = false;
    for (let i = 0; i < this.#list.length; i++) {
      const header = this.#list[i];
      if (header.lower !== lower) ArrayPrototypePush(kept, header);
      else if (!isSet) isSet = ArrayPrototypePush(kept, { __proto__: null, name, lower, value }) > 0;
    }
    if (!isSet) ArrayPrototypePush(kept, { __proto__: null, name, lower, value });
    this.#list = kept;
  }

  [core.inspectSymbol]() {
    const shown = sortAndCombine(this.#list);
    let text = '';
    for (let i = 0; i < shown.length; i++) text += `${i === 0 ? '' : ', '}${shown[i].name}: ${shown[i].value}`;
    return `Headers { ${text} }`;
  }
}
defineIterable(Headers, (headers) => {
  const list = listOf(headers);
  if (list === undefined) throw new TypeError('Headers: the receiver is no Headers object');
  return sortAndCombine(list);
});
defineInterface(Headers);

/// As iteration shows them: sorted by lower-case name, values of a name in one, except that each cookie stands alone.
function sortAndCombine(list) {
  const combined = [];
  const positions = { __proto__: null };
  for (let i = 0; i < list.length; i++) {
    const { lower, value } = list[i];
    if (lower in positions) combined[positions[lower]].value += `, ${value}`;
    else {
      const count = ArrayPrototypePush(combined, { __proto__: null, name: lower, value, order: i });
      if (lower !== 'set-cookie') positions[lower] = count - 1;
    }
  }
  return ArrayPrototypeSort(combined, (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.order - b.order));
}

/// The pairs that go over the wire.
export function wirePairs(headers) {
  const list = listOf(headers);
  const pairs = [];
  for (let i = 0; i < list.length; i++) ArrayPrototypePush(pairs, [list[i].name, list[i].value]);
  return pairs;
}

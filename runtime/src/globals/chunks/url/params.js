// URLSearchParams (https://url.spec.whatwg.org/#interface-urlsearchparams).
import { formSet, percentDecode, percentEncode, toUSVString } from './encode.js';
import { defineInterface, requireArguments } from '../interfaces.js';
import { defineIterable } from '../iterable.js';

const {
  ArrayPrototypePush, ArrayPrototypeSort, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys, StringPrototypeIndexOf, StringPrototypeSlice,
  StringPrototypeSplit, SymbolIterator, TypeError,
} = core.primordials;

function parseForm(text) {
  const list = [];
  if (text === '') return list;
  const pieces = StringPrototypeSplit(text, '&');
  for (let i = 0; i < pieces.length; i++) {
    const piece = pieces[i];
    if (piece === '') continue;
    const equals = StringPrototypeIndexOf(piece, '=');
    ArrayPrototypePush(list, {
      __proto__: null,
      name: percentDecode(equals < 0 ? piece : StringPrototypeSlice(piece, 0, equals), true),
      value: equals < 0 ? '' : percentDecode(StringPrototypeSlice(piece, equals + 1), true),
    });
  }
  return list;
}

export function serializeForm(list) {
  let text = '';
  for (let i = 0; i < list.length; i++) {
    text += `${i === 0 ? '' : '&'}${percentEncode(list[i].name, formSet)}=${percentEncode(list[i].value, formSet)}`;
  }
  return text;
}

/// The pairs of a sequence of pairs, or of an object's own enumerable properties.
function pairsOf(init) {
  const list = [];
  if (init[SymbolIterator] != null) {
    for (const pair of init) {
      const items = typeof pair === 'object' && pair !== null ? [...pair] : [];
      if (items.length !== 2) throw new TypeError('URLSearchParams: each item must be a pair of name and value');
      ArrayPrototypePush(list, { __proto__: null, name: toUSVString(items[0]), value: toUSVString(items[1]) });
    }
    return list;
  }
  const keys = ReflectOwnKeys(init);
  const positions = { __proto__: null };
  for (let i = 0; i < keys.length; i++) {
    const descriptor = ReflectGetOwnPropertyDescriptor(init, keys[i]);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    const name = toUSVString(keys[i]);
    const value = toUSVString(init[keys[i]]);
    // Names that differ only in lone surrogates are one name, with the last value.
    if (name in positions) list[positions[name]].value = value;
    else positions[name] = ArrayPrototypePush(list, { __proto__: null, name, value }) - 1;
  }
  return list;
}

/// Gives `params` the list of a query and tells `update(text)` of every change. Only for the URL class.
export let bindParams;
/// Replaces the list of `params` without telling.
export let resetParams;
let listOf;

class URLSearchParams {
  #list = [];
  #update = undefined;

  static {
    listOf = (params) => params.#list;
    resetParams = (params, query) => {
      params.#list = parseForm(query);
    };
    bindParams = (params, query, update) => {
      params.#list = parseForm(query);
      params.#update = update;
    };
  }

  constructor(init = '') {
    if ((typeof init === 'object' && init !== null) || typeof init === 'function') {
      this.#list = pairsOf(init);
    } else {
      init = toUSVString(init);
      this.#list = parseForm(init[0] === '?' ? StringPrototypeSlice(init, 1) : init);
    }
  }

  #changed() {
    if (this.#update !== undefined) this.#update(serializeForm(this.#list));
  }

  get size() {
    return this.#list.length;
  }

  append(name, value) {
    requireArguments(arguments.length, 2, 'URLSearchParams.append');
    ArrayPrototypePush(this.#list, { __proto__: null, name: toUSVString(name), value: toUSVString(value) });
    this.#changed();
  }

  delete(name, value = undefined) {
    requireArguments(arguments.length, 1, 'URLSearchParams.delete');
    name = toUSVString(name);
    if (value !== undefined) value = toUSVString(value);
    const kept = [];
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i];
      if (pair.name !== name || (value !== undefined && pair.value !== value)) ArrayPrototypePush(kept, pair);
    }
    this.#list = kept;
    this.#changed();
  }

  get(name) {
    requireArguments(arguments.length, 1, 'URLSearchParams.get');
    name = toUSVString(name);
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i].name === name) return this.#list[i].value;
    return null;
  }

  getAll(name) {
    requireArguments(arguments.length, 1, 'URLSearchParams.getAll');
    name = toUSVString(name);
    const values = [];
    for (let i = 0; i < this.#list.length; i++) if (this.#list[i].name === name) ArrayPrototypePush(values, this.#list[i].value);
    return values;
  }

  has(name, value = undefined) {
    requireArguments(arguments.length, 1, 'URLSearchParams.has');
    name = toUSVString(name);
    if (value !== undefined) value = toUSVString(value);
    for (let i = 0; i < this.#list.length; i++) {
      if (this.#list[i].name === name && (value === undefined || this.#list[i].value === value)) return true;
    }
    return false;
  }

  set(name, value) {
    requireArguments(arguments.length, 2, 'URLSearchParams.set');
    name = toUSVString(name);
    value = toUSVString(value);
    const kept = [];
    let isSet = false;
    for (let i = 0; i < this.#list.length; i++) {
      const pair = this.#list[i];
      if (pair.name === name && isSet) continue;
      if (pair.name === name) {
        pair.value = value;
        isSet = true;
      }
      ArrayPrototypePush(kept, pair);
    }
    if (!isSet) ArrayPrototypePush(kept, { __proto__: null, name, value });
    this.#list = kept;
    this.#changed();
  }

  sort() {
    ArrayPrototypeSort(this.#list, (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    this.#changed();
  }

  toString() {
    return serializeForm(this.#list);
  }

  [core.inspectSymbol]() {
    return `URLSearchParams "${serializeForm(this.#list)}"`;
  }
}

export { URLSearchParams };
defineIterable(URLSearchParams, listOf);
defineInterface(URLSearchParams);

// Web IDL's pair iterators: `entries`, `keys`, `values`, `forEach` and `Symbol.iterator` for a class that is a list of names and values.
const {
  ObjectCreate, ReflectApply, ReflectDefineProperty, ReflectGetPrototypeOf, ReflectSetPrototypeOf, SymbolIterator, SymbolToStringTag,
  TypeError,
} = core.primordials;

const IteratorPrototype = ReflectGetPrototypeOf(ReflectGetPrototypeOf([][SymbolIterator]()));

/// `listOf(object)` gives the array of `{name, value}` and throws for a foreign object. It is asked again at each step, as the list may
/// change meanwhile.
export function defineIterable(constructor, listOf) {
  const { prototype, name } = constructor;

  class Iterator {
    #target;
    #pick;
    #index = 0;

    constructor(target, pick) {
      this.#target = target;
      this.#pick = pick;
    }

    next() {
      const list = listOf(this.#target);
      if (this.#index >= list.length) return { value: undefined, done: true };
      return { value: this.#pick(list[this.#index++]), done: false };
    }
  }
  const iterators = ObjectCreate(IteratorPrototype);
  const { next } = Iterator.prototype;
  ReflectDefineProperty(iterators, 'next', { __proto__: null, value: next, writable: true, enumerable: true, configurable: true });
  ReflectDefineProperty(iterators, SymbolToStringTag, { __proto__: null, value: `${name} Iterator`, configurable: true });

  function iterate(target, pick) {
    listOf(target);
    const iterator = new Iterator(target, pick);
    ReflectSetPrototypeOf(iterator, iterators);
    return iterator;
  }

  const methods = {
    entries() {
      return iterate(this, (pair) => [pair.name, pair.value]);
    },
    keys() {
      return iterate(this, (pair) => pair.name);
    },
    values() {
      return iterate(this, (pair) => pair.value);
    },
    forEach(callback, thisValue = undefined) {
      listOf(this);
      if (typeof callback !== 'function') throw new TypeError(`${name}.forEach: the callback must be a function`);
      for (let i = 0; i < listOf(this).length; i++) {
        const pair = listOf(this)[i];
        ReflectApply(callback, thisValue, [pair.value, pair.name, this]);
      }
    },
  };
  for (const key in methods) {
    ReflectDefineProperty(prototype, key, { __proto__: null, value: methods[key], writable: true, enumerable: true, configurable: true });
  }
  ReflectDefineProperty(prototype, SymbolIterator, { __proto__: null, value: methods.entries, writable: true, configurable: true });
}

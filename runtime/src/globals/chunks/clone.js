// structuredClone (https://html.spec.whatwg.org/#structuredserializeinternal and the steps after it).
//
// Copying and reading back happen in one walk. A transferred buffer must stay whole until the walk has succeeded, so what refers to one
// is left open (`Pending`) and filled in afterwards.
import { dictionary, requireArguments } from './interfaces.js';

const {
  Array, ArrayBuffer, ArrayBufferIsView, ArrayBufferPrototypeGetByteLength, ArrayBufferPrototypeGetMaxByteLength,
  ArrayBufferPrototypeGetResizable, ArrayBufferPrototypeSlice, ArrayBufferPrototypeTransfer, ArrayIsArray, ArrayPrototypePush,
  BigIntPrototypeValueOf, BooleanPrototypeValueOf, DataView, DataViewPrototypeGetBuffer, DataViewPrototypeGetByteLength,
  DataViewPrototypeGetByteOffset, Date, DatePrototypeGetTime, Error, EvalError, Map, MapPrototypeForEach, MapPrototypeGet,
  MapPrototypeGetSize, MapPrototypeHas, MapPrototypeSet, NumberPrototypeValueOf, Object, ObjectKeys, Promise, RangeError, ReferenceError,
  ReflectApply, ReflectConstruct, ReflectDefineProperty, ReflectGetOwnPropertyDescriptor, ReflectGetPrototypeOf, ReflectHas, RegExp,
  RegExpPrototypeGetFlags, RegExpPrototypeGetSource, Set, SetPrototypeAdd, SetPrototypeForEach, SetPrototypeGetSize,
  StringPrototypeValueOf, SymbolIterator, SyntaxError, TypeError, TypedArrayPrototypeGetBuffer, TypedArrayPrototypeGetByteOffset,
  TypedArrayPrototypeGetLength, TypedArrayPrototypeGetToStringTag, TypedArrayPrototypeSet, URIError, Uint8Array, WeakMapPrototypeHas,
  WeakRef, WeakSetPrototypeHas,
} = core.primordials;

const errorTypes = { __proto__: null, Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };
const viewTypes = { __proto__: null };
const viewNames = [
  'Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float16', 'Float32', 'Float64', 'BigInt64', 'BigUint64',
];
for (let i = 0; i < viewNames.length; i++) viewTypes[`${viewNames[i]}Array`] = core.globalObject[`${viewNames[i]}Array`];
/// What has hidden state that no clone could carry.
const uncloneable = [Promise.prototype, WeakRef.prototype, core.globalObject.FinalizationRegistry.prototype];
const chainMax = 1000; // prototypes looked at

class Pending {
  make;
  made = undefined;

  constructor(make) {
    this.make = make;
  }

  get value() {
    return (this.made ??= this.make());
  }
}

const settle = (value) => (value instanceof Pending ? value.value : value);

function refuse(what) {
  const { DOMException } = core.load('exception');
  throw new DOMException(`structuredClone: ${what} cannot be cloned`, 'DataCloneError');
}

/// Runs a brand check, a native getter or method that throws for foreign objects.
function brand(check, value) {
  try {
    return check(value);
  } catch {
    return undefined;
  }
}

function clone(state, value) {
  if (typeof value === 'symbol') refuse('a symbol');
  if (typeof value === 'function') refuse('a function');
  if (typeof value !== 'object' || value === null) return value;
  const known = MapPrototypeGet(state.memory, value);
  return known !== undefined ? known : cloneObject(state, value);
}

function remember(state, value, copy) {
  MapPrototypeSet(state.memory, value, copy);
  return copy;
}

function cloneObject(state, value) {
  if (ArrayIsArray(value)) return cloneProperties(state, value, remember(state, value, new Array(value.length)));
  const prototype = ReflectGetPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return cloneProperties(state, value, remember(state, value, {}));
  if (ArrayBufferIsView(value)) return remember(state, value, cloneView(state, value));
  const length = brand(ArrayBufferPrototypeGetByteLength, value);
  if (length !== undefined) return remember(state, value, cloneBuffer(value, length));
  if (brand(MapPrototypeGetSize, value) !== undefined) return cloneMap(state, value);
  if (brand(SetPrototypeGetSize, value) !== undefined) return cloneSet(state, value);
  const time = brand(DatePrototypeGetTime, value);
  if (time !== undefined) return remember(state, value, new Date(time));
  const source = brand(RegExpPrototypeGetSource, value);
  if (source !== undefined && value !== RegExp.prototype) {
    return remember(state, value, new RegExp(source, RegExpPrototypeGetFlags(value)));
  }
  const boxed = brand(StringPrototypeValueOf, value) ?? brand(NumberPrototypeValueOf, value) ?? brand(BooleanPrototypeValueOf, value) ??
    brand(BigIntPrototypeValueOf, value);
  if (boxed !== undefined) return remember(state, value, Object(boxed));
  return cloneByPrototype(state, value, prototype);
}

/// Web objects, errors, and what cannot be cloned are told by their prototypes; anything else is a plain object with own properties.
function cloneByPrototype(state, value, prototype) {
  if (brand((object) => WeakMapPrototypeHas(object, object), value) !== undefined) refuse('a WeakMap');
  if (brand((object) => WeakSetPrototypeHas(object, object), value) !== undefined) refuse('a WeakSet');
  for (let i = 0; prototype !== null && i < chainMax; i++, prototype = ReflectGetPrototypeOf(prototype)) {
    for (let j = 0; j < core.interfaces.length; j++) {
      if (core.interfaces[j] !== prototype) continue;
      const method = prototype[core.cloneSymbol];
      if (method === undefined) refuse(`an object of ${prototype.constructor.name}`);
      return remember(state, value, ReflectApply(method, value, []));
    }
    for (let j = 0; j < uncloneable.length; j++) if (uncloneable[j] === prototype) refuse(`a ${prototype.constructor.name}`);
    if (prototype === Error.prototype) return cloneError(state, value);
  }
  return cloneProperties(state, value, remember(state, value, {}));
}

function cloneProperties(state, value, copy) {
  const keys = ObjectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const descriptor = ReflectGetOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || !descriptor.enumerable) continue; // an earlier getter took it away
    const item = clone(state, value[key]);
    put(copy, key, item);
    if (item instanceof Pending) ArrayPrototypePush(state.later, () => put(copy, key, item.value));
  }
  return copy;
}

/// Creates or replaces an own property, past setters such as that of `__proto__`.
function put(object, key, value) {
  if (ReflectHas(object, key)) {
    ReflectDefineProperty(object, key, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}

function cloneMap(state, value) {
  const copy = remember(state, value, new Map());
  const entries = [];
  MapPrototypeForEach(value, (item, key) => ArrayPrototypePush(entries, { key, item }));
  for (let i = 0; i < entries.length; i++) {
    entries[i].key = clone(state, entries[i].key);
    entries[i].item = clone(state, entries[i].item);
  }
  ArrayPrototypePush(state.later, () => {
    for (let i = 0; i < entries.length; i++) MapPrototypeSet(copy, settle(entries[i].key), settle(entries[i].item));
  });
  return copy;
}

function cloneSet(state, value) {
  const copy = remember(state, value, new Set());
  const items = [];
  SetPrototypeForEach(value, (item) => ArrayPrototypePush(items, item));
  for (let i = 0; i < items.length; i++) items[i] = clone(state, items[i]);
  ArrayPrototypePush(state.later, () => {
    for (let i = 0; i < items.length; i++) SetPrototypeAdd(copy, settle(items[i]));
  });
  return copy;
}

function cloneError(state, value) {
  const name = value.name === undefined ? 'Error' : `${value.name}`;
  const message = ReflectGetOwnPropertyDescriptor(value, 'message');
  const type = errorTypes[name] ?? Error;
  const copy = remember(state, value, message === undefined ? new type() : new type(`${message.value}`));
  const stack = ReflectGetOwnPropertyDescriptor(value, 'stack');
  if (stack !== undefined && typeof stack.value === 'string') hide(copy, 'stack', stack.value);
  const cause = ReflectGetOwnPropertyDescriptor(value, 'cause');
  if (cause !== undefined) {
    const item = clone(state, cause.value);
    hide(copy, 'cause', item);
    if (item instanceof Pending) ArrayPrototypePush(state.later, () => hide(copy, 'cause', item.value));
  }
  return copy;
}

function hide(object, key, value) {
  ReflectDefineProperty(object, key, { __proto__: null, value, writable: true, enumerable: false, configurable: true });
}

function cloneBuffer(value, length) {
  if (!ArrayBufferPrototypeGetResizable(value)) return ArrayBufferPrototypeSlice(value, 0, length);
  const copy = new ArrayBuffer(length, { maxByteLength: ArrayBufferPrototypeGetMaxByteLength(value) });
  TypedArrayPrototypeSet(new Uint8Array(copy), new Uint8Array(value));
  return copy;
}

function cloneView(state, value) {
  const tag = TypedArrayPrototypeGetToStringTag(value);
  const type = tag === undefined ? DataView : viewTypes[tag];
  // The getters of a DataView throw where it is out of bounds; for the others zero says so, or nothing.
  const source = tag === undefined ? DataViewPrototypeGetBuffer(value) : TypedArrayPrototypeGetBuffer(value);
  const offset = tag === undefined ? DataViewPrototypeGetByteOffset(value) : TypedArrayPrototypeGetByteOffset(value);
  const length = tag === undefined ? DataViewPrototypeGetByteLength(value) : TypedArrayPrototypeGetLength(value);
  const buffer = clone(state, source);
  if (!(buffer instanceof Pending)) return ReflectConstruct(type, [buffer, offset, length]);
  return new Pending(() => ReflectConstruct(type, [buffer.value, offset, length]));
}

function pendingTransfers(state, list) {
  const buffers = [];
  if (list === undefined || list === null) return buffers;
  if (list[SymbolIterator] === undefined) throw new TypeError('structuredClone: transfer must be a list');
  for (const item of list) {
    if (typeof item !== 'object' || item === null) throw new TypeError('structuredClone: transfer must hold objects');
    if (brand(ArrayBufferPrototypeGetByteLength, item) === undefined) refuse('something to transfer that is not an ArrayBuffer');
    if (item.detached) refuse('a detached ArrayBuffer');
    if (MapPrototypeHas(state.memory, item)) refuse('an ArrayBuffer that is listed twice');
    MapPrototypeSet(state.memory, item, new Pending(() => ArrayBufferPrototypeTransfer(item)));
    ArrayPrototypePush(buffers, item);
  }
  return buffers;
}

const { structuredClone } = {
  structuredClone(value, options = undefined) {
    requireArguments(arguments.length, 1, 'structuredClone');
    const state = { memory: new Map(), later: [] };
    const buffers = pendingTransfers(state, dictionary(options, 'structuredClone').transfer);
    const result = clone(state, value);
    for (let i = 0; i < buffers.length; i++) void MapPrototypeGet(state.memory, buffers[i]).value;
    for (let i = 0; i < state.later.length; i++) state.later[i]();
    return settle(result);
  },
};

chunk.structuredClone = structuredClone;

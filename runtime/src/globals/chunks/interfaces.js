// What Web IDL asks of every interface, in one place.
const { ArrayPrototypePush, ReflectDefineProperty, ReflectOwnKeys, SymbolToStringTag, TypeError } = core.primordials;

/// Gives a class the surface of a web interface: enumerable members, and its name as `Symbol.toStringTag`.
export function defineInterface(constructor) {
  const { prototype, name } = constructor;
  ArrayPrototypePush(core.interfaces, prototype);
  showMembers(prototype);
  showMembers(constructor);
  ReflectDefineProperty(prototype, SymbolToStringTag, { __proto__: null, value: name, configurable: true });
  return constructor;
}

function showMembers(holder) {
  const keys = ReflectOwnKeys(holder);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (typeof key === 'symbol' || key === 'constructor' || key === 'prototype' || key === 'name' || key === 'length') continue;
    ReflectDefineProperty(holder, key, { __proto__: null, enumerable: true });
  }
}

/// Puts read-only numbered constants, such as `Event.AT_TARGET`, on a class and its prototype.
export function defineConstants(constructor, constants) {
  const names = ReflectOwnKeys(constants);
  for (let i = 0; i < names.length; i++) {
    const descriptor = { __proto__: null, value: constants[names[i]], enumerable: true };
    ReflectDefineProperty(constructor, names[i], descriptor);
    ReflectDefineProperty(constructor.prototype, names[i], descriptor);
  }
}

/// Throws the error of a call with too few arguments.
export function requireArguments(count, needed, what) {
  if (count < needed) {
    throw new TypeError(`${what} needs ${needed} argument${needed === 1 ? '' : 's'}, but got ${count}`);
  }
}

/// The options bag of a call: undefined and null mean an empty one.
export function dictionary(value, what) {
  if (value === undefined || value === null) return { __proto__: null };
  if (typeof value !== 'object' && typeof value !== 'function') throw new TypeError(`${what}: the options must be an object`);
  return value;
}

// The language's own functions, taken before a plugin runs.
//
// A plugin may replace `Array.prototype.push` or freeze `Map.prototype`; whatever reports its errors has to work all the same.
// So the code of this folder calls what stands here: `StringPrototypeSlice(text, 1)` is `text.slice(1)` in its first meaning.
// The walls around a plugin are the process and the hub, not this file; it exists so that errors stay precise.
//
// Names follow from paths: `Math.max` is MathMax, `Map.prototype.get` is MapPrototypeGet and takes its receiver as first argument,
// and `Map.prototype:size`, a getter, is MapPrototypeGetSize. The values are taken at once, by a native function, because the
// same list as JavaScript costs half a millisecond in a fresh engine. The callable forms are made when the first chunk asks.

const paths =
  'Reflect.apply Function.prototype.bind Function.prototype.call String.prototype.split String.prototype.slice ' +
  'String.prototype.toUpperCase String.prototype.replaceAll ' + // these first: callableForms needs them
  'Array ArrayBuffer BigInt Boolean DataView Date Error Map Number Object Promise RangeError ReferenceError RegExp Set String Symbol ' +
  'SyntaxError TypeError URIError EvalError Uint8Array WeakMap WeakSet WeakRef ' +
  'Reflect.construct Reflect.defineProperty Reflect.deleteProperty Reflect.get Reflect.getOwnPropertyDescriptor ' +
  'Reflect.getPrototypeOf Reflect.has Reflect.ownKeys Reflect.set Reflect.setPrototypeOf ' +
  'Array.isArray Array.prototype.join Array.prototype.push Array.prototype.shift Array.prototype.slice Array.prototype.sort ' +
  'Array.prototype.splice Array.prototype.unshift ' +
  'ArrayBuffer.isView ArrayBuffer.prototype.slice ArrayBuffer.prototype.transfer ArrayBuffer.prototype:byteLength ' +
  'ArrayBuffer.prototype:maxByteLength ArrayBuffer.prototype:resizable ' +
  'Uint8Array.__proto__.prototype.fill Uint8Array.__proto__.prototype.set Uint8Array.__proto__.prototype.slice ' +
  'Uint8Array.__proto__.prototype.subarray Uint8Array.__proto__.prototype:buffer Uint8Array.__proto__.prototype:byteLength ' +
  'Uint8Array.__proto__.prototype:byteOffset Uint8Array.__proto__.prototype:length Uint8Array.__proto__.prototype:@@toStringTag ' +
  'DataView.prototype:buffer DataView.prototype:byteLength DataView.prototype:byteOffset ' +
  'BigInt.prototype.valueOf Boolean.prototype.valueOf Number.prototype.valueOf String.prototype.valueOf ' +
  'Date.prototype.getTime Date.prototype.toISOString Function.prototype.toString JSON.parse JSON.stringify ' +
  'Math.max Math.min Math.trunc Number.prototype.toString ' +
  'Map.prototype.delete Map.prototype.forEach Map.prototype.get Map.prototype.has Map.prototype.set Map.prototype:size ' +
  'Set.prototype.add Set.prototype.delete Set.prototype.forEach Set.prototype.has Set.prototype:size ' +
  'WeakMap.prototype.get WeakMap.prototype.has WeakMap.prototype.set WeakSet.prototype.has ' +
  'Object.create Object.keys Promise.prototype.then Promise.resolve Promise.reject ' +
  'RegExp.prototype.exec RegExp.prototype.toString RegExp.prototype:source RegExp.prototype:flags ' +
  'String.fromCharCode String.prototype.charCodeAt String.prototype.endsWith String.prototype.includes String.prototype.indexOf ' +
  'String.prototype.lastIndexOf String.prototype.repeat ' +
  'String.prototype.startsWith String.prototype.toLowerCase String.prototype.toWellFormed ' +
  'String.prototype.trim Symbol.prototype.toString Symbol.asyncIterator Symbol.iterator Symbol.toStringTag';

/// Takes the values, in the order of the paths.
export function capturePrimordials(native) {
  return native.capture(paths);
}

/// Makes the callable forms, by name, of what was taken.
export function callableForms(values) {
  const apply = values[0];
  const uncurryThis = apply(values[1], values[1], [values[2]]); // bind.bind(call)
  const split = uncurryThis(values[3]);
  const slice = uncurryThis(values[4]);
  const upper = uncurryThis(values[5]);
  const replace = uncurryThis(values[6]);
  const forms = { __proto__: null, uncurryThis };
  const list = split(paths, ' ');
  for (let i = 0; i < list.length; i++) {
    // The typed arrays share a constructor without a global name, and `size` alone would not tell a getter.
    let path = replace(list[i], 'Uint8Array.__proto__', 'TypedArray');
    path = replace(replace(path, ':@@toStringTag', '.get.tag'), ':', '.get.');
    const steps = split(path, '.');
    let name = '';
    for (let j = 0; j < steps.length; j++) name += upper(steps[j][0]) + slice(steps[j], 1);
    forms[name] = steps[1] === 'prototype' ? uncurryThis(values[i]) : values[i];
  }
  return forms;
}

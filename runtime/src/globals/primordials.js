// The language's own functions, taken before a plugin runs.
//
// A plugin may replace `Array.prototype.push` or freeze `Map.prototype`; whatever reports its errors has to work all the same.
// So the code of this folder calls what stands here: `StringPrototypeSlice(text, 1)` is `text.slice(1)` in its first meaning.
// The walls around a plugin are the process and the hub, not this file; it exists so that errors stay precise.
//
// Names follow from paths: `Math.max` is MathMax, `Map.prototype.get` is MapPrototypeGet and takes its receiver as first argument,
// and `Map.prototype:size`, a getter, is MapPrototypeGetSize; `Uint8Array.__proto__`, which all typed arrays share, is TypedArray.
//
// The values are taken at once, by a native function, because the same list as JavaScript costs half a millisecond in a fresh engine.
// The callable forms are made when the first chunk asks.

const valuePaths =
  'Reflect.apply Array ArrayBuffer DataView Date Error Map Number Object Promise RangeError ReferenceError RegExp Set String ' +
  'SyntaxError TypeError URIError EvalError Uint8Array WeakRef Reflect.construct Reflect.defineProperty ' +
  'Reflect.getOwnPropertyDescriptor Reflect.getPrototypeOf Reflect.has Reflect.ownKeys Reflect.setPrototypeOf Array.isArray ' +
  'ArrayBuffer.isView JSON.parse JSON.stringify Math.max Math.min Math.trunc Object.create Object.keys Symbol.asyncIterator ' +
  'Symbol.iterator Symbol.toStringTag';

// The first two are what callableForms starts from.
const methodPaths =
  'Function.prototype.bind Function.prototype.call String.prototype.split String.prototype.slice String.prototype.toUpperCase ' +
  'String.prototype.replaceAll Array.prototype.join Array.prototype.push Array.prototype.shift Array.prototype.slice ' +
  'Array.prototype.sort Array.prototype.splice Array.prototype.unshift ArrayBuffer.prototype.slice ArrayBuffer.prototype.transfer ' +
  'ArrayBuffer.prototype:byteLength ArrayBuffer.prototype:maxByteLength ArrayBuffer.prototype:resizable ' +
  'Uint8Array.__proto__.prototype.set Uint8Array.__proto__.prototype.slice Uint8Array.__proto__.prototype:buffer ' +
  'Uint8Array.__proto__.prototype:byteLength Uint8Array.__proto__.prototype:byteOffset Uint8Array.__proto__.prototype:length ' +
  'Uint8Array.__proto__.prototype:@@toStringTag DataView.prototype:buffer DataView.prototype:byteLength ' +
  'DataView.prototype:byteOffset BigInt.prototype.valueOf Boolean.prototype.valueOf Number.prototype.valueOf ' +
  'String.prototype.valueOf Date.prototype.getTime Date.prototype.toISOString Function.prototype.toString ' +
  'Number.prototype.toString Map.prototype.delete Map.prototype.forEach Map.prototype.get Map.prototype.has Map.prototype.set ' +
  'Map.prototype:size Set.prototype.add Set.prototype.forEach Set.prototype:size WeakMap.prototype.has WeakSet.prototype.has ' +
  'Promise.prototype.then RegExp.prototype.exec RegExp.prototype.toString RegExp.prototype:source RegExp.prototype:flags ' +
  'String.prototype.charCodeAt String.prototype.endsWith String.prototype.includes String.prototype.indexOf ' +
  'String.prototype.lastIndexOf String.prototype.repeat String.prototype.startsWith String.prototype.toLowerCase ' +
  'String.prototype.toWellFormed Symbol.prototype.toString';

/// Takes the values.
export function capturePrimordials(native) {
  return { values: native.capture(valuePaths), methods: native.capture(methodPaths) };
}

/// Makes the callable forms, by name, of what was taken.
export function callableForms(native, { values, methods }) {
  const apply = values[0];
  const bind = methods[0];
  const uncurryThis = apply(bind, bind, [methods[1]]); // bind.bind(call)
  const forms = { __proto__: null, uncurryThis };
  const valueNames = native.captureNames(valuePaths);
  const methodNames = native.captureNames(methodPaths);
  for (let i = 0; i < valueNames.length; i++) forms[valueNames[i]] = values[i];
  for (let i = 0; i < methodNames.length; i++) forms[methodNames[i]] = uncurryThis(methods[i]);
  return forms;
}

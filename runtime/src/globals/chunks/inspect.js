// Values as a log shows them: compact, bounded in depth, width and length, and safe against getters, proxies and cycles.
const {
  ArrayBufferPrototypeGetByteLength, ArrayIsArray, ArrayPrototypeJoin, ArrayPrototypePush, BooleanPrototypeValueOf, DatePrototypeGetTime,
  DatePrototypeToISOString, Error, JSONStringify, MapPrototypeForEach, MapPrototypeGetSize, MathMin, NumberPrototypeToString,
  NumberPrototypeValueOf, Object, ReflectApply, ReflectGetOwnPropertyDescriptor, ReflectGetPrototypeOf, ReflectOwnKeys,
  RegExpPrototypeExec, RegExpPrototypeGetSource, RegExpPrototypeToString, SetPrototypeForEach, SetPrototypeGetSize,
  StringPrototypeEndsWith, StringPrototypeIncludes, StringPrototypeIndexOf, StringPrototypeReplaceAll, StringPrototypeSlice,
  StringPrototypeSplit, StringPrototypeStartsWith, StringPrototypeValueOf, SymbolPrototypeToString, TypedArrayPrototypeGetLength,
  TypedArrayPrototypeGetToStringTag,
} = core.primordials;

/// Longest text of one value, in UTF-16 units; also the longest line of the log.
export const textMax = 8192;
const depthMax = 3;
const itemsMax = 100; // of an array, map, set or object
const stringMax = 1000; // of a string inside something
const lineMax = 100; // a longer object is broken into lines
const shortMax = 16; // such items of an array share a line
const chainMax = 16; // prototypes looked at
const framesMax = 20; // lines of a stack

const plainName = /^[A-Za-z_$][\w$]*$/;

/// Cuts a text and says how much is missing.
export function cut(text, max) {
  if (text.length <= max) return text;
  return `${StringPrototypeSlice(text, 0, max)}… (${text.length - max} more)`;
}

/// One value. Strings come as they are at the top and quoted inside.
export function inspect(value, quoteStrings = true) {
  const state = { __proto__: null, room: textMax, seen: [] };
  if (typeof value === 'string') return cut(quoteStrings ? quote(value) : value, textMax);
  return cut(show(state, value, 0), textMax);
}

function quote(text) {
  return JSONStringify(cut(text, stringMax));
}

function show(state, value, depth) {
  let text;
  switch (typeof value) {
    case 'string': text = quote(value); break;
    case 'symbol': text = SymbolPrototypeToString(value); break;
    case 'bigint': text = `${value}n`; break;
    case 'number': text = value === 0 && 1 / value < 0 ? '-0' : NumberPrototypeToString(value); break;
    case 'object':
    case 'function': text = value === null ? 'null' : showGuarded(state, value, depth); break;
    default: text = `${value}`; // undefined, true, false
  }
  state.room -= text.length;
  return text;
}

/// A proxy may throw at every look, and a deep value may overflow the stack; neither is the log's problem.
function showGuarded(state, value, depth) {
  for (let i = 0; i < state.seen.length; i++) if (state.seen[i] === value) return '[Circular]';
  const height = state.seen.length;
  ArrayPrototypePush(state.seen, value);
  try {
    return showObject(state, value, depth);
  } catch {
    return '[object that refuses to be looked at]';
  } finally {
    state.seen.length = height;
  }
}

/// Runs a brand check: a native getter or method that throws for foreign objects.
function brand(check, value) {
  try {
    return check(value);
  } catch {
    return undefined;
  }
}

/// The value of an own data property; accessors are never called.
function dataOf(object, key) {
  const descriptor = ReflectGetOwnPropertyDescriptor(object, key);
  return descriptor === undefined ? undefined : descriptor.value;
}

/// The nearest data property along the prototypes.
function inheritedData(object, key) {
  for (let i = 0; object !== null && i < chainMax; i++, object = ReflectGetPrototypeOf(object)) {
    const value = dataOf(object, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

function className(value) {
  const constructor = inheritedData(value, 'constructor');
  const name = typeof constructor === 'function' ? dataOf(constructor, 'name') : undefined;
  return typeof name === 'string' && name !== '' ? cut(name, 80) : 'Object';
}

function isError(value) {
  for (let i = 0; value !== null && i < chainMax; i++, value = ReflectGetPrototypeOf(value)) {
    if (value === Error.prototype) return true;
  }
  return false;
}

function showObject(state, value, depth) {
  if (typeof value === 'function') return showFunction(state, value, depth);
  const prototype = ReflectGetPrototypeOf(value);
  if (prototype === Object.prototype) return showProperties(state, value, depth, '', skipNone);
  if (prototype === null) return showProperties(state, value, depth, '[null prototype] ', skipNone);
  if (ArrayIsArray(value)) return showArray(state, value, depth);
  const custom = inheritedData(value, core.inspectSymbol);
  if (typeof custom === 'function') {
    const text = ReflectApply(custom, value, []);
    if (typeof text === 'string') return cut(text, stringMax);
  }
  if (isError(value)) return showError(state, value, depth);
  const name = className(value);
  const size = brand(MapPrototypeGetSize, value);
  if (size !== undefined) return showMap(state, value, depth, `${name}(${size}) `);
  const members = brand(SetPrototypeGetSize, value);
  if (members !== undefined) return showSet(state, value, depth, `${name}(${members}) `);
  const time = brand(DatePrototypeGetTime, value);
  if (time !== undefined) return time === time ? DatePrototypeToISOString(value) : 'Invalid Date';
  if (brand(RegExpPrototypeGetSource, value) !== undefined && prototype !== null) return cut(RegExpPrototypeToString(value), stringMax);
  if (TypedArrayPrototypeGetToStringTag(value) !== undefined) {
    return showItems(state, value, depth, `${name}(${TypedArrayPrototypeGetLength(value)}) `, TypedArrayPrototypeGetLength(value));
  }
  const bytes = brand(ArrayBufferPrototypeGetByteLength, value);
  if (bytes !== undefined) return `${name} { byteLength: ${bytes} }`;
  const boxed = brand(StringPrototypeValueOf, value) ?? brand(NumberPrototypeValueOf, value) ?? brand(BooleanPrototypeValueOf, value);
  if (boxed !== undefined) return `[${name}: ${show(state, boxed, depth)}]`;
  return showProperties(state, value, depth, `${name} `, skipNone);
}

function showFunction(state, value, depth) {
  const source = dataOf(value, 'prototype') === undefined ? '' : core.primordials.FunctionPrototypeToString(value);
  const name = dataOf(value, 'name');
  const kind = StringPrototypeStartsWith(source, 'class') ? 'class' : 'function';
  const label = `[${kind} ${typeof name === 'string' && name !== '' ? cut(name, 80) : '(anonymous)'}]`;
  return depth > 0 ? label : showProperties(state, value, depth, label, skipHidden);
}

const skipNone = () => false;
const skipHidden = (key) => key === 'prototype';
const skipError = (key) => key === 'stack' || key === 'message' || key === 'line' || key === 'column' || key === 'sourceURL';
const isIndex = (key) => typeof key === 'string' && RegExpPrototypeExec(/^\d+$/, key) !== null;

/// `prefix { a: 1, b: [Getter] }`; with nothing to show, the prefix alone if it is a label already.
function showProperties(state, value, depth, prefix, skip) {
  const keys = ReflectOwnKeys(value);
  const parts = [];
  let hidden = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (skip(key)) continue;
    if (parts.length >= itemsMax || state.room <= 0) {
      hidden = keys.length - i;
      break;
    }
    const descriptor = ReflectGetOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    if (depth >= depthMax) return `${prefix || ''}{…}`;
    ArrayPrototypePush(parts, `${showKey(key)}: ${showDescriptor(state, descriptor, depth + 1)}`);
  }
  if (hidden > 0) ArrayPrototypePush(parts, `… ${hidden} more`);
  if (parts.length === 0 && StringPrototypeEndsWith(prefix, ']')) return prefix;
  if (StringPrototypeEndsWith(prefix, ']')) prefix += ' ';
  return prefix + lay('{', parts, '}', depth);
}

function showKey(key) {
  if (typeof key === 'symbol') return `[${SymbolPrototypeToString(key)}]`;
  return RegExpPrototypeExec(plainName, key) !== null ? cut(key, stringMax) : quote(key);
}

function showDescriptor(state, descriptor, depth) {
  if (descriptor.get !== undefined) return descriptor.set !== undefined ? '[Getter/Setter]' : '[Getter]';
  if (descriptor.set !== undefined) return '[Setter]';
  return show(state, descriptor.value, depth);
}

function showArray(state, value, depth) {
  const name = className(value);
  return showItems(state, value, depth, name === 'Array' ? '' : `${name}(${value.length}) `, value.length);
}

function showItems(state, value, depth, prefix, length) {
  if (depth >= depthMax && length > 0) return `${prefix}[…]`;
  const parts = [];
  const shown = MathMin(length, itemsMax);
  for (let i = 0; i < shown && state.room > 0; i++) {
    const descriptor = ReflectGetOwnPropertyDescriptor(value, i);
    ArrayPrototypePush(parts, descriptor === undefined ? '<empty>' : showDescriptor(state, descriptor, depth + 1));
  }
  if (length > parts.length) ArrayPrototypePush(parts, `… ${length - parts.length} more`);
  if (ArrayIsArray(value)) showExtras(state, value, depth, parts);
  return prefix + lay('[', parts, ']', depth);
}

function showExtras(state, value, depth, parts) {
  if (value.length > itemsMax) return; // the keys of a long array are too many to go through
  const keys = ReflectOwnKeys(value);
  for (let i = 0; i < keys.length && parts.length < itemsMax; i++) {
    if (keys[i] === 'length' || isIndex(keys[i])) continue;
    const descriptor = ReflectGetOwnPropertyDescriptor(value, keys[i]);
    if (descriptor.enumerable) ArrayPrototypePush(parts, `${showKey(keys[i])}: ${showDescriptor(state, descriptor, depth + 1)}`);
  }
}

function showMap(state, value, depth, prefix) {
  const parts = [];
  MapPrototypeForEach(value, (item, key) => {
    if (parts.length >= itemsMax || state.room <= 0 || depth >= depthMax) return;
    ArrayPrototypePush(parts, `${show(state, key, depth + 1)} => ${show(state, item, depth + 1)}`);
  });
  const missing = MapPrototypeGetSize(value) - parts.length;
  if (missing > 0) ArrayPrototypePush(parts, `… ${missing} more`);
  return prefix + lay('{', parts, '}', depth);
}

function showSet(state, value, depth, prefix) {
  const parts = [];
  SetPrototypeForEach(value, (item) => {
    if (parts.length >= itemsMax || state.room <= 0 || depth >= depthMax) return;
    ArrayPrototypePush(parts, show(state, item, depth + 1));
  });
  const missing = SetPrototypeGetSize(value) - parts.length;
  if (missing > 0) ArrayPrototypePush(parts, `… ${missing} more`);
  return prefix + lay('{', parts, '}', depth);
}

function showError(state, value, depth) {
  const name = inheritedData(value, 'name');
  const message = inheritedData(value, 'message');
  const stack = dataOf(value, 'stack');
  let text = typeof name === 'string' && name !== '' ? cut(name, stringMax) : className(value);
  if (typeof message === 'string' && message !== '') text += `: ${cut(message, textMax)}`;
  if (typeof stack === 'string') text += showStack(stack);
  else if (depth > 0) text = `[${text}]`;
  const cause = ReflectGetOwnPropertyDescriptor(value, 'cause');
  const rest = showProperties(state, value, depth, '', (key) => skipError(key) || key === 'cause' || key === 'name');
  if (rest !== '{}') text += ` ${rest}`;
  const errors = ReflectGetOwnPropertyDescriptor(value, 'errors');
  if (errors !== undefined && !errors.enumerable && depth < depthMax) {
    text += `\n  errors: ${indent(showDescriptor(state, errors, depth + 1))}`;
  }
  if (cause !== undefined && depth < depthMax) text += `\n  cause: ${indent(showDescriptor(state, cause, depth + 1))}`;
  return text;
}

/// Where an error was made, a line for each frame.
export function stackOf(error) {
  return showStack(dataOf(error, 'stack') ?? '');
}

/// The engine's frames, `name@place:line:column` a line, in the form people know.
function showStack(stack) {
  const lines = StringPrototypeSplit(cut(stack, textMax), '\n');
  let text = '';
  for (let i = 0, shown = 0; i < lines.length && shown < framesMax; i++) {
    const at = StringPrototypeIndexOf(lines[i], '@');
    const name = at > 0 ? StringPrototypeSlice(lines[i], 0, at) : '';
    const place = StringPrototypeSlice(lines[i], at + 1);
    // Frames of native code and of these globals say nothing to a plugin's author.
    if (place === '' || place === '[native code]' || StringPrototypeStartsWith(place, 'patchbay:')) continue;
    text += name === '' ? `\n    at ${place}` : `\n    at ${name} (${place})`;
    shown++;
  }
  return text;
}

function indent(text) {
  return StringPrototypeReplaceAll(text, '\n', '\n  ');
}

/// Joins parts on one line when they fit, else a part a line.
function lay(open, parts, close, depth) {
  if (parts.length === 0) return open + close;
  const line = ArrayPrototypeJoin(parts, ', ');
  if (line.length + depth * 2 <= lineMax && !StringPrototypeIncludes(line, '\n')) return `${open} ${line} ${close}`;
  let text = open;
  let column = lineMax;
  for (let i = 0; i < parts.length; i++) {
    const isShort = open === '[' && parts[i].length <= shortMax;
    // Short items of an array share lines, long ones and properties stand alone.
    const shares = isShort && column + parts[i].length < lineMax - 2 * depth;
    text += shares ? ` ${parts[i]}` : `\n  ${indent(parts[i])}`;
    column = isShort ? (shares ? column : 0) + parts[i].length + 2 : lineMax;
    if (i < parts.length - 1) text += ',';
  }
  return `${text}\n${close}`;
}

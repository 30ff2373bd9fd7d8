// The console (https://console.spec.whatwg.org/): each call becomes one line of the plugin's log, `notify('log', {level, message})`.
import { cut, inspect, stackOf, textMax } from './inspect.js';

const {
  ArrayIsArray, ArrayPrototypePush, ArrayPrototypeUnshift, Error, Map, MapPrototypeDelete, MapPrototypeGet, MapPrototypeGetSize,
  MapPrototypeHas, MapPrototypeSet, MathMin, MathTrunc, Number, ReflectDefineProperty, ReflectGetOwnPropertyDescriptor, ReflectOwnKeys,
  String, StringPrototypeCharCodeAt, StringPrototypeIndexOf, StringPrototypeRepeat, StringPrototypeReplaceAll, StringPrototypeSlice,
  SymbolToStringTag,
} = core.primordials;
const { host, native } = core;

const groupsMax = 16;
const labelsMax = 1000; // of count and time
const tableRowsMax = 50;
const tableColumnsMax = 12;
const cellMax = 60;

let groups = 0;
const counts = new Map();
const starts = new Map();

/// A line that is too long, or a host that refuses it, is no error of whoever logs.
function write(level, text) {
  try {
    if (groups > 0) {
      const margin = StringPrototypeRepeat('  ', groups);
      text = margin + StringPrototypeReplaceAll(text, '\n', `\n${margin}`);
    }
    host.notify('log', { __proto__: null, level, message: cut(text, textMax) });
  } catch {
    // The host counts what it drops.
  }
}

function log(level, values) {
  try {
    write(level, formatAll(values));
  } catch {
    write(level, '[values that cannot be shown]');
  }
}

/// All arguments in one text; the first may be a format with %s, %d, %i, %f, %j, %o, %O, %c and %%.
function formatAll(values) {
  const first = values[0];
  const isFormat = values.length > 1 && typeof first === 'string' && StringPrototypeIndexOf(first, '%') >= 0;
  const head = isFormat ? formatFirst(values) : { text: '', used: 0 };
  let { text } = head;
  for (let i = head.used; i < values.length && text.length <= textMax; i++) {
    text += (i === 0 ? '' : ' ') + inspect(values[i], false);
  }
  return text;
}

/// The format with its directives filled in, and how many values that took.
function formatFirst(values) {
  const pattern = values[0];
  let text = '';
  let from = 0;
  let used = 1;
  for (let i = 0; i < pattern.length - 1; i++) {
    if (StringPrototypeCharCodeAt(pattern, i) !== 37) continue;
    const letter = pattern[i + 1];
    const piece = letter === '%' ? '%' : used < values.length ? formatOne(letter, values[used]) : undefined;
    if (piece === undefined) continue;
    if (letter !== '%') used++;
    text += StringPrototypeSlice(pattern, from, i) + piece;
    from = i + 2;
    i++;
  }
  return { text: text + StringPrototypeSlice(pattern, from), used };
}

function formatOne(letter, value) {
  switch (letter) {
    case 's': return inspect(value, false);
    case 'd':
    case 'f': return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : String(Number(value));
    case 'i': return typeof value === 'object' || typeof value === 'symbol' ? 'NaN' : String(MathTrunc(Number(value)));
    case 'j':
    case 'o':
    case 'O': return inspect(value);
    case 'c': return '';
    default: return undefined;
  }
}

function label(value) {
  return value === undefined ? 'default' : cut(typeof value === 'string' ? value : inspect(value), 200);
}

function remember(map, key, value) {
  if (MapPrototypeHas(map, key) || MapPrototypeGetSize(map) < labelsMax) MapPrototypeSet(map, key, value);
}

function elapsed(name) {
  const start = MapPrototypeGet(starts, name);
  return start === undefined ? undefined : `${name}: ${MathTrunc((native.now() - start) * 1000) / 1000} ms`;
}

/// Own enumerable data of an object or array, as key and value pairs; undefined for anything else.
function rowsOf(data, max) {
  if (typeof data !== 'object' || data === null) return undefined;
  const keys = ReflectOwnKeys(data);
  const rows = [];
  for (let i = 0; i < keys.length && rows.length < max; i++) {
    if (typeof keys[i] === 'symbol' || (keys[i] === 'length' && ArrayIsArray(data))) continue;
    const descriptor = ReflectGetOwnPropertyDescriptor(data, keys[i]);
    if (descriptor === undefined || !descriptor.enumerable) continue;
    ArrayPrototypePush(rows, { __proto__: null, key: keys[i], value: descriptor.get === undefined ? descriptor.value : '[Getter]' });
  }
  return rows;
}

function tableText(data) {
  const rows = rowsOf(data, tableRowsMax);
  if (rows === undefined) return undefined;
  const columns = [];
  const lines = [];
  for (let i = 0; i < rows.length; i++) {
    const cells = { __proto__: null };
    const fields = rowsOf(rows[i].value, tableColumnsMax);
    if (fields === undefined) cells.value = cut(inspect(rows[i].value), cellMax);
    for (let j = 0; fields !== undefined && j < fields.length; j++) cells[fields[j].key] = cut(inspect(fields[j].value), cellMax);
    for (const name in cells) {
      let known = columns.length >= tableColumnsMax;
      for (let j = 0; j < columns.length; j++) known ||= columns[j] === name;
      if (!known) ArrayPrototypePush(columns, name);
    }
    ArrayPrototypePush(lines, cells);
  }
  let text = '(index)';
  for (let j = 0; j < columns.length; j++) text += ` | ${columns[j]}`;
  for (let i = 0; i < lines.length; i++) {
    text += `\n${cut(rows[i].key, cellMax)}`;
    for (let j = 0; j < columns.length; j++) text += ` | ${lines[i][columns[j]] ?? ''}`;
  }
  return text;
}

// Prototype of its own between the methods and Object.prototype: the namespace object of Web IDL.
const console = {
  __proto__: {},
  log(...values) {
    log('info', values);
  },
  info(...values) {
    log('info', values);
  },
  debug(...values) {
    log('debug', values);
  },
  warn(...values) {
    log('warn', values);
  },
  error(...values) {
    log('error', values);
  },
  dir(value) {
    write('info', inspect(value));
  },
  dirxml(...values) {
    log('info', values);
  },
  trace(...values) {
    const text = values.length === 0 ? 'Trace' : `Trace: ${formatAll(values)}`;
    write('debug', text + stackOf(new Error()));
  },
  assert(condition, ...values) {
    if (condition) return;
    if (typeof values[0] === 'string') values[0] = `Assertion failed: ${values[0]}`;
    else ArrayPrototypeUnshift(values, values.length === 0 ? 'Assertion failed' : 'Assertion failed:');
    log('error', values);
  },
  clear() {
    groups = 0;
  },
  count(name = undefined) {
    const key = label(name);
    const count = (MapPrototypeGet(counts, key) ?? 0) + 1;
    remember(counts, key, count);
    write('info', `${key}: ${count}`);
  },
  countReset(name = undefined) {
    const key = label(name);
    if (MapPrototypeHas(counts, key)) MapPrototypeSet(counts, key, 0);
    else write('warn', `Count for '${key}' does not exist`);
  },
  group(...values) {
    if (values.length > 0) log('info', values);
    groups = MathMin(groups + 1, groupsMax);
  },
  groupCollapsed(...values) {
    if (values.length > 0) log('info', values);
    groups = MathMin(groups + 1, groupsMax);
  },
  groupEnd() {
    if (groups > 0) groups--;
  },
  table(data = undefined) {
    let text;
    try {
      text = tableText(data);
    } catch {
      // A proxy among the rows: shown like any other value.
    }
    write('info', text ?? inspect(data, false));
  },
  time(name = undefined) {
    const key = label(name);
    if (MapPrototypeHas(starts, key)) write('warn', `Timer '${key}' already exists`);
    else remember(starts, key, native.now());
  },
  timeLog(name = undefined, ...values) {
    const key = label(name);
    const text = elapsed(key);
    if (text === undefined) write('warn', `Timer '${key}' does not exist`);
    else write('info', values.length === 0 ? text : `${text} ${formatAll(values)}`);
  },
  timeEnd(name = undefined) {
    const key = label(name);
    const text = elapsed(key);
    MapPrototypeDelete(starts, key);
    write(text === undefined ? 'warn' : 'info', text ?? `Timer '${key}' does not exist`);
  },
};
ReflectDefineProperty(console, SymbolToStringTag, { __proto__: null, value: 'console', configurable: true });

chunk.console = console;
chunk.inspect = inspect;

// Loads the plugin's script and finds the functions that can be called.
import { apply, bareList, create, getOwnPropertyDescriptor, hasOwn, indexOf, isArray, ownKeys, slice } from './intrinsics.js';
import { internal } from './errors.js';

const ENTRIES_LISTED_MAX = 200;

/// The functions every object inherits from the language.
const inherited = new Set();
const { has } = Set.prototype;
function inherit(prototype) {
  const keys = ownKeys(prototype);
  for (let i = 0; i < keys.length; i++) inherited.add(getOwnPropertyDescriptor(prototype, keys[i]).value);
}
inherit(Object.prototype);
inherit(Function.prototype);

function listed(names) {
  let text = '';
  for (let i = 0; i < names.length; i++) text += (i > 0 ? ', ' : '') + names[i];
  return text || 'none';
}

/// What a module of ours exports, evaluated once a worker and, where it can be, before a plugin is there to tamper with the language.
/// `source` is the module's text, or `{ part }`: a file that came with the worker.
/// `known` has those that are there already, by part.
export function makeLibrary(native, known) {
  return function provided(source, name) {
    if (typeof source === 'string') return instantiate(native, source, 'patchbay:' + name, importsNothing);
    const body = known[source.part] === undefined ? native.part(source.part) : undefined;
    if (body !== undefined) known[source.part] = run(body, importsNothing);
    if (known[source.part] === undefined) throw internal('hub.incomplete', `This worker came without ${source.part}.`);
    return known[source.part];
  };
}

function importsNothing() { throw internal('module.not-found', 'Provided modules import nothing.'); }

/// A CommonJS `require` that knows only the modules the hub provides.
function makeRequire(sources, provided, hostFor) {
  const cache = create(null);
  return function require(name) {
    if (typeof name === 'string' && cache[name] !== undefined) return cache[name].exports;
    const source = typeof name === 'string' && hasOwn(sources, name) ? sources[name] : undefined;
    if (source === undefined) {
      throw internal('module.not-found', `Module "${typeof name === 'string' ? name : typeof name}" is not available to plugins. Bundle it with the plugin, or import one of: ${listed(ownKeys(sources))}.`);
    }
    const module = cache[name] = { exports: provided(source, name).create({ host: hostFor(0) }) };
    return module.exports;
  };
}

/// Evaluates a CommonJS script. The wrapper stands on a line of its own, so generated lines are off by one (SourceMap knows).
export function instantiate(native, source, url, require) {
  return run(native.evaluate('(function (module, exports, require) {\n' + source + '\n})', url), require);
}

function run(body, require) {
  const module = { exports: {} };
  apply(body, module.exports, [module, module.exports, require]);
  return module.exports;
}

export function loadPlugin(native, boot, script, provided, hostFor) {
  const require = makeRequire(boot.modules ?? create(null), provided, hostFor);
  // The facade first: it takes what it needs of the language before the plugin can touch it.
  const facade = boot.facade && provided(boot.facade.source, boot.facade.name);
  const exports = instantiate(native, script, boot.scriptName, require);
  if (facade) {
    const entries = facade.create({ exports, host: hostFor(0), mark: native.mark });
    return { find: (name) => entries[name], names: () => ownKeys(entries) };
  }
  return { find: (name) => findExport(exports, name), names: () => listExports(exports) };
}

function isFunctionHolder(value) {
  return (typeof value === 'object' && value !== null && !isArray(value)) || typeof value === 'function';
}

/// A function that somebody put there: what every object inherits from the language is no entry.
function callable(holder, name) {
  const found = holder?.[name];
  return typeof found === 'function' && !apply(has, inherited, [found]) ? found : undefined;
}

/// `name`, or `object.name`; a default export may be left out (`sync` finds `default.sync`).
function findExport(exports, name) {
  const dot = apply(indexOf, name, ['.']);
  if (dot > 0) {
    const holder = exports?.[apply(slice, name, [0, dot])];
    const found = isFunctionHolder(holder) ? callable(holder, apply(slice, name, [dot + 1])) : undefined;
    return found && bind(found, holder);
  }
  const direct = callable(exports, name);
  if (direct !== undefined) return direct;
  const fallback = exports?.default;
  const method = isFunctionHolder(fallback) ? callable(fallback, name) : undefined;
  return method && bind(method, fallback);
}

function bind(method, receiver) { return (argument, context) => apply(method, receiver, [argument, context]); }

function listExports(exports) {
  const names = bareList();
  const add = (prefix, holder) => {
    const keys = ownKeys(holder);
    for (let i = 0; i < keys.length && names.length < ENTRIES_LISTED_MAX; i++) {
      const key = keys[i];
      if (typeof key !== 'string' || key === '__esModule') continue;
      try {
        const value = holder[key];
        if (typeof value === 'function') names[names.length] = prefix + key;
        else if (prefix === '' && typeof value === 'object' && value !== null && !isArray(value)) add(key + '.', value);
      } catch { /* an export that throws is not listed; the others are */ }
    }
  };
  try { if (isFunctionHolder(exports)) add('', exports); } catch { /* hostile exports list what they list */ }
  return names;
}

// The plugin object among what a module exports, and what is wrong where there is none.

import { isObject } from './reading.js';

const guardedTexts = ['id', 'name', 'version'];

/// The published run-time guard, reading each member once.
export function isPlugin(value) {
  if (!isObject(value)) return false;
  const { manifest } = value;
  if (!isObject(manifest)) return false;
  const { id, name, version, requiresConfig } = manifest;
  return typeof id === 'string' && typeof name === 'string' && typeof version === 'string' && typeof requiresConfig === 'boolean';
}

/// The plugin among a module's exports: the default export, else the module. A CommonJS module imported as an ES module has one more
/// `default` around it.
export function pluginOf(exports) {
  const candidate = exports?.default ?? exports;
  if (isPlugin(candidate)) return candidate;
  const inner = isObject(candidate) ? candidate.default : undefined;
  return isPlugin(inner) ? inner : candidate;
}

/// What helps an author whose module was refused: `hint`, and the members that are missing or of another type.
export function whyNot(candidate) {
  if (typeof candidate === 'function') return { hint: 'function' };
  if (!isObject(candidate)) return { hint: 'nothing' };
  const { manifest } = candidate;
  if (!isObject(manifest)) return { hint: isPlugin(candidate.plugin) ? 'named-plugin' : 'no-manifest' };
  const missing = [];
  for (let i = 0; i < guardedTexts.length; i++) if (typeof manifest[guardedTexts[i]] !== 'string') missing[missing.length] = guardedTexts[i];
  if (typeof manifest.requiresConfig !== 'boolean') missing[missing.length] = 'requiresConfig';
  const isOld = typeof manifest.requiresCredentials === 'boolean' && manifest.requiresConfig === undefined;
  return { hint: isOld ? 'generation-0' : 'members', missing };
}

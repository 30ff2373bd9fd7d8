// Lists the globals that would lead out of the sandbox, wherever they might hide.
const wanted = ['process', 'global', 'window', 'document', 'Deno', 'Bun', 'WebSocket', 'XMLHttpRequest', 'Worker', 'SharedWorker', 'SharedArrayBuffer',
  'WebAssembly', 'importScripts', 'EventSource', 'indexedDB', 'localStorage', 'navigator', 'native', 'prelude', 'core', 'chunk', 'jscOptions', '$vm',
  'load', 'read', 'readFile', 'run', 'print', 'quit', 'gc', 'createGlobalObject', 'ShadowRealm', 'Atomics', 'require', 'module', 'exports'];
exports.attack = () => {
  const own = new Set();
  for (let o = globalThis; o; o = Object.getPrototypeOf(o)) for (const key of Reflect.ownKeys(o)) own.add(String(key));
  return wanted.filter((name) => own.has(name));
};
exports.unknown = () => Object.getOwnPropertyNames(globalThis).sort();
exports.ok = () => 'well';

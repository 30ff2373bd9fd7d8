// Looks for a realm, a process or a loader behind code made from text.
exports.attack = async () => {
  const seen = {};
  const tries = {
    constructor: () => this?.constructor?.constructor('return typeof process')() ?? ({}).constructor.constructor('return typeof process')(),
    functionGlobal: () => typeof new Function('return this')().process,
    indirectEval: () => (0, eval)('typeof process + typeof require + typeof module + typeof native + typeof prelude'),
    generator: () => typeof Object.getPrototypeOf(function* () {}).constructor('return this.process')().next().value,
    asyncFunction: async () => typeof await Object.getPrototypeOf(async () => {}).constructor('return this.Deno ?? this.Bun ?? this.process')(),
    importExpression: () => import('fs').then(() => 'imported', (error) => error.name),
    importData: () => import('data:text/javascript,export default 1').then(() => 'imported', (error) => error.name),
    importFile: () => new Function('return import("/etc/passwd")')().then(() => 'imported', (error) => error.name),
    importMeta: () => { try { return typeof (0, eval)('import.meta'); } catch (error) { return error.name; } },
    caller: () => { function f() { try { return typeof f.caller; } catch (error) { return error.name; } } return f(); },
    argumentsOfPump: () => { function f() { try { return String(f.arguments?.callee?.caller); } catch (error) { return error.name; } } return f(); },
    stackWalk: () => typeof new Error().getThis,
  };
  for (const name in tries) { try { seen[name] = await tries[name](); } catch (error) { seen[name] = error.name; } }
  return seen;
};
// A sloppy function that the worker calls: its caller must not lead into the prelude.
exports.caller = function walk() { return [String(walk.caller), String(arguments.callee.caller), String(walk.arguments?.length)]; };
exports.ok = () => 'well';

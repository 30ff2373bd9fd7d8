// Coop's integrations as data and calls: `describe`, `run`, `runMany`, `runSome`, `cost`, `disabledInfo`, `refreshCatalog`, `loadCatalog`.
//
// A Coop plugin is an object with functions in it; the hub wants data. This file stands between them, in the worker. What the plugin
// made is not trusted: getters may throw, proxies may lie, results may be anything. Each read of it happens inside a try, what crosses to
// the hub is copied with limits, and a failure is an answer that names it. (The hub checks all of it again.)
//
// Each organisation gets its own signals: `createSignals` is called once for each, with a `getCredential` that answers for that
// organisation alone, and only while a call of its is running. A shared one could not tell, after an `await`, whose call is asking.

import { limits } from './coop/limits.js';
import { isPlugin, pluginOf, whyNot } from './coop/plugin.js';
import { abortion, looksPassing, pause } from './coop/passing.js';
import { Copier, cut, describeFailure, failure, isObject, isThenable } from './coop/reading.js';
import { Tenant } from './coop/tenant.js';

const { apply } = Reflect;
const { isArray } = Array;
const { get: mapGet, set: mapSet, delete: mapDelete, keys: mapKeys } = Map.prototype;
const { next: nextKey } = Object.getPrototypeOf(new Map().keys());
const NativeMap = Map, NativeString = String, NativeError = Error;
const { now } = Date;
const { isFinite: isFiniteNumber } = Number;

/// Read by name as well, because a class may define them as getters of its prototype.
const manifestMembers = [
  'id', 'name', 'version', 'description', 'docsUrl', 'requiresConfig', 'configurationFields', 'signalTypeIds', 'modelCard', 'logoUrl',
  'logoWithBackgroundUrl', 'logoPath', 'logoWithBackgroundPath', 'modelCardLearnMoreUrl', 'contextOptions', 'requiresCredentials',
  'credentialFields',
];
const descriptorMembers = [
  'id', 'displayName', 'description', 'docsUrl', 'recommendedThresholds', 'supportedLanguages', 'pricingStructure', 'eligibleInputs',
  'outputType', 'needsMatchingValues', 'eligibleSubcategories', 'needsActionPenalties', 'integration', 'allowedInAutomatedRules', 'contextNeeds',
];
const descriptorFunctions = ['run', 'getCost', 'getDisabledInfo'];
const pluginFunctions = ['createSignals', 'refreshCatalog', 'createCatalogSignal'];

facade.create = function create({ exports: moduleExports, mark }) {
  const tenants = new NativeMap();   // orgId -> Tenant, least recently used first
  let plugin, isReady = false;

  /// Finds the plugin object. Gives a promise when the module's exports are one (top-level await), else nothing.
  function prepare() {
    if (isReady) return undefined;
    if (isThenable(moduleExports)) {
      // The plugin itself is never returned from here: one that has a `then` of its own would be taken for a promise.
      return (async () => {
        plugin = pluginOf(await moduleExports);
        isReady = true;
      })();
    }
    plugin = pluginOf(moduleExports);
    isReady = true;
    return undefined;
  }

  function tenantFor(orgId) {
    const known = apply(mapGet, tenants, [orgId]);
    if (known) {
      // Moved to the end: the map keeps its order of insertion.
      apply(mapDelete, tenants, [orgId]);
      apply(mapSet, tenants, [orgId, known]);
      return known;
    }
    if (tenants.size >= limits.organisations) dropOneIdle();
    const made = new Tenant(orgId);
    apply(mapSet, tenants, [orgId, made]);
    return made;
  }

  function dropOneIdle() {
    const keys = apply(mapKeys, tenants, []);
    for (let step = apply(nextKey, keys, []); !step.done; step = apply(nextKey, keys, [])) {
      if (apply(mapGet, tenants, [step.value]).running === 0) { apply(mapDelete, tenants, [step.value]); return; }
    }
  }

  /// Calls `createSignals` for a tenant. Gives `{ signals, items, notices, failure }`, or a promise of it.
  function load(tenant) {
    const notices = [];
    const empty = (extra) => ({ signals: new NativeMap(), items: [], notices, ...extra });
    const failed = (thrown) => empty({ failure: { stage: 'createSignals', error: describeFailure(thrown) } });
    let list;
    try {
      const { createSignals, manifest } = plugin;
      if (createSignals === undefined || createSignals === null) return empty();
      if (typeof createSignals !== 'function') {
        notices[0] = { code: 'signals.not-a-function', kind: typeof createSignals };
        return empty();
      }
      list = apply(createSignals, plugin, [{ integrationId: manifest.id, getCredential: tenant.getCredential }]);
      if (isThenable(list)) {
        notices[0] = { code: 'signals.promise' };
        return (async () => { try { return collect(await list, notices); } catch (thrown) { return failed(thrown); } })();
      }
      return collect(list, notices);
    } catch (thrown) {
      return failed(thrown);
    }
  }

  function collect(list, notices) {
    const signals = new NativeMap(), items = [];
    const note = (notice) => { if (notices.length < limits.notices) notices[notices.length] = notice; };
    if (!isArray(list)) {
      note({ code: 'signals.not-a-list', kind: list === null ? 'null' : typeof list });
      return { signals, items, notices };
    }
    const length = list.length;
    if (length > limits.signals) note({ code: 'signals.too-many', count: length, max: limits.signals });
    for (let index = 0; index < length && index < limits.signals; index++) {
      try {
        const item = list[index];
        const signalTypeId = isObject(item) ? item.signalTypeId : undefined, signal = isObject(item) ? item.signal : undefined;
        if (typeof signalTypeId !== 'string' || signalTypeId === '' || !isObject(signal)) {
          note({ code: 'signals.incomplete', index, missing: typeof signalTypeId !== 'string' || signalTypeId === '' ? 'signalTypeId' : 'signal' });
          continue;
        }
        items[items.length] = { signalTypeId, signal, index };
        // Twice the same: the first stays, as with integrations; the hub says so from the list.
        if (apply(mapGet, signals, [signalTypeId]) === undefined) apply(mapSet, signals, [signalTypeId, signal]);
      } catch (thrown) { note({ code: 'signals.unreadable', index, message: describeFailure(thrown).message }); }
    }
    return { signals, items, notices };
  }

  /// Gives `reading` of what `asking(signal)` gives or promises, with the organisation's credential at hand meanwhile. Never throws.
  /// What takes longer leaves the end of its lease in `leases`, where one is named.
  /// Where `retry.signal` is there by then, it is asked once more after a failure that looks passing.
  function withSignal(argument, asking, reading, leases, retry) {
    const orgId = argument.orgId ?? argument.input?.orgId;
    const tenant = tenantFor(typeof orgId === 'string' ? orgId : undefined);
    const end = tenant.begin(argument.credential);
    let answer;
    try {
      if (tenant.signals === undefined) makeSignals(tenant);
      const made = tenant.signals;
      answer = isThenable(made)
        ? (async () => ask(tenant, settleSignals(tenant, await made), argument, asking))() : ask(tenant, made, argument, asking);
      if (isThenable(answer)) {
        if (leases) leases[leases.length] = end;
        return finishLater(end, answer, reading, retry);
      }
      answer = reading(answer);
    } catch (thrown) { answer = { error: describeFailure(thrown) }; }
    end();
    return answer;
  }

  async function finishLater(end, answer, reading, retry) {
    try {
      let given;
      try { given = await answer; } catch (thrown) {
        if (retry?.signal === undefined || !looksPassing(thrown)) throw thrown;
        return reading(await onceMore(retry));
      }
      const told = reading(given);
      // Most answers are no errors, and every value comes through here.
      if (told.error === undefined || retry?.signal === undefined || given?.type !== 'ERROR' || !looksPassing(given.score)) return told;
      return reading(await onceMore(retry));
    } catch (thrown) { return { error: describeFailure(thrown) }; } finally { end(); }
  }

  async function onceMore({ signal, argument }) {
    await pause(limits.pauseMs);
    return apply(signal.run, signal, [argument.input]);
  }

  function ask(tenant, signals, { signalTypeId, catalogKey }, asking) {
    // A signal of another catalog than the hub's may be one that is not offered any more.
    const own = catalogKey !== undefined && tenant.catalog?.key === catalogKey ? tenant.catalog.signals : undefined;
    const signal = (own && apply(mapGet, own, [signalTypeId])) ?? apply(mapGet, signals, [signalTypeId]);
    if (signal === undefined) {
      const error = new NativeError(`This integration has no signal "${cut(NativeString(signalTypeId), 200)}".`);
      error.name = 'SignalNotFound';
      throw error;
    }
    return asking(signal);
  }

  /// The first call of an organisation makes its signals; others that come meanwhile wait for the same ones.
  function makeSignals(tenant) {
    const waiting = prepare();
    const loaded = waiting ? (async () => { await waiting; return load(tenant); })() : load(tenant);
    if (isThenable(loaded)) tenant.signals = loaded; else settleSignals(tenant, loaded);
  }

  function settleSignals(tenant, loaded) {
    if (loaded.failure) {
      tenant.signals = undefined;   // the next call tries again
      const error = new NativeError(loaded.failure.error.message);
      error.name = loaded.failure.error.name;
      throw error;
    }
    return tenant.signals = loaded.signals;
  }

  // MARK: Running

  function run(argument, leases) {
    const retry = { argument, signal: undefined };
    return withSignal(argument, (signal) => {
      const { input } = argument;
      if (isObject(input) && input.signal === undefined) input.signal = { type: argument.signalTypeId };
      retry.signal = signal;
      return apply(signal.run, signal, [input]);
    }, normalise, leases, retry);
  }

  /// What a run gave, as `{ ok: { score, outputType?, matchedValue? } }` or `{ error }`.
  ///
  /// JSON has no NaN and no infinities: such a score is null and its name stands in `number`.
  function normalise(result) {
    if (!isObject(result)) return { error: failure(`The signal returned ${result === null ? 'null' : typeof result} instead of a result.`, 'InvalidResult') };
    const { type, score, outputType, matchedValue } = result;
    if (type === 'ERROR') return { error: describeFailure(score) };
    if (typeof score !== 'string' && typeof score !== 'number' && typeof score !== 'boolean') {
      return { error: failure(`The signal's score is ${score === null ? 'null' : typeof score}; it must be a text, a number or a boolean.`, 'InvalidResult') };
    }
    const ok = { score: typeof score === 'string' ? cut(score, limits.stringCharacters) : score };
    if (typeof score === 'number' && !isFiniteNumber(score)) { ok.score = null; ok.number = NativeString(score); }
    if (isObject(outputType)) ok.outputType = outputTypeOf(outputType);
    if (typeof matchedValue === 'string') ok.matchedValue = cut(matchedValue, limits.matchedValueCharacters);
    return { ok };
  }

  function outputTypeOf({ scalarType, enum: values, ordered }) {
    const out = {};
    if (typeof scalarType === 'string') out.scalarType = cut(scalarType, 100);
    if (isArray(values)) {
      out.enum = [];
      for (let i = 0; i < values.length && i < limits.enumValues; i++) {
        const value = values[i];
        if (typeof value === 'string') out.enum[out.enum.length] = cut(value, 1000);
        else if (typeof value === 'number' && isFiniteNumber(value)) out.enum[out.enum.length] = value;
      }
    }
    if (typeof ordered === 'boolean') out.ordered = ordered;
    return out;
  }

  /// Many runs at once: `{ signalTypeId, credential?, inputs }`, or a list of the arguments of `run`. One answer each, in order.
  async function runMany(argument) {
    const list = isArray(argument) ? argument : argument.inputs;
    if (!isArray(list)) throw new TypeError('runMany takes a list of inputs.');
    if (list.length > limits.batch) throw new RangeError(`runMany takes at most ${limits.batch} inputs.`);
    const out = [];
    for (let i = 0; i < list.length; i++) {
      out[i] = run(isArray(argument) ? list[i] : { signalTypeId: argument.signalTypeId, credential: argument.credential, orgId: argument.orgId, input: list[i] });
    }
    for (let i = 0; i < out.length; i++) if (isThenable(out[i])) out[i] = await out[i];
    return out;
  }

  /// As many runs as may begin within `sliceMs`, at least one: `{ answers }`, one each, in order. Whoever asks sends the rest again, so that
  /// what is answered by then is not lost when one of the rest brings the worker down. Runs that have not settled `waitMs` after the
  /// beginning are answered as late and left to themselves. `marks` is the mark of the first value: while one runs, its mark says which. `{ catalogMissing: true }`: `loadCatalog` comes first.
  async function runSome({ signalTypeId, credential, orgId, catalogKey, inputs, sliceMs, waitMs, marks }) {
    if (!isArray(inputs)) throw new TypeError('runSome takes a list of inputs.');
    if (catalogKey !== undefined && tenantFor(orgId).catalog?.key !== catalogKey) return { catalogMissing: true };
    const begun = now(), out = [], leases = [], length = inputs.length < limits.batch ? inputs.length : limits.batch;
    for (let i = 0; i < length; i++) {
      mark(marks + i);
      out[i] = run({ signalTypeId, credential, orgId, catalogKey, input: inputs[i] }, leases);
      if (now() - begun >= sliceMs) break;
    }
    mark(0);
    await settleAll(out, begun + waitMs);
    // A run that goes on by itself does so without the organisation's credential.
    for (let i = 0; i < leases.length; i++) leases[i]();
    const answers = [];
    let characters = 0;
    for (let i = 0; i < out.length; i++) {
      const answer = isThenable(out[i]) ? { error: failure(`The signal gave no answer within ${waitMs} ms.`, 'RunTimeLimit') } : out[i];
      characters += (typeof answer.ok?.score === 'string' ? answer.ok.score.length : 0) + (answer.ok?.matchedValue?.length ?? 0);
      // What does not go into one message goes into the next.
      if (i > 0 && characters > limits.answerCharacters) break;
      answers[i] = answer;
    }
    return { answers };
  }

  /// Puts answers where promises of them stand, until all are there or the time has come.
  async function settleAll(out, end) {
    let next = 0, isOver = false, wake;
    (async () => {
      for (; next < out.length && !isOver; next++) {
        if (!isThenable(out[next])) continue;
        const answer = await out[next];
        if (!isOver) out[next] = answer;
      }
    })();
    // Most promises only wait for what is there already; a timer is for those that really wait.
    for (let hop = 0, last = 0; next < out.length && hop < limits.hops; hop++) {
      if (next > last) { last = next; hop = 0; }
      await undefined;
    }
    if (next >= out.length) return;
    isOver = true;   // One that waits must not keep those behind it from being seen.
    let left = 0, timer;
    const all = new Promise((resolve) => { wake = resolve; });
    for (let i = next; i < out.length; i++) {
      if (!isThenable(out[i])) continue;
      left++;
      const promise = out[i];
      (async () => {
        const answer = await promise;
        if (end !== undefined) out[i] = answer;
        if (--left === 0) wake();
      })();
    }
    if (left > 0) {
      try { timer = setTimeout(wake, end - now()); } catch { /* the plugin has used them up: the hub looks at the time too */ }
      await all;
      if (timer !== undefined) clearTimeout(timer);
    }
    end = undefined;   // What comes later belongs to nobody.
  }

  // MARK: Catalogs

  /// Asks the plugin for an organisation's catalog: `{ version, signals }` as data, or `{ error }`. Its `abortSignal` is aborted after
  /// `timeMs`, and when the organisation's catalog is asked for anew meanwhile.
  async function refreshCatalog({ orgId, credential, timeMs }) {
    const waiting = prepare();
    if (waiting) await waiting;
    const tenant = tenantFor(orgId);
    const end = tenant.begin(credential), controller = new AbortController();
    tenant.refreshing?.abort(abortion('The catalog is asked for anew.', 'AbortError'));
    tenant.refreshing = controller;
    let timer;
    try {
      if (timeMs > 0) timer = setTimeout(() => controller.abort(abortion(`The catalog was not there within ${timeMs} ms.`, 'TimeoutError')), timeMs);
      const given = await apply(plugin.refreshCatalog, plugin, [{
        integrationId: plugin.manifest.id, orgId, getCredential: () => tenant.getCredential(orgId), abortSignal: controller.signal,
      }]);
      if (!isObject(given)) return { error: failure('refreshCatalog() gave no { version, signals }.', 'InvalidResult') };
      return new Copier(limits.catalogValues, limits.catalogCharacters).object(given, ['version', 'signals']);
    } catch (thrown) { return { error: describeFailure(thrown) }; } finally {
      if (timer !== undefined) clearTimeout(timer);
      if (tenant.refreshing === controller) tenant.refreshing = undefined;
      end();
    }
  }

  /// Makes an organisation's signals from the entries of its catalog, and describes them as `describe` does: `{ signals }`.
  async function loadCatalog({ orgId, credential, key, entries }) {
    const waiting = prepare();
    if (waiting) await waiting;
    const tenant = tenantFor(orgId);
    const end = tenant.begin(credential);
    try {
      const context = { integrationId: plugin.manifest.id, getCredential: tenant.getCredential };
      const signals = new NativeMap(), described = [];
      for (let index = 0; index < entries.length && index < limits.signals; index++) {
        const signalTypeId = NativeString(entries[index].signalTypeId);
        try {
          const signal = await apply(plugin.createCatalogSignal, plugin, [entries[index], context]);
          if (!isObject(signal)) throw new NativeError('createCatalogSignal() gave no signal');
          apply(mapSet, signals, [signalTypeId, signal]);
          described[index] = describeSignal({ signalTypeId, signal, index });
        } catch (thrown) { described[index] = { signalTypeId, index, problem: describeFailure(thrown).message }; }
      }
      tenant.catalog = { key, signals };
      return { signals: described };
    } finally { end(); }
  }

  // MARK: Asking

  function costOf(signal) {
    try {
      const { getCost } = signal;
      if (typeof getCost !== 'function') return { cost: null, problem: 'there is no getCost()' };
      const cost = apply(getCost, signal, []);
      if (typeof cost !== 'number') return { cost: null, problem: `getCost() gave ${isThenable(cost) ? 'a promise' : typeof cost} instead of a number` };
      if (!isFiniteNumber(cost) || cost < 0) return { cost: null, problem: `getCost() gave ${NativeString(cost)}` };
      return { cost };
    } catch (thrown) {
      return { cost: null, problem: `getCost() threw: ${describeFailure(thrown).message}` };
    }
  }

  function disabledInfo(argument) {
    const { catalogKey } = argument;
    if (catalogKey !== undefined && tenantFor(argument.orgId).catalog?.key !== catalogKey) return { catalogMissing: true };
    return withSignal(argument, (signal) => {
      const { getDisabledInfo } = signal;
      return typeof getDisabledInfo === 'function' ? apply(getDisabledInfo, signal, [argument.orgId]) : { disabled: false };
    }, disabledFrom);
  }

  function disabledFrom(info) {
    if (!isObject(info) || typeof info.disabled !== 'boolean') return { error: failure('getDisabledInfo() gave no { disabled } answer.', 'InvalidResult') };
    if (!info.disabled) return { disabled: false };
    const { disabledMessage } = info;
    return { disabled: true, disabledMessage: typeof disabledMessage === 'string' ? cut(disabledMessage, limits.messageCharacters) : undefined };
  }

  function describeSignal({ signalTypeId, signal, index }) {
    const copier = new Copier(), functions = [];
    let descriptor, problem;
    try {
      for (let i = 0; i < descriptorFunctions.length; i++) if (typeof signal[descriptorFunctions[i]] === 'function') functions[functions.length] = descriptorFunctions[i];
      descriptor = copier.object(signal, descriptorMembers);
      for (let i = 0; i < descriptorFunctions.length; i++) delete descriptor[descriptorFunctions[i]];
    } catch (thrown) { problem = describeFailure(thrown).message; }
    return { signalTypeId: cut(signalTypeId, limits.keyCharacters), index, descriptor, functions, problem, ...costOf(signal) };
  }

  /// Everything about the integration that is data: `{ plugin: false }` when the exports hold none, else `{ plugin: true, manifest,
  /// members, signals, notices, failure? }`. Signals and notices are in the plugin's order.
  async function describe() {
    const members = [], notices = [];
    const failed = (thrown) => ({ plugin: true, members, signals: [], notices, failure: { stage: 'manifest', error: describeFailure(thrown) } });
    let manifest;
    try {
      const waiting = prepare();
      if (waiting) await waiting;
      if (!isPlugin(plugin)) return { plugin: false, ...whyNot(plugin) };
      const copier = new Copier();
      manifest = copier.object(plugin.manifest, manifestMembers);
      for (let i = 0; i < copier.dropped.length; i++) notices[i] = { code: 'manifest.function', pointer: copier.dropped[i] };
      for (let i = 0; i < pluginFunctions.length; i++) if (typeof plugin[pluginFunctions[i]] === 'function') members[members.length] = pluginFunctions[i];
    } catch (thrown) { return failed(thrown); }
    const loaded = await load(new Tenant(undefined));
    const signals = [];
    for (let i = 0; i < loaded.items.length; i++) signals[i] = describeSignal(loaded.items[i]);
    for (let i = 0; i < loaded.notices.length; i++) notices[notices.length] = loaded.notices[i];
    return { plugin: true, manifest, members, signals, notices, failure: loaded.failure };
  }

  return {
    __proto__: null, describe, run, runMany, runSome, disabledInfo, refreshCatalog, loadCatalog,
    cost: (argument) => withSignal(argument, costOf, (cost) => cost),
  };
};

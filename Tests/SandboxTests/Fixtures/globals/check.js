// A minimal set of assertions for fixtures that run inside the sandbox and report `{passed, failed: [{name, detail}]}`.

/// Collects named tests; `report()` runs them one after the other and says what happened.
export function suite() {
  const tests = [];
  return {
    test(name, body) {
      tests.push({ name, body });
    },
    async report() {
      const failed = [];
      let passed = 0;
      for (const { name, body } of tests) {
        try {
          await body();
          passed++;
        } catch (error) {
          failed.push({ name, detail: `${error?.message ?? error}${place(error)}` });
        }
      }
      return { passed, failed };
    },
  };
}

function place(error) {
  const line = typeof error?.stack === 'string' ? error.stack.split('\n').find((frame) => !frame.startsWith('same') && frame.includes(':')) : '';
  return line ? ` [${line.trim()}]` : '';
}

/// Fails unless both are the same value, or the same as text where they are objects.
export function same(actual, expected, what = 'value') {
  if (Object.is(actual, expected)) return;
  const [a, b] = [show(actual), show(expected)];
  if (typeof actual === 'object' && typeof expected === 'object' && a === b) return;
  throw new Error(`${what}: got ${a}, expected ${b}`);
}

export function ok(condition, what = 'condition') {
  if (!condition) throw new Error(`${what} does not hold`);
}

/// Fails unless `body` throws, or returns a promise that rejects with, an error of that name; returns the error.
export function throws(body, name, what = 'call') {
  let result;
  try {
    result = body();
  } catch (error) {
    return named(error, name, what);
  }
  if (typeof result?.then === 'function') {
    return result.then(
      (value) => {
        throw new Error(`${what} should have rejected with ${name}, but gave ${show(value)}`);
      },
      (error) => named(error, name, what),
    );
  }
  throw new Error(`${what} should have thrown ${name}, but returned ${show(result)}`);
}

function named(error, name, what) {
  if (error?.name !== name) throw new Error(`${what} should have failed with ${name}, but did with ${error?.name}: ${error?.message}`);
  return error;
}

export function hex(bytes) {
  return [...new Uint8Array(bytes.buffer ?? bytes, bytes.byteOffset ?? 0, bytes.byteLength)].map((b) => b.toString(16).padStart(2, '0')).join('');
}

export function fromHex(text) {
  return new Uint8Array((text.replaceAll(/\s/g, '').match(/../g) ?? []).map((pair) => parseInt(pair, 16)));
}

function show(value) {
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return `${value.constructor.name}[${[...value].join(' ')}]`;
  return typeof value === 'string' || (typeof value === 'object' && value !== null) ? JSON.stringify(value) : String(value);
}

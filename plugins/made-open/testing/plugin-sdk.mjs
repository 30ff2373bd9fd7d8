// The three functions of `@made-open/plugin-sdk` that these plugins use, so that they can be tried in Node. The hub brings its own.

export function requireConfig(context, key) {
  const value = context.config[key];
  if (value === undefined || value === null || value === '') throw new Error(`Missing required config key: "${key}"`);
  return String(value);
}

export async function* paginate(fetchPage) {
  let cursor;
  do {
    const page = await fetchPage(cursor);
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor);
}

export async function withRetry(attempt, maxAttempts = 3, baseDelayMs = 100) {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= maxAttempts) throw error;
      await new Promise((resume) => setTimeout(resume, baseDelayMs * 2 ** (count - 1)));
    }
  }
}

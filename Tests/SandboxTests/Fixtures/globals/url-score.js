// Scores URL against cases in the format of the web platform tests' urltestdata.json.

const attributes = ['href', 'origin', 'protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

/// `run(cases)` takes the file's array, or a slice of it (comments, which are strings, are skipped), and returns the usual counts.
export async function run(cases) {
  const failed = [];
  let passed = 0;
  for (const item of cases) {
    if (typeof item === 'string') continue;
    const detail = judge(item);
    if (detail === '') passed++;
    else failed.push({ name: `${JSON.stringify(item.input)} against ${JSON.stringify(item.base)}`, detail });
  }
  return { passed, failed };
}

function judge({ input, base, failure, ...expected }) {
  let url;
  try {
    url = base === null ? new URL(input) : new URL(input, base);
  } catch (error) {
    return failure && error instanceof TypeError ? '' : `threw ${error}`;
  }
  if (failure) return `should have failed, gave ${url.href}`;
  const wrong = attributes.filter((name) => name in expected && url[name] !== expected[name]);
  if ('searchParams' in expected && String(url.searchParams) !== expected.searchParams) wrong.push('searchParams');
  return wrong.map((name) => `${name} is ${url[name]}, not ${expected[name]}`).join('; ');
}

// The same packages read by Node: each manifest read, parsed, and its members checked by hand as a schema validator compiled for it would.
const fs = require('node:fs'), path = require('node:path');
const folder = process.argv[2];
const text = (value) => typeof value === 'string' && value.length > 0;
const texts = (value) => Array.isArray(value) && value.every(text);
const checks = {
  'plugin.json': (m) => text(m.name) && text(m.type) && (m.permissions === undefined || texts(m.permissions))
    && (m.commands ?? []).every((c) => text(c.name) && text(c.description) && text(c.icon) && c.type === 'command' && text(c.action.exec) && texts(c.action.args)),
  'forgeportal-plugin.json': (m) => text(m.name) && text(m.version) && text(m.forgeportal.engineVersion) && texts(m.forgeportal.permissions)
    && Object.values(m.forgeportal.config).every((f) => ['string', 'number', 'boolean'].includes(f.type)),
  'patchbay.json': (m) => text(m.id) && text(m.name) && text(m.version) && text(m.entry) && texts(m.permissions),
};
function round() {
  const start = process.hrtime.bigint();
  let valid = 0;
  for (const name of fs.readdirSync(folder)) for (const file of Object.keys(checks)) {
    let source;
    try { source = fs.readFileSync(path.join(folder, name, file), 'utf8'); } catch { continue; }
    if (checks[file](JSON.parse(source))) valid++;
    break;
  }
  if (valid === 0) throw new Error('nothing was valid');
  return Number(process.hrtime.bigint() - start) / 1e9;
}
const rounds = Array.from({ length: 5 }, round).sort((a, b) => a - b);
console.log(JSON.stringify({ seconds: rounds[2] }));

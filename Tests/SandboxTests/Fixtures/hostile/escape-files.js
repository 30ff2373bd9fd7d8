// Asks every global that takes a name or an address for a file.
exports.attack = async () => {
  const out = {};
  const tries = {
    fetchFile: () => fetch('file:///etc/passwd').then((r) => r.text()),
    fetchPath: () => fetch('/etc/passwd').then((r) => r.text()),
    fetchData: () => fetch('data:,hello').then((r) => r.text()),
    importFile: () => import('file:///etc/passwd').then(() => 'imported'),
    url: () => new URL('file:///etc/passwd').href,
    blob: () => URL.createObjectURL?.(new Blob(['x'])) ?? 'absent',
    file: () => new File([], '/etc/passwd').size,
    request: () => new Request('file:///etc/passwd').text(),
  };
  for (const name in tries) { try { out[name] = await tries[name](); } catch (error) { out[name] = error.name; } }
  return out;
};
exports.ok = () => 'well';

// Tries to survive being ended: loops again in finally and in catch.
exports.attack = () => { for (;;) { try { for (;;); } catch { for (;;); } finally { for (;;); } } };
exports.ok = () => 'well';

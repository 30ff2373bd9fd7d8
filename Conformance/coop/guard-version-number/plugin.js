module.exports = { manifest: { id: 'DEMO', name: 'Demo', version: 1, requiresConfig: true } };

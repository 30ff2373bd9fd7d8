exports.plugin = { manifest: { id: 'DEMO', name: 'Demo', version: '1.0.0', requiresConfig: false } };

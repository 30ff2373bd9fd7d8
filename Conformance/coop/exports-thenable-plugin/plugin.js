module.exports = { default: { manifest: { id: 'DEMO', name: 'Demo', version: '1.0.0', requiresConfig: false }, then: () => { throw new Error('not a promise'); } } };

module.exports = { manifest: { id: 'DEMO', name: 'Demo', version: '1.0.0', requiresCredentials: true, credentialFields: [] } };

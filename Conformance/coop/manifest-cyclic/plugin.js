const manifest = { id: 'DEMO', name: 'Demo', version: '1.0.0', requiresConfig: false };
manifest.self = manifest;
module.exports = { manifest };

const manifest = { id: 'DEMO', name: 'Demo', version: '1.0.0', requiresConfig: false };
manifest.list = Array(60000).fill(1);
module.exports = { manifest };

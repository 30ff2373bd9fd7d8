class Manifest { get id() { return 'DEMO'; } get name() { return 'Demo'; } get version() { return '1.0.0'; } get requiresConfig() { return true; } get description() { return 'from a getter'; } }
module.exports = { manifest: new Manifest() };

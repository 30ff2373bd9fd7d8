module.exports = { get manifest() { throw new Error('hostile getter'); } };

// Exports nothing that can be called.
module.exports = null;

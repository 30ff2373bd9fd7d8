// Catches the hub's refusals, rewrites them, and throws them again.
const { host } = require('test:host');
exports.attack = async () => {
  try { await host.call('test.refuse'); } catch (error) {
    error.message = 'all is well'; error.remedy = 'give me root'; error.turn = 'operator'; error.code = 'permission.granted'; error.name = 'Friend';
    throw error;
  }
};
exports.getter = async () => {
  try { await host.call('test.refuse'); } catch (error) {
    Object.defineProperty(error, 'message', { get() { return 'all is well'; } });
    throw error;
  }
};
exports.ok = () => 'well';

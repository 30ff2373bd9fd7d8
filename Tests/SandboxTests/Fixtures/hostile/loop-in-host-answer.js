// Runs for ever once the hub has answered a host call.
const { host } = require('test:host');
exports.attack = async () => { await host.call('test.echo', null); for (;;); };
exports.ok = () => 'well';

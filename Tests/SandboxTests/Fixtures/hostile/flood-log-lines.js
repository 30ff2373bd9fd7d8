// Logs a million lines in one call, through the console or below it.
const { host } = require('test:host');
exports.console = (lines) => { for (let i = 0; i < lines; i++) console.log('line', i); return lines; };
exports.notify = (lines) => { for (let i = 0; i < lines; i++) host.notify('log', { level: 'info', message: 'x' }); return lines; };
exports.ok = () => 'well';

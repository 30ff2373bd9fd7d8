// Node's plain `http`: a server that looks its bearer token up in a Map, finds an object, and sends it as JSON made for this request.
// Prints its port; the object is the file it is given. With `express`, the same behind Express.
const fs = require('node:fs'), http = require('node:http');
const [file, token, kind] = process.argv.slice(2);
const tokens = new Map([[token, { user: 'ada', scopes: new Set(['plugin:read']) }]]);
const objects = new Map([['bench', JSON.parse(fs.readFileSync(file, 'utf8'))]]);
const known = (request) => tokens.get((request.headers.authorization ?? '').slice('Bearer '.length));

function plain(request, response) {
  if (!known(request)?.scopes.has('plugin:read')) { response.writeHead(401); return response.end(); }
  const object = objects.get(request.url.slice(request.url.lastIndexOf('/') + 1));
  if (!object) { response.writeHead(404); return response.end(); }
  const body = JSON.stringify(object);
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
function express() {
  const app = require(process.env.EXPRESS ?? '/usr/share/nodejs/express')();
  app.use((request, response, next) => known(request)?.scopes.has('plugin:read') ? next() : response.sendStatus(401));
  app.get('/objects/:id', (request, response) => { const object = objects.get(request.params.id); object ? response.json(object) : response.sendStatus(404); });
  return app;
}
const server = http.createServer(kind === 'express' ? express() : plain);
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.on('close', () => process.exit(0)).resume();

// The archive of the example: answers its inventory over HTTP, read anew for each request.
//   node examples/a-small-connector/archive/serve.mjs [port]
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const inventory = new URL('inventory.json', import.meta.url);
const port = Number(process.argv[2] ?? 9380);

createServer(async (_request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(await readFile(inventory));
}).listen(port, '127.0.0.1', () => console.log(`the archive answers at http://127.0.0.1:${port}/inventory.json`));

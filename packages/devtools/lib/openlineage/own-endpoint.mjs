// The endpoint of the connector in a process of its own. Usage: node own-endpoint.mjs <folder>; tells its port by a
// message, and the longest turn of its event loop when it is asked.
import { openLineageConnector } from '@isthmus/connector-openlineage';
import { recordingHost } from '@isthmus/connector-testing';
import { openLineageDefaults } from './defaults.mjs';

const host = recordingHost(openLineageConnector, { ...openLineageDefaults, folder: process.argv[2] });
let longestMs = 0;
let at = performance.now();
setInterval(() => {
  longestMs = Math.max(longestMs, performance.now() - at - 1);
  at = performance.now();
}, 1);
process.on('message', (message) => {
  if (message === 'begin') longestMs = 0;
  else process.send({ longestMs });
});
await host.start();
const { fields } = host.logs.find(({ message }) => message === 'events are taken');
process.send({ port: fields.port });

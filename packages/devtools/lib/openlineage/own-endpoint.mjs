// The endpoint of the connector in a process of its own. Usage: node own-endpoint.mjs <folder>; tells its port by a
// message, and the longest turn of its event loop when it is asked.
import { openLineageConnector } from '@isthmus/connector-openlineage';
import { recordingHost } from '@isthmus/connector-testing';
import { watchTurns } from '../own-turns.mjs';
import { openLineageDefaults } from './defaults.mjs';

const host = recordingHost(openLineageConnector, { ...openLineageDefaults, folder: process.argv[2] });
let turns = watchTurns();
process.on('message', (message) => {
  const longest = turns.end();
  if (message === 'begin') turns = watchTurns();
  else process.send(longest);
});
await host.start();
const { fields } = host.logs.find(({ message }) => message === 'events are taken');
process.send({ port: fields.port });

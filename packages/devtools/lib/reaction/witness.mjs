// A light provider in a folder of its own, found by its manifest as a user's would be. Its connectors write down when
// they were started, reconfigured and stopped: the time is theirs, whoever reads it, however late.
import { mkdirSync, openSync, readSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../process.mjs';

export const provider = 'witness';

/** @returns { directory, record(): what was written so far, oldest first } */
export function makeWitness(folder) {
  const directory = join(folder, 'connectors');
  const file = join(folder, 'witnessed');
  const home = join(directory, provider);
  mkdirSync(join(home, 'node_modules/@isthmus'), { recursive: true });
  symlinkSync(join(root, 'packages/connector-sdk'), join(home, 'node_modules/@isthmus/connector-sdk'), 'dir');
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest, undefined, 2));
  writeFileSync(join(home, 'connector.mjs'), source(file));
  writeFileSync(file, '');
  return { directory, record: reader(file) };
}

const manifest = {
  name: 'isthmus-connector-witness',
  version: '0.1.0',
  private: true,
  type: 'module',
  isthmus: { provider, kind: 'files', sdk: '^0.1.0', module: './connector.mjs', export: 'witnessConnector' },
};

const source = (file) => `import { appendFileSync } from 'node:fs';
import { defineConnector, Type } from '@isthmus/connector-sdk';

const configuration = Type.Object({
  address: Type.String({ default: '' }),
  tone: Type.String({ default: '' }),
});

export const witnessConnector = defineConnector({
  kind: 'files',
  provider: '${provider}',
  version: 1,
  configuration,
  fromConnection: ({ networkAddress, configurationProperties }) => ({
    address: networkAddress ?? '',
    tone: configurationProperties.tone ?? '',
  }),
  create: (context, given) => new Witness(context.source, given),
});

class Witness {
  constructor(source, given) {
    this.source = source;
    this.given = given;
  }

  async start() {
    this.note('started');
  }

  async refresh(run) {
    await run.scope('root').complete();
  }

  async reconfigure(next) {
    if (next.address !== this.given.address) return 'restart';
    this.given = next;
    this.note('reconfigured');
    return 'applied';
  }

  async stop() {
    this.note('stopped');
  }

  note(event) {
    const entry = { at: Date.now(), event, source: this.source, ...this.given };
    appendFileSync(${JSON.stringify(file)}, JSON.stringify(entry) + '\\n');
  }
}
`;

/** Reads only what was added since. */
function reader(file) {
  const handle = openSync(file, 'r');
  const chunk = Buffer.alloc(1 << 20);
  const entries = [];
  let rest = '';
  return () => {
    for (;;) {
      const length = readSync(handle, chunk, 0, chunk.length, null);
      if (length === 0) return entries;
      const lines = (rest + chunk.toString('utf8', 0, length)).split('\n');
      rest = lines.pop() ?? '';
      entries.push(...lines.map((line) => JSON.parse(line)));
    }
  };
}

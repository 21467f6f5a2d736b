import { basename, join, relative, resolve } from 'node:path';
import type { Connector } from '@isthmus/admin-client';
import { IsthmusError, isAbort, messageOf } from '@isthmus/kernel';
import { shellWord } from '../../support/describe.js';
import type { Session } from '../../support/session.js';
import type { Screen } from '../../terminal/screen.js';
import { awaitRun } from '../await-run.js';
import { registrationFields } from '../connector-options.js';
import { authorPackages, type Installation, packedDependencies, thisInstallation } from './installation.js';
import type { CreateOptions } from './provider.js';
import { isProviderKind, providerFiles, providerKinds } from './provider-files.js';
import type { Workshop } from './workshop.js';
import { machineWorkshop } from './workshop.js';

/** Where packed packages of Isthmus lie in a new provider. */
const packedFolder = 'packages';
const quickStartGroup = 'IntegrationGroup::QuickStart';
const runWaitMs = 60_000;
const pollMs = 100;

/** Makes a provider: writes it, installs and tests it, and on demand runs it in the quick start. */
export async function createProvider(
  session: Session,
  name: string,
  options: CreateOptions,
  workshop: Workshop = machineWorkshop,
): Promise<void> {
  const { io, screen } = session;
  const { kind } = options;
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name))
    throw usage(
      `the name ${name} is none that registrations can use`,
      'use lower-case letters, digits and dashes, a letter first',
    );
  if (!isProviderKind(kind)) throw usage(`there is no kind ${kind}`, `choose one of ${providerKinds.join(', ')}`);
  const folder = resolve(io.directory, options.directory ?? join('my-connectors', name));
  if (!(await workshop.isFree(folder)))
    throw usage(`${folder} is there already and not empty`, 'choose another name, or another folder with --directory');

  const installation = await thisInstallation();
  const packages = options.packages === undefined ? packedFolder : resolve(io.directory, options.packages);
  const packed = packedDependencies(
    installation.version,
    options.packages === undefined ? `./${packedFolder}` : packages,
  );
  if (options.packages !== undefined)
    await checkPacked(packages, { ...packed.dependencies, ...packed.devDependencies }, workshop);
  const files = await providerFiles(installation.templates, {
    name,
    kind,
    sdk: `^${installation.version}`,
    dependencies: packed.dependencies,
    devDependencies: { ...packed.devDependencies, ...installation.tools },
  });
  await makeIn(screen, folder, async () => {
    await workshop.write(folder, files);
    await installAndTest(session, folder, installation, options, workshop, files.size);
  });
  if (options.run === true && options.test) await runInQuickStart(session, name, folder, workshop);
  else if (screen.json) screen.answer({ provider: name, kind, folder, files: [...files.keys()].sort() });
  else {
    screen.line(`created provider ${name} of kind ${kind} in ${folder}`);
    screen.note(`Read ${join(folder, 'README.md')} for what to change, and how to try it.`);
  }
}

async function installAndTest(
  { io, screen }: Session,
  folder: string,
  installation: Installation,
  options: CreateOptions,
  workshop: Workshop,
  count: number,
): Promise<void> {
  screen.note(`wrote ${count} files to ${relative(io.directory, folder) || '.'}`);
  if (options.packages === undefined) {
    await workshop.write(folder, new Map([[join(packedFolder, 'README.md'), packedReadme]]));
    screen.note('packing the SDK and the test kit ...');
    const from = authorPackages.map((part) => `./packages/${part}`);
    const pack = ['pack', '--silent', '--pack-destination', join(folder, packedFolder), ...from];
    await workshop.npm(installation.root, pack, io.signal);
  }
  if (options.test) {
    screen.note('installing ...');
    await workshop.npm(folder, ['install', '--no-audit', '--no-fund', '--loglevel=error'], io.signal);
    screen.note('compiling and testing ...');
    await workshop.npm(folder, ['test'], io.signal);
    screen.note('its tests pass');
  }
}

/** Before anything is written: without them nothing could be installed. */
async function checkPacked(
  folder: string,
  dependencies: Readonly<Record<string, string>>,
  workshop: Workshop,
): Promise<void> {
  for (const address of Object.values(dependencies)) {
    const file = address.replace(/^file:/, '');
    if (await workshop.isThere(file)) continue;
    throw usage(
      `${folder} has no ${basename(file)}, so nothing was written`,
      'pack it with `npm pack --pack-destination <folder>`, name the folder that has it with --packages, or leave --packages out: they are packed then',
    );
  }
}

/** What was begun stays, as it may be mended: who meets a failure is told where it lies and how to go on. */
async function makeIn(screen: Screen, folder: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isAbort(error)) throw error;
    const { code = 'PROVIDER_NOT_MADE', details = {} } = IsthmusError.is(error) ? error : {};
    // line by line: a message is one line
    if (!screen.json) for (const line of Array.isArray(details.output) ? details.output : []) screen.note(String(line));
    throw new IsthmusError(code, messageOf(error), {
      cause: error,
      details,
      next: `correct the cause, then go on with \`npm install && npm test\` in ${folder}; or delete that folder and create the provider again`,
    });
  }
}

/** Serves the sample, registers a connector for it and waits for its first run; then serves on until Ctrl-C. */
async function runInQuickStart(session: Session, name: string, folder: string, workshop: Workshop): Promise<void> {
  const { client, io, screen } = session;
  const end = new AbortController();
  try {
    // a port that is free, so that two providers can be tried side by side
    const address = await workshop.serve(
      folder,
      'sample/serve.mjs',
      { PORT: '0' },
      AbortSignal.any([io.signal, end.signal]),
    );
    const body = { name, provider: name, ...registrationFields({ address }, io.directory) };
    await client.addConnector(quickStartGroup, body, io.signal);
    const connector = await begun(session, name);
    const runId = connector.currentRun?.id ?? connector.lastRun?.id;
    if (runId !== undefined) await awaitRun(session, connector, runId, runWaitMs);
    screen.note(`The sample answers at ${address} until Ctrl-C. See \`isthmus connector show ${shellWord(name)}\`.`);
    await new Promise<void>((done) => io.signal.addEventListener('abort', () => done(), { once: true }));
  } finally {
    end.abort();
  }
}

/** A connector runs once it is registered: the run that then begins is the one that tells something. */
async function begun({ client, io }: Session, name: string): Promise<Connector> {
  for (const deadline = io.now() + runWaitMs; ; await io.wait(pollMs, io.signal)) {
    try {
      const connector = await client.getConnector(name, { group: quickStartGroup }, io.signal);
      const { currentRun, lastRun, reason } = connector;
      if (currentRun !== undefined || lastRun !== undefined || io.now() >= deadline) return connector;
      if (reason !== undefined && !reason.retryable)
        throw new IsthmusError('CONNECTOR_FAILED', reason.message, { next: reason.next });
    } catch (error) {
      // the daemon reads its group a moment after the registration was written
      if (!IsthmusError.is(error) || error.code !== 'CONNECTOR_NOT_FOUND' || io.now() >= deadline) throw error;
    }
  }
}

function usage(message: string, next: string): IsthmusError {
  return new IsthmusError('USAGE', message, { next });
}

const packedReadme = `# Packages of Isthmus

The SDK and the test kit that this connector was made with, so that it can be installed anywhere. Replace them by those of
a newer Isthmus when it asks for that.
`;

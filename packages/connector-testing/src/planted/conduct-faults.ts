import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import tls from 'node:tls';
import { defineConnector, type ProbeStep, Type } from '@isthmus/connector-sdk';
import { LibraryFault } from './library.js';
import {
  type LibraryClass,
  LibraryConnector,
  type LibraryDefinition,
  type LibraryRun,
  libraryConfiguration,
  libraryProvider,
} from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const secrets = 'never says its secrets';
const open = 'leaves nothing open of probes, nor of a start that was aborted';
const shared = 'changes nothing that all code of the process shares';
const configured = 'has defaults that its configuration takes, and brings older ones up without changing them';

/** Timers of these faults, so that whoever runs them can end them. */
export const leftByConduct: NodeJS.Timeout[] = [];
/** Mistakes in how a connector lives beside others, starts, probes and keeps its secrets. */
export const conductFaults: readonly PlantedFault[] = [
  fault(
    'tries again asleep, whatever its signal says',
    'ends in time when it is aborted while the source cannot be read',
    class extends LibraryConnector {
      protected override async shelves(run: LibraryRun): Promise<readonly string[]> {
        return super.shelves(run).catch(async (error: unknown) => {
          if (!(error instanceof LibraryFault)) throw error;
          await pause(4_000);
          return super.shelves(run);
        });
      }
    },
  ),
  fault(
    'ends its process when the source cannot be read',
    'fails when the source cannot be read, and removes nothing',
    class extends LibraryConnector {
      protected override shelves(run: LibraryRun): Promise<readonly string[]> {
        return super.shelves(run).catch(() => process.exit(1));
      }
    },
  ),
  fault(
    'works through a large source without a pause',
    'lets others have their turn, however much there is',
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        // By time on the core: elsewhere it may be asleep.
        const { length } = this.library.fingerprint();
        const begun = process.cpuUsage();
        while (length > 30_000 && process.cpuUsage(begun).user < 300_000);
        await super.refresh(run);
      }
    },
  ),
  fault(
    'says who it is to its log',
    secrets,
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        const basic = Buffer.from(`reader:${this.configuration.token}`).toString('base64');
        this.context.log.debug('asked the library', { authorization: `Basic ${basic}` });
      }
    },
  ),
  fault(
    'writes its token to where errors go',
    secrets,
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        await super.refresh(run);
        process.stderr.write(`${this.configuration.token}\n`);
      }
    },
  ),
  fault(
    'has its token in what it says when it cannot start',
    secrets,
    class extends LibraryConnector {
      async start(): Promise<void> {
        await this.library.shelves(this.configuration.token).catch(() => {
          throw new Error(`no answer for ${this.configuration.token}`);
        });
      }
    },
  ),
  fault(
    'leaves a timer of each probe',
    open,
    class extends LibraryConnector {
      override probe(signal: AbortSignal): Promise<readonly ProbeStep[]> {
        leftByConduct.push(setInterval(() => undefined, 60_000));
        return super.probe(signal);
      }
    },
  ),
  fault(
    'forgets what it has opened when its start is aborted',
    open,
    class extends LibraryConnector {
      #timer: NodeJS.Timeout | undefined;
      async start(signal: AbortSignal): Promise<void> {
        const timer = setInterval(() => undefined, 60_000);
        leftByConduct.push(timer);
        await this.library.shelves(this.configuration.token, signal);
        this.#timer = timer;
      }
      override async stop(): Promise<void> {
        clearInterval(this.#timer);
      }
    },
  ),
  meanwhile('hears for all what nobody caught', () => {
    const listener = (): void => undefined;
    process.on('unhandledRejection', listener);
    return () => process.off('unhandledRejection', listener);
  }),
  meanwhile('allows any number of listeners to everybody', () => {
    const before = EventEmitter.defaultMaxListeners;
    EventEmitter.defaultMaxListeners = 0;
    return () => {
      EventEmitter.defaultMaxListeners = before;
    };
  }),
  meanwhile('lowers the version of TLS for everybody', () => {
    const before = tls.DEFAULT_MIN_VERSION;
    tls.DEFAULT_MIN_VERSION = 'TLSv1';
    return () => {
      tls.DEFAULT_MIN_VERSION = before;
    };
  }),
  configuredBy('does not mark its password as a secret', 'marks the secrets of its configuration', {
    configuration: Type.Object({ ...libraryConfiguration.properties, password: Type.Optional(Type.String()) }),
  }),
  configuredBy('has a default that it does not take itself', configured, {
    configuration: Type.Object({
      ...libraryConfiguration.properties,
      pageSize: Type.Optional(Type.Integer({ minimum: 1, default: 0 })),
    }),
  }),
  configuredBy('changes the older configuration that it brings up', configured, {
    version: 2,
    migrate: (older) => Object.assign(older as object, { library: 'another' }),
  }),
];

function fault(mistake: string, foundBy: string, connector: LibraryClass): PlantedFault {
  return { mistake, foundBy, definition: libraryProvider(connector) };
}

/** What is done when a refresh begins, and undone when it has ended. */
function meanwhile(mistake: string, change: () => () => unknown): PlantedFault {
  return fault(
    mistake,
    shared,
    class extends LibraryConnector {
      override async refresh(run: LibraryRun): Promise<void> {
        const back = change();
        try {
          await super.refresh(run);
        } finally {
          back();
        }
      }
    },
  );
}

function configuredBy(
  mistake: string,
  foundBy: string,
  own: Partial<Pick<LibraryDefinition, 'configuration' | 'version' | 'migrate'>>,
): PlantedFault {
  return { mistake, foundBy, definition: defineConnector({ ...libraryProvider(), ...own }) };
}

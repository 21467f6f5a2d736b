import { defineConnector, sourceUnreadable, Type } from '@isthmus/connector-sdk';
import { readInventory } from './inventory.mjs';

/** @typedef {import('@isthmus/connector-sdk').Connection} Connection */
/** @typedef {import('@isthmus/connector-sdk').FilesContext} FilesContext */
/** @typedef {import('@isthmus/connector-sdk').ProbeStep} ProbeStep */
/** @typedef {import('@isthmus/connector-sdk').RefreshRun<'files'>} Run */
/** @typedef {import('@isthmus/connector-sdk').Static<typeof configuration>} Configuration */

const configuration = Type.Object({
  url: Type.String({
    pattern: '^https?://',
    title: 'Inventory',
    description: 'URL of the inventory, a JSON document. Comes from the address of the connection.',
  }),
  token: Type.Optional(
    Type.String({ secret: true, title: 'Token', description: 'Bearer token, if the archive wants one.' }),
  ),
  pollSeconds: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 86_400,
    title: 'Poll interval (seconds)',
    description: 'How often the archive is asked whether its inventory has changed.',
  }),
});

/** Catalogues an archive of files that publishes its inventory over HTTP. */
export const inventoryConnector = defineConnector({
  kind: 'files',
  provider: 'inventory',
  version: 1,
  configuration,
  fromConnection,
  replaces: { 'org.example.archive.ArchiveMonitorProvider': ({ networkAddress }) => ({ url: networkAddress }) },
  create: (context, given) => new InventoryConnector(context, given),
});

class InventoryConnector {
  #context;
  #configuration;
  /** What identifies the inventory that was listed last. */
  #tag = '';
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #closing = new AbortController();

  /**
   * @param {FilesContext} context
   * @param {Configuration} given
   */
  constructor(context, given) {
    this.#context = context;
    this.#configuration = given;
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<ProbeStep[]>}
   */
  async probe(signal) {
    try {
      const { files } = await this.#read(signal);
      return [{ name: 'reach', ok: true, message: `the inventory names ${files.length} files` }];
    } catch (error) {
      return [{ name: 'reach', ok: false, message: String(error) }];
    }
  }

  async start() {
    this.#arm();
  }

  /** @param {Run} run */
  async refresh(run) {
    const { folders, tag } = await this.#read(run.signal);
    const root = run.scope('root');
    await root.folder({ ...entry('/', this.#configuration.url), opens: 'folder:/' });
    await root.complete();
    // Parents come first: `folders` is in the order of its paths.
    for (const [path, { subfolders, files }] of folders) {
      run.signal.throwIfAborted();
      const scope = run.scope(`folder:${path}`);
      for (const below of subfolders) {
        await scope.folder({ ...entry(below, this.#configuration.url), opens: `folder:${below}` });
      }
      for (const file of files) {
        run.signal.throwIfAborted();
        const named = entry(file.path, this.#configuration.url);
        const sourceVersion = `${file.size} ${file.modified}`;
        if (await scope.keep(named.key, sourceVersion)) continue;
        await scope.file({
          ...named,
          sourceVersion,
          typeName: file.path.endsWith('.csv') ? 'CSVFile' : 'DataFile',
          sizeInBytes: file.size,
          updateTime: Date.parse(file.modified),
        });
      }
      run.progress(`listed ${path}`);
      await scope.complete();
    }
    // A preview writes nothing: what it listed is still to be told.
    if (run.mode === 'apply') this.#tag = tag;
  }

  /**
   * @param {unknown} next - checked against the schema before
   * @returns {Promise<'applied' | 'restart'>}
   */
  async reconfigure(next) {
    const changed = /** @type {Configuration} */ (next);
    if (changed.url !== this.#configuration.url) return 'restart';
    this.#configuration = changed;
    this.#arm();
    return 'applied';
  }

  async stop() {
    clearTimeout(this.#timer);
    this.#closing.abort();
  }

  /** Asks again later. Unreferenced: a timer of a connector keeps no process alive. */
  #arm() {
    clearTimeout(this.#timer);
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#poll(), this.#configuration.pollSeconds * 1_000).unref();
  }

  async #poll() {
    try {
      const { tag } = await this.#read(this.#closing.signal);
      if (tag !== this.#tag) this.#context.changed();
    } catch (error) {
      // The run that the schedule brings says so to people, should it last.
      this.#context.log.debug('the inventory could not be polled', { error: String(error) });
    }
    this.#arm();
  }

  /** @param {AbortSignal} signal */
  #read(signal) {
    return readInventory(this.#configuration, signal).catch((error) => {
      signal.throwIfAborted();
      throw sourceUnreadable(`the inventory ${this.#configuration.url} cannot be read: ${error.message}`, error);
    });
  }
}

/**
 * The address of the connection is the inventory; the other properties are ours, but for the reserved ones.
 *
 * @param {Connection} connection
 */
function fromConnection({ networkAddress, configurationProperties }) {
  const own = Object.entries(configurationProperties).filter(([key]) => !key.startsWith('isthmus.'));
  return { ...Object.fromEntries(own), ...(networkAddress === undefined ? {} : { url: networkAddress }) };
}

/**
 * @param {string} path - below the root, beginning with `/`
 * @param {string} url - of the inventory
 */
function entry(path, url) {
  const name = path === '/' ? new URL(url).host : path.slice(path.lastIndexOf('/') + 1);
  const folder = path === '/' ? undefined : path.slice(0, path.lastIndexOf('/')) || '/';
  return { key: path === '/' ? '/' : name, path, name, pathName: new URL(`.${encodeURI(path)}`, url).href, folder };
}

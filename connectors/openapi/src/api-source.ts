import { setTimeout } from 'node:timers/promises';
import type { OmisScopes, RefreshRun } from '@isthmus/connector-sdk';
import { sourceUnreadable } from '@isthmus/connector-sdk';
import { encodedName, patternFilter } from '@isthmus/connector-sdk/helpers';
import { type DocumentPlace, isSame, isUnchanged, type Reading, readPlace, type Stamps } from './document-reader.js';
import { DocumentThread } from './document-thread.js';
import { FileLoader } from './file-loader.js';
import { documentsAt } from './folder-documents.js';
import { type Location, locationOf, uriOfPath, withoutQuery } from './location.js';
import type { OpenapiConfiguration } from './openapi-config.js';
import { type KeptThing, RememberedDocuments } from './remembered-documents.js';
import { keyOfDocument, scopeOfDocument, type ToldApi, type ToldThing } from './to-catalogue.js';
import { tellFaults, tellLinks, tellNameTaken } from './told-findings.js';
import { UrlLoader } from './url-loader.js';

type Run = RefreshRun<'api', OpenapiConfiguration>;
type Scope = OmisScopes['api'];

/** What a location holds. */
export interface ListedLocation {
  readonly place: string | undefined;
  readonly documents: readonly DocumentPlace[];
  /** Names of links to folders, and of others that are not looked at. */
  readonly links: readonly (readonly string[])[];
  readonly unread: readonly { readonly names: readonly string[]; readonly why: string }[];
}

/** A location while it is read. */
interface OpenLocation {
  readonly location: Location;
  readonly scope: Scope;
  readonly listed: ListedLocation;
  /** Keys of the APIs that the catalogue holds of it. */
  readonly known: ReadonlySet<string>;
  /** Why the document that was read last could not be reached. */
  failure: string | undefined;
  /** Known documents that are others than before, and may be half written: looked at once. */
  readonly doubted: { readonly document: DocumentPlace; readonly stamps: Stamps }[];
}

/** What may be half written is to be the same for so long. */
const restMs = 3_000;

/** The documents that one configuration leads to. */
export class ApiSource implements AsyncDisposable {
  readonly #remembered = new RememberedDocuments();
  readonly #thread: DocumentThread;
  #urls: UrlLoader | undefined;
  /** Before it was read once, and while it is read, everything looks as if it had changed. */
  #isKnown = false;

  /** @param forbidden - real paths that are never read */
  constructor(
    readonly configuration: OpenapiConfiguration,
    private readonly forbidden: readonly string[],
  ) {
    this.#thread = new DocumentThread(configuration.maxDocumentMegabytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#urls?.[Symbol.dispose]();
    await this.#thread[Symbol.asyncDispose]();
  }

  /** @throws SOURCE_UNREADABLE when none of the locations can be read */
  async refresh(run: Run): Promise<void> {
    let isKnown = this.#isKnown;
    this.#isKnown = false;
    try {
      await this.#locations(run);
      isKnown ||= run.requested === undefined;
    } finally {
      this.#isKnown = isKnown;
    }
  }

  async #locations(run: Run): Promise<void> {
    const taken = new Set<string>();
    const failures: string[] = [];
    const opened: OpenLocation[] = [];
    const doubtful: OpenLocation[] = [];
    for (const location of this.locations()) {
      if (run.requested !== undefined && !run.requested.has(location.scope)) continue;
      run.signal.throwIfAborted();
      const open = await this.#open(run, location, taken);
      if (typeof open === 'string') failures.push(open);
      else if (open.doubted.length > 0) doubtful.push(open);
      else opened.push(await this.#close(run, open));
    }
    // one wait for all of them
    if (doubtful.length > 0)
      await setTimeout(restMs, undefined, { signal: run.signal }).catch(() => run.signal.throwIfAborted());
    for (const open of doubtful) {
      for (const { document, stamps } of open.doubted) await this.#document(run, open, document, stamps);
      opened.push(await this.#close(run, open));
    }
    const unreached = opened.flatMap(({ listed, failure }) =>
      isSingle(listed) && failure !== undefined ? failure : [],
    );
    const [first] = [...failures, ...unreached];
    if (first !== undefined && unreached.length === opened.length) throw sourceUnreadable(first);
  }

  /** Scopes of locations in which something is not as it was read last. */
  async changedScopes(signal: AbortSignal): Promise<readonly string[]> {
    if (!this.#isKnown) return [];
    const scopes: string[] = [];
    for (const location of this.locations()) {
      signal.throwIfAborted();
      if (await this.#isOther(location, signal)) scopes.push(location.scope);
    }
    return scopes;
  }

  locations(): readonly Location[] {
    return this.configuration.locations.map(locationOf);
  }

  /** @throws SOURCE_UNREADABLE when it is a folder that cannot be listed */
  async list(location: Location, signal: AbortSignal): Promise<ListedLocation> {
    if (location.kind === 'url') {
      const { url, names } = location;
      const document = { uri: url, names, address: withoutQuery(url), medium: undefined, loader: this.#urlLoader() };
      return { place: undefined, documents: [document], links: [], unread: [] };
    }
    const { root, place, files, links, unread } = await documentsAt(
      location.path,
      patternFilter(this.configuration),
      this.forbidden,
      signal,
    );
    const loader = new FileLoader(root, this.configuration.maxDocumentMegabytes * 1024 * 1024, this.forbidden);
    const above = location.name === undefined ? [] : [location.name];
    const namesOf = (way: readonly string[]): readonly string[] =>
      place === undefined && location.name !== undefined ? above : [...above, ...way];
    return {
      place,
      documents: files.map(({ path, way, place: medium }) => ({
        uri: uriOfPath(path),
        names: namesOf(way),
        address: undefined,
        medium,
        loader,
      })),
      links: links.map((way) => [...above, ...way]),
      unread: unread.map(({ way, why }) => ({ names: [...above, ...way], why })),
    };
  }

  /** @returns why it could not be read at all */
  async #open(run: Run, location: Location, taken: Set<string>): Promise<OpenLocation | string> {
    const scope = run.scope(location.scope);
    let listed: ListedLocation;
    try {
      listed = await this.list(location, run.signal);
    } catch (error) {
      run.signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      await scope.finding({ severity: 'error', code: 'LOCATION_UNREADABLE', message: why });
      return why;
    }
    // below what could not be listed there may be more: nothing of the location is taken as gone
    for (const { names, why } of listed.unread)
      await scope.finding({ severity: 'error', code: 'LOCATION_UNREADABLE', message: `${names.join('/')}: ${why}` });
    const known = new Set(await scope.missing());
    const open: OpenLocation = { location, scope, listed, known, failure: undefined, doubted: [] };
    for (const document of listed.documents) {
      run.signal.throwIfAborted();
      const key = keyOfDocument(document.names);
      if (taken.has(key)) await tellNameTaken(scope, document);
      else await this.#document(run, open, document);
      taken.add(key);
    }
    await tellLinks(scope, listed.links);
    return open;
  }

  async #close(run: Run, open: OpenLocation): Promise<OpenLocation> {
    const { location, scope, listed, failure } = open;
    run.signal.throwIfAborted();
    // of a location that is one document nothing else could have been listed
    if (failure !== undefined && isSingle(listed)) return open;
    await scope.complete(certificate(listed.place));
    if (listed.unread.length === 0)
      this.#remembered.keepOnly(location.scope, new Set(listed.documents.map(({ names }) => keyOfDocument(names))));
    return open;
  }

  /** @param before - as it was when it was looked at first in this run */
  async #document(run: Run, open: OpenLocation, document: DocumentPlace, before?: Stamps): Promise<void> {
    const { scope } = open;
    const location = open.location.scope;
    const key = keyOfDocument(document.names);
    const known = this.#remembered.get(key);
    let former = before;
    if (known !== undefined && (await isUnchanged(document, known.stamps, run.signal))) {
      if (known.reading.kind !== 'api') return await this.#tell(open, document, known.reading);
      if (await this.#keepAll(run, scope, document, known.reading.api, known.kept)) return;
      former = known.stamps;
    }
    const reading = await readPlace(document, this.#thread, this.configuration, run.signal);
    if (reading.kind !== 'api') {
      this.#remembered.set(key, { location, stamps: reading.stamps, reading, kept: [] });
      return await this.#tell(open, document, reading);
    }
    const { stamps } = reading;
    if (reading.canBeCut && open.known.has(key) && (former === undefined || !isSame(former, stamps))) {
      if (before === undefined) {
        open.doubted.push({ document, stamps });
        return;
      }
      // not remembered, so that it is looked at again soon
      this.#remembered.delete(key);
      return await this.#tell(open, document, {
        kind: 'unread',
        code: 'DOCUMENT_BROKEN',
        why: 'it is being written',
        stamps,
      });
    }
    await this.#tellApi(run, location, document, reading);
  }

  async #tell(
    open: OpenLocation,
    { names }: DocumentPlace,
    reading: Exclude<Reading, { readonly kind: 'api' }>,
  ): Promise<void> {
    const { scope, listed, known } = open;
    const name = names.join('/');
    if (reading.kind === 'gone') {
      await scope.finding({ severity: 'info', code: 'DOCUMENT_GONE', message: `${name}: ${reading.why}` });
      return;
    }
    const key = keyOfDocument(names);
    // what answers in place of an API, or is half of its document, says nothing of the API
    const wasMeant = isSingle(listed) || known.has(key);
    if (reading.kind === 'other') {
      if (wasMeant)
        await scope.finding({
          severity: 'error',
          code: 'DOCUMENT_BROKEN',
          key,
          message: `${name}: it says neither \`openapi\` nor \`swagger\`; what is known of it stays${howToRemove(listed)}`,
        });
      return;
    }
    const { code, why } = reading;
    if (!wasMeant && reading.isAbsent === true) {
      await scope.finding({ severity: 'info', code, key, message: `${name}: ${why}` });
      return;
    }
    const message = `${name}: ${why}; what is known of it stays`;
    await scope.finding({ severity: 'error', code, key, message });
    if (code === 'DOCUMENT_UNREADABLE') open.failure = `${name} cannot be read: ${why}`;
  }

  /** Says that everything is still there. False: some of it is not known, so the document is to be told again. */
  async #keepAll(
    run: Run,
    scope: Scope,
    { medium }: DocumentPlace,
    api: ToldApi,
    kept: readonly KeptThing[] | undefined,
  ): Promise<boolean> {
    if (kept === undefined || !(await scope.keepThing('api', api))) return false;
    const inner = run.scope(scopeOfDocument(api.names));
    for (const noun of ['schema', 'operation'] as const) {
      const unknown = await inner.keepThings(
        noun,
        kept.filter((thing) => thing.noun === noun),
      );
      if (unknown.length > 0) return false;
    }
    run.signal.throwIfAborted();
    await inner.complete(certificate(medium));
    return true;
  }

  async #tellApi(
    run: Run,
    location: string,
    document: DocumentPlace,
    reading: Extract<Reading, { readonly kind: 'api' }>,
  ): Promise<void> {
    const { api, facts, stamps, isWhole } = reading;
    const name = document.names.join('/');
    run.progress(`${name}: ${facts.operations} operations, ${facts.schemas} schemas`);
    const scope = run.scope(location);
    for (const told of await scope.keepThings('api', [api])) await scope.api(told);
    const inner = run.scope(scopeOfDocument(document.names));
    const kept: KeptThing[] = [];
    // what could be told of in part alone stays as it is known
    const known = new Set(isWhole ? [] : await inner.missing());
    for await (const things of reading.things) {
      run.signal.throwIfAborted();
      await tellThings(
        inner,
        things.filter(({ noun, told, isPartial }) => !isPartial || !known.has(keyOfThing(noun, told.names))),
        run.signal,
      );
      for (const { noun, told } of things) kept.push({ noun, names: told.names, sourceVersion: told.sourceVersion });
    }
    await tellFaults(inner, name, facts);
    run.signal.throwIfAborted();
    if (isWhole) await inner.complete(certificate(document.medium));
    else
      await inner.finding({
        severity: 'error',
        code: 'REFERENCE_UNREADABLE',
        message: `${name}: a document that it refers to was not found or cannot be understood, so nothing of it is taken as gone, and what lies there stays as it is known`,
      });
    this.#remembered.set(keyOfDocument(document.names), {
      location,
      stamps,
      reading: { kind: 'api', api },
      kept: isWhole ? kept : undefined,
    });
  }

  /** Documents that came, went or are not as they were. A location that cannot be listed is for the next run to tell. */
  async #isOther(location: Location, signal: AbortSignal): Promise<boolean> {
    const listed = await this.list(location, signal).catch(() => undefined);
    signal.throwIfAborted();
    if (listed === undefined) return false;
    const left = new Set(this.#remembered.keysOf(location.scope));
    for (const document of listed.documents) {
      const key = keyOfDocument(document.names);
      const known = this.#remembered.get(key);
      if (known === undefined || !(await isUnchanged(document, known.stamps, signal))) return true;
      left.delete(key);
    }
    return left.size > 0 && listed.unread.length === 0;
  }

  #urlLoader(): UrlLoader {
    const origins = this.locations().flatMap((location) =>
      location.kind === 'url' ? [new URL(location.url).origin] : [],
    );
    this.#urls ??= new UrlLoader(this.configuration, new Set(origins));
    return this.#urls;
  }
}

async function tellThings(scope: Scope, things: readonly ToldThing[], signal: AbortSignal): Promise<void> {
  const schemas = things.flatMap((thing) => (thing.noun === 'schema' ? [thing.told] : []));
  for (const told of await scope.keepThings('schema', schemas)) {
    signal.throwIfAborted();
    await scope.schema(told);
  }
  const operations = things.flatMap((thing) => (thing.noun === 'operation' ? [thing.told] : []));
  for (const told of await scope.keepThings('operation', operations)) {
    signal.throwIfAborted();
    await scope.operation(told);
  }
}

/** As scopes know it. */
function keyOfThing(noun: ToldThing['noun'], names: readonly string[]): string {
  return `${noun === 'schema' ? 'SchemaType' : 'APIOperation'}:${names.map((name) => encodedName(name)).join('/')}`;
}

/** It is one document, named and not listed. */
function isSingle({ place }: ListedLocation): boolean {
  return place === undefined;
}

function certificate(place: string | undefined): { readonly place?: string } {
  return place === undefined ? {} : { place };
}

function howToRemove(listed: ListedLocation): string {
  return isSingle(listed) ? '' : ': if the API is gone, take the file out of the folder';
}

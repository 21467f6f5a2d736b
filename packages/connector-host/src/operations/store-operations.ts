import { type OperationRow, type OperationVerb, operationsOf } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import type { ExternalSource, MetadataStore } from '@isthmus/model';
import type { CallTarget, MetadataCall, MetadataCalls } from '../metadata-calls.js';
import { archive, publish, remove, setEffectivity, update, withdraw } from './change-operations.js';
import { classify, declassify } from './classification-operations.js';
import { create, createFromTemplate } from './create-operations.js';
import {
  addExternalIdentifier,
  confirmSynchronization,
  findByExternalIdentifier,
  removeExternalIdentifier,
} from './external-identifier-operations.js';
import { addFile, createFolders } from './file-operations.js';
import { getLink, link, unlink, updateLink } from './link-operations.js';
import {
  clearMetadataValue,
  getMetadataValues,
  setMetadataValue,
  validateMetadataValue,
} from './metadata-value-operations.js';
import type { CallWatch } from './operation-effect.js';
import { OperationInput } from './operation-input.js';
import { type OperationFacts, type OperationParts, OperationSession } from './operation-session.js';
import { PreviewedMetadata } from './previewed-metadata.js';
import { find, findByName, get, history, related } from './read-operations.js';
import { findMissing, getChanges } from './search-operations.js';
import { SeenMetadata } from './seen-metadata.js';
import { clearTranslation, getTranslation, getTranslations, setTranslation } from './translation-operations.js';
import { WatchedStore } from './watched-store.js';

/** One entry per verb: what the rows of all contexts are carried out by. */
const handlers: Readonly<Record<OperationVerb, (session: OperationSession) => Promise<unknown>>> = {
  create,
  createFromTemplate,
  update,
  delete: remove,
  archive,
  get,
  find,
  findByName,
  related,
  history,
  link,
  updateLink,
  unlink,
  getLink,
  classify,
  declassify,
  publish,
  withdraw,
  setEffectivity,
  createFolders,
  addFile,
  addExternalIdentifier,
  removeExternalIdentifier,
  confirmSynchronization,
  findByExternalIdentifier,
  setTranslation,
  clearTranslation,
  getTranslation,
  getTranslations,
  setMetadataValue,
  clearMetadataValue,
  validateMetadataValue,
  getMetadataValues,
  findMissing,
  getChanges,
};

/** What one preview would have made, and the metadata collections that it knows. */
interface Preview {
  readonly run: string;
  readonly metadata: PreviewedMetadata;
  readonly sources: Map<string, ExternalSource>;
}

/**
 * Carries out the operations of one connector's context over a metadata store: looks the operation up, reads its input,
 * and does what its verb says. Creates are idempotent by qualified name. In a preview nothing is written. Who watches is
 * told of every write.
 */
export class StoreOperations implements MetadataCalls {
  /** GUIDs of metadata collections, by qualified name. */
  readonly #sources = new Map<string, ExternalSource>();
  #preview: Preview | undefined;

  constructor(private readonly parts: OperationParts) {}

  async call(call: MetadataCall, signal: AbortSignal): Promise<unknown> {
    const row = rowOf(call);
    const input = new OperationInput(row.name, call.input);
    const facts = { ...this.parts.facts(), ...ownFacts(call.target) };
    const preview = this.#previewOf(call);
    const isWatched = preview !== undefined || row.direction === 'write';
    const watch = isWatched ? this.parts.watcher?.(call) : undefined;
    const parts = { ...this.parts, store: this.#storeOf(watch, preview, call.judge) };
    const session = new OperationSession(row, input, parts, facts, signal, preview?.sources ?? this.#sources);
    try {
      const answer = await handlers[row.verb](session);
      return preview !== undefined && row.direction === 'write' ? previewed(answer) : answer;
    } finally {
      await watch?.end();
    }
  }

  #storeOf(watch: CallWatch | undefined, preview: Preview | undefined, judge: MetadataCall['judge']): MetadataStore {
    const { store } = this.parts;
    if (watch === undefined && preview === undefined && judge === undefined) return store;
    return new WatchedStore({
      store,
      seen: new SeenMetadata(),
      ...(watch && { watch }),
      ...(judge && { judge }),
      ...(preview && { preview: preview.metadata }),
    });
  }

  #previewOf({ run }: MetadataCall): Preview | undefined {
    if (run?.mode !== 'preview') return undefined;
    if (this.#preview?.run !== run.id) {
      const { types, clock } = this.parts;
      this.#preview = { run: run.id, metadata: new PreviewedMetadata(types, () => clock.now()), sources: new Map() };
    }
    return this.#preview;
  }
}

const written = new Set<unknown>(['created', 'updated', 'deleted']);

/** The answer of a write, with each outcome that was only shown told as such. */
function previewed(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(previewed);
  if (typeof answer !== 'object' || answer === null) return answer;
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      name === 'outcome' && written.has(value) ? 'previewed' : previewed(value),
    ]),
  );
}

function rowOf({ kind, operation }: MetadataCall): OperationRow {
  const row = operationsOf(kind)?.get(operation);
  if (row !== undefined) return row;
  throw new IsthmusError('OPERATION_UNKNOWN', `connectors of kind ${kind} have no operation ${operation}`);
}

/** What a catalog target says for itself; the rest is as its connector has it. */
function ownFacts(target: CallTarget | undefined): Partial<OperationFacts> {
  if (target === undefined) return {};
  const { name: _name, ...facts } = target;
  return facts;
}

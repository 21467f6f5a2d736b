import { type OperationRow, type OperationVerb, operationsOf } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import type { ExternalSource } from '@isthmus/model';
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
import { OperationInput } from './operation-input.js';
import { type OperationFacts, type OperationParts, OperationSession } from './operation-session.js';
import { PreviewedElements } from './previewed-elements.js';
import { find, findByName, get, history, related } from './read-operations.js';
import { findMissing, getChanges } from './search-operations.js';
import { clearTranslation, getTranslation, getTranslations, setTranslation } from './translation-operations.js';

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

/**
 * Carries out the operations of one connector's context over a metadata store: looks the operation up, reads its input,
 * and does what its verb says. Creates are idempotent by qualified name. In a preview nothing is written.
 */
export class StoreOperations implements MetadataCalls {
  /** GUIDs of metadata collections, by qualified name. */
  readonly #sources = new Map<string, ExternalSource>();
  #previewed: { readonly run: string; readonly elements: PreviewedElements } | undefined;

  constructor(private readonly parts: OperationParts) {}

  async call(call: MetadataCall, signal: AbortSignal): Promise<unknown> {
    const row = rowOf(call);
    const input = new OperationInput(row.name, call.input);
    const facts = { ...this.parts.facts(), ...ownFacts(call.target) };
    const session = new OperationSession(row, input, this.parts, facts, this.#preview(call), signal, this.#sources);
    return await handlers[row.verb](session);
  }

  #preview({ run }: MetadataCall): PreviewedElements | undefined {
    if (run?.mode !== 'preview') return undefined;
    if (this.#previewed?.run !== run.id)
      this.#previewed = { run: run.id, elements: new PreviewedElements(this.parts.types) };
    return this.#previewed.elements;
  }
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

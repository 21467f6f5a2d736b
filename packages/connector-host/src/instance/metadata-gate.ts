import { type HostMessage, type OperationRow, operationsOf } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import type { OmisKind, PermittedSynchronization } from '@isthmus/model';
import PQueue from 'p-queue';
import { type DirectionSource, writeNotPermitted } from '../configuration/permitted-direction.js';
import type { TargetSpec } from '../connector-host.js';
import type { CallTarget, MetadataCall, MetadataCalls } from '../metadata-calls.js';
import { UnfitContent } from './canonical.js';
import { plainCopy } from './plain-copy.js';

/** Operations of one instance under way at a time; others wait. */
const atATime = 16;
const mostWaiting = 1_000;
const longestInput = 1024 * 1024;

export interface GateFacts {
  readonly kind: OmisKind;
  readonly connectorName: string;
  readonly permittedSynchronization: PermittedSynchronization;
  /** Who says so. Default: its registration. */
  readonly direction?: DirectionSource;
}

/** The run in which an operation is asked for. */
export interface OpenRun {
  readonly id: string;
  readonly mode: 'preview' | 'apply';
  readonly target?: TargetSpec | undefined;
}

/**
 * Where operations of one instance pass: of its kind, allowed by its direction, plain and not too large, not too many at
 * a time. Carried out they are on the daemon's side.
 */
export class MetadataGate {
  /** Made for the first operation: most connectors write by scopes alone. */
  #queue: PQueue | undefined;

  constructor(
    private readonly facts: GateFacts,
    private readonly calls: MetadataCalls | undefined,
  ) {}

  #direction(target: TargetSpec | undefined): Pick<GateFacts, 'direction'> {
    if (target === undefined || this.facts.direction?.by === 'provider') return {};
    return this.facts.permittedSynchronization === 'TO_THIRD_PARTY'
      ? {}
      : { direction: { by: 'target', target: target.name } };
  }

  /** Whether an operation is under way. */
  get isServing(): boolean {
    return (this.#queue?.pending ?? 0) > 0;
  }

  /** @throws OPERATION_UNKNOWN, WRITE_NOT_PERMITTED, PARAMETER_INVALID, OPERATIONS_TOO_MANY, what the daemon's side throws */
  async call(
    message: Extract<HostMessage, { readonly type: 'metadata.call' }>,
    run: OpenRun | undefined,
    signal: AbortSignal,
  ): Promise<unknown> {
    const calls = this.calls;
    const { kind, connectorName } = this.facts;
    const target = run?.target;
    const permittedSynchronization = target?.permittedSynchronization ?? this.facts.permittedSynchronization;
    admit({ ...this.facts, permittedSynchronization, ...this.#direction(target) }, message.operation);
    const input = plainInput(message.operation, message.input);
    if (calls === undefined)
      throw new IsthmusError(
        'OPERATION_UNKNOWN',
        `this host carries out no operations on metadata for ${connectorName}`,
      );
    this.#queue ??= new PQueue({ concurrency: atATime });
    if (this.#queue.size >= mostWaiting)
      throw new IsthmusError(
        'OPERATIONS_TOO_MANY',
        `connector ${connectorName} has ${atATime + mostWaiting} operations under way`,
        { details: { connector: connectorName } },
      );
    const { operation } = message;
    const call: MetadataCall = {
      kind,
      operation,
      input,
      ...(run === undefined ? {} : { run: { id: run.id, mode: run.mode } }),
      ...(target === undefined ? {} : { target: callTarget(target) }),
    };
    const answer = await this.#queue.add(() => calls.call(call, signal), { signal });
    // as it crosses to another process: a preview goes on with what it has shown
    return answer === undefined ? undefined : JSON.parse(JSON.stringify(answer));
  }
}

/**
 * Whether a connector of this kind and direction may ask for the operation.
 *
 * @throws OPERATION_UNKNOWN, WRITE_NOT_PERMITTED
 */
export function admit(facts: GateFacts, operation: unknown): OperationRow {
  const { kind, connectorName, permittedSynchronization, direction = { by: 'registration' } } = facts;
  const row = typeof operation === 'string' ? operationsOf(kind)?.get(operation) : undefined;
  if (row === undefined)
    throw new IsthmusError(
      'OPERATION_UNKNOWN',
      `connectors of kind ${kind} have no operation ${String(operation).slice(0, 100)}`,
      { details: { connector: connectorName, kind } },
    );
  if (row.direction === 'write' && permittedSynchronization === 'TO_THIRD_PARTY')
    throw writeNotPermitted(connectorName, direction, ` by ${row.name}`, { operation: row.name });
  return row;
}

function plainInput(operation: string, input: unknown): Readonly<Record<string, unknown>> {
  try {
    return plainCopy(input, longestInput);
  } catch (error) {
    if (!(error instanceof UnfitContent)) throw error;
    throw new IsthmusError('PARAMETER_INVALID', `the input of ${operation} is not fit: ${error.message}`, {
      details: { operation, parameter: 'input' },
    });
  }
}

function callTarget({ name, source, deleteMethod, registration }: TargetSpec): CallTarget {
  const metadataCollection = registration.metadataCollectionQualifiedName;
  return {
    name,
    source,
    ...(metadataCollection ? { metadataCollection } : {}),
    ...(deleteMethod === undefined ? {} : { deleteMethod }),
  };
}

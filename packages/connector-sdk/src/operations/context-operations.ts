import type { HostPort } from '../host-port.js';
import type { InputOf, OutputOf } from './operation-input.js';
import type { OperationRow } from './operation-row.js';
import { type BaseRow, type KindRow, type OperationKind, operationsOf } from './operation-rows.js';

type Method<R extends OperationRow> =
  Record<never, never> extends InputOf<R>
    ? (input?: InputOf<R>) => Promise<OutputOf<R>>
    : (input: InputOf<R>) => Promise<OutputOf<R>>;

/** Rows as methods: one function per row. */
export type OperationsOf<R extends OperationRow> = { readonly [Row in R as Row['name']]: Method<Row> };

/** What contexts of every kind can do. */
export type BaseOperations = OperationsOf<BaseRow>;

/** What a context of this kind can do besides. */
export type KindOperations<K extends OperationKind> = OperationsOf<KindRow<K>>;

/** The same without what writes. */
export type ReadOperations<K extends OperationKind> = OperationsOf<
  Extract<BaseRow | KindRow<K>, { readonly direction: 'read' }>
>;

/**
 * Operations of a kind over a host port: messages with names and plain values. In a run of a catalog target they are that
 * target's.
 */
export function contextOperations<K extends OperationKind>(
  kind: K,
  port: HostPort,
): BaseOperations & KindOperations<K> {
  const methods: object = Object.create(prototypeOf(kind));
  Object.defineProperty(methods, portOfContext, { value: port });
  if (!isWhole(kind, methods)) throw new TypeError(`there are no operations of kind ${kind}`);
  return methods;
}

const portOfContext: unique symbol = Symbol('port');

interface WithPort {
  readonly [portOfContext]: HostPort;
}

/** One per kind. */
const prototypes = new Map<string, object>();

/**
 * Contexts of a kind share their operations, and have one of their own from its first use on: a daemon holds thousands
 * of contexts, each with hundreds of operations of which its connector uses a handful.
 */
function prototypeOf(kind: string): object {
  const known = prototypes.get(kind);
  if (known !== undefined) return known;
  const prototype = {};
  for (const operation of operationsOf(kind)?.keys() ?? []) {
    Object.defineProperty(prototype, operation, {
      enumerable: true,
      get(this: WithPort) {
        const port = this[portOfContext];
        const method = (input: object = {}) => port.call({ type: 'metadata.call', operation, input });
        Object.defineProperty(this, operation, { value: method, enumerable: true });
        return method;
      },
    });
  }
  prototypes.set(kind, prototype);
  return prototype;
}

function isWhole<K extends OperationKind>(kind: K, methods: object): methods is BaseOperations & KindOperations<K> {
  return prototypes.get(kind) === Object.getPrototypeOf(methods) && operationsOf(kind) !== undefined;
}

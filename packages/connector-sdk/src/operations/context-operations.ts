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

/** Operations of a kind over a host port: messages with names and plain values. In a run of a catalog target they are that target's. */
export function contextOperations<K extends OperationKind>(
  kind: K,
  port: HostPort,
): BaseOperations & KindOperations<K> {
  const methods: Record<string, (input?: object) => Promise<unknown>> = {};
  for (const operation of operationsOf(kind)?.keys() ?? []) {
    methods[operation] = (input = {}) => port.call({ type: 'metadata.call', operation, input });
  }
  if (!isWhole(kind, methods)) throw new TypeError(`there are no operations of kind ${kind}`);
  return methods;
}

function isWhole<K extends OperationKind>(
  kind: K,
  methods: Readonly<Record<string, unknown>>,
): methods is BaseOperations & KindOperations<K> {
  const names = operationsOf(kind);
  return names !== undefined && [...names.keys()].every((name) => typeof methods[name] === 'function');
}

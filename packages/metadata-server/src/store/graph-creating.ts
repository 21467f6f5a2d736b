import { createElement } from './creating.js';
import { elementByName, visibleElement } from './element-lookup.js';
import type { GraphEnd, NewGraph, Writer } from './element-store.js';
import { linkElements } from './relationship-writing.js';
import type { ElementRow } from './rows.js';
import { visibility } from './store-schema.js';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Creates elements and the links between them, all or none. Returns the GUIDs of the elements, in their order. */
export function* createGraph(tx: WriteTransaction, writer: Writer, graph: NewGraph): WriteSteps<readonly string[]> {
  const guids: string[] = [];
  for (const { anchorAt, reuse, ...element } of graph.elements) {
    const known = reuse === true ? visibleByName(tx, element.properties.qualifiedName) : undefined;
    const anchor = anchorAt === undefined ? {} : { anchorGuid: guids[anchorAt] ?? '' };
    guids.push(known?.guid ?? (yield* createElement(tx, writer, { ...element, ...anchor })));
    yield;
  }
  const endRow = (end: GraphEnd): ElementRow =>
    visibleElement(tx.database, typeof end === 'number' ? (guids[end] ?? '') : end, { forLineage: true });
  for (const { typeName, end1, end2, properties } of graph.links) {
    linkElements(tx, writer, typeName, endRow(end1), endRow(end2), properties);
    yield;
  }
  return guids;
}

function visibleByName(tx: WriteTransaction, name: unknown): ElementRow | undefined {
  const row = typeof name === 'string' ? elementByName(tx.database, name) : undefined;
  return row?.visible === visibility.live ? row : undefined;
}

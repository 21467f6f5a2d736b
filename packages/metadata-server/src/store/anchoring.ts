import { IsthmusError } from '@isthmus/kernel';
import { elementById } from './element-lookup.js';
import type { Writer } from './element-store.js';
import type { ElementRow } from './rows.js';
import type { EndRow, WriteTransaction } from './write-transaction.js';

/** Anchor of an element: nothing, itself, or another element. */
export type Anchoring =
  | { readonly kind: 'none' }
  | { readonly kind: 'own'; readonly scopes?: readonly string[] }
  | { readonly kind: 'other'; readonly anchor: EndRow; readonly scopes?: readonly string[] };

/** Anchors an element, or takes its anchor away. Returns whether that changed anything. */
export function setAnchor(tx: WriteTransaction, writer: Writer, row: ElementRow, anchoring: Anchoring): boolean {
  const anchor = anchoring.kind === 'none' ? null : anchoring.kind === 'own' ? row.id : anchoring.anchor.id;
  const scopes =
    anchoring.kind === 'none' || anchoring.scopes === undefined ? row.anchor_scopes : JSON.stringify(anchoring.scopes);
  if (anchor === row.anchor && scopes === row.anchor_scopes) return false;
  if (anchoring.kind === 'other') refuseCircle(tx, row, anchoring.anchor);
  tx.run('UPDATE element SET anchor = ?, anchor_scopes = ? WHERE id = ?', anchor, scopes, row.id);
  const event = anchor === null ? 'ELEMENT_DECLASSIFIED' : 'ELEMENT_RECLASSIFIED';
  tx.tell(tx.nextSequence(), event, writer, { ...row, classification: tx.codes.code('Anchors') });
  return true;
}

/** What anchors must end somewhere: a cascade follows them. @throws PARAMETER_INVALID */
function refuseCircle(tx: WriteTransaction, row: ElementRow, anchor: EndRow): void {
  const seen = new Set<number>();
  let above = elementById(tx.database, anchor.id);
  while (above !== undefined && !seen.has(above.id)) {
    if (above.id === row.id) {
      throw new IsthmusError('PARAMETER_INVALID', `${row.guid} cannot be anchored to what is anchored to it`, {
        details: { guid: row.guid, anchorGuid: anchor.guid, parameter: 'anchorGUID' },
      });
    }
    seen.add(above.id);
    above = above.anchor === null || above.anchor === above.id ? undefined : elementById(tx.database, above.anchor);
  }
}

export function anchorColumns(
  anchoring: Anchoring,
  id: number,
  guid: string,
  type: number,
): Pick<ElementRow, 'anchor' | 'anchor_guid' | 'anchor_type'> {
  switch (anchoring.kind) {
    case 'none':
      return { anchor: null, anchor_guid: null, anchor_type: null };
    case 'own':
      return { anchor: id, anchor_guid: guid, anchor_type: type };
    case 'other':
      return {
        anchor: anchoring.anchor.id,
        anchor_guid: anchoring.anchor.guid,
        anchor_type: anchoring.anchor.type,
      };
  }
}

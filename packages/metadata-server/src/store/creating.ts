import { checkEnds, checkProperties } from '@isthmus/model';
import type { Anchoring } from './anchoring.js';
import { classifyElement } from './classifying.js';
import { elementByName, visibleElement } from './element-lookup.js';
import type { NewStoredElement, Writer } from './element-store.js';
import { exists, insertElement } from './element-versions.js';
import { checkEffectivity, effectivityColumns } from './header-columns.js';
import { linkElements } from './relationship-writing.js';
import { restoreElement } from './restoring.js';
import type { ElementRow } from './rows.js';
import { visibility } from './store-schema.js';
import type { WriteSteps } from './write-queue.js';
import type { WriteTransaction } from './write-transaction.js';

/** Creates an element or restores the deleted one of that name. Returns the GUID. */
export function* createElement(tx: WriteTransaction, writer: Writer, element: NewStoredElement): WriteSteps<string> {
  tx.types.entity(element.typeName);
  checkProperties(tx.types, element.typeName, element.properties, true);
  checkEffectivity(element);
  const anchoring = anchoringOf(tx, element);
  const { parent } = element;
  const parentRow =
    parent === undefined ? undefined : visibleElement(tx.database, parent.guid, { forLineage: true }, 'parentGUID');
  if (parent !== undefined && parentRow !== undefined) {
    const parentType = tx.codes.name(parentRow.type);
    const ends: [string, string] =
      (parent.parentAtEnd1 ?? true) ? [parentType, element.typeName] : [element.typeName, parentType];
    checkEnds(tx.types, parent.relationshipTypeName, ...ends);
  }
  const former = formerElement(tx, element);
  const row =
    former === undefined
      ? insertElement(
          tx,
          writer,
          element.typeName,
          element.properties,
          anchoring,
          effectivityColumns(element),
          element.guid,
        )
      : yield* restoreElement(tx, writer, former, element.typeName, element.properties, anchoring);
  for (const [name, classification] of Object.entries(element.classifications ?? {})) {
    if (name === 'Anchors') continue;
    yield* classifyElement(tx, writer, row, name, classification.properties, 'replace', classification);
  }
  if (parent !== undefined && parentRow !== undefined) {
    const ends: [ElementRow, ElementRow] = (parent.parentAtEnd1 ?? true) ? [parentRow, row] : [row, parentRow];
    linkElements(tx, writer, parent.relationshipTypeName, ...ends, parent.properties, parent);
  }
  return row.guid;
}

/** The deleted element of this name; a visible one is refused. @throws ELEMENT_EXISTS */
function formerElement(tx: WriteTransaction, element: NewStoredElement): ElementRow | undefined {
  const name = element.properties.qualifiedName;
  const former = typeof name === 'string' ? elementByName(tx.database, name) : undefined;
  if (former !== undefined && former.visible !== visibility.deleted) throw exists(former, String(name));
  return former;
}

function anchoringOf(tx: WriteTransaction, element: NewStoredElement): Anchoring {
  const scopes = element.anchorScopeGuids === undefined ? {} : { scopes: element.anchorScopeGuids };
  if (element.anchorGuid !== undefined) {
    const anchor = visibleElement(tx.database, element.anchorGuid, { forLineage: true }, 'anchorGUID');
    return { kind: 'other', anchor, ...scopes };
  }
  return (element.isOwnAnchor ?? true) ? { kind: 'own', ...scopes } : { kind: 'none' };
}

import type { FoundLink } from '@isthmus/connector-host';
import type { MetadataStore, RelatedElement } from '@isthmus/model';
import type { PlannedFinding } from '../operations/planned-finding.js';
import type { RunTally } from '../sync/run-tally.js';
import type { ItemWork } from '../sync/work-parts.js';

export type RemovalFinding = Extract<PlannedFinding, { of: 'everything' }>;

interface FindingParts {
  readonly store: Pick<MetadataStore, 'getByQualifiedName' | 'related'>;
  readonly tally: RunTally;
  readonly signal: AbortSignal;
}

/** Elements of a plan that are looked at so: beyond, their versions alone tell. */
export const mostRemovalFindings = 10_000;
const mostLinks = 1_000;
const askedAtOnce = 8;

/** Names of the own elements that the works delete. */
export function removedOwn(works: readonly ItemWork[]): readonly string[] {
  return works.flatMap(({ removed, stays, operations }) => {
    const own = removed?.qualifiedNames[0];
    if (own === undefined || stays !== undefined) return [];
    return operations.some((operation) => operation.op === 'delete' && operation.qualifiedName === own) ? [own] : [];
  });
}

/** What hangs on elements that are to be deleted: when people add to it, their versions stay as they are. */
export async function removalFindings(
  parts: FindingParts,
  names: readonly string[],
): Promise<ReadonlyMap<string, RemovalFinding>> {
  const found = new Map<string, RemovalFinding>();
  for (let from = 0; from < names.length; from += askedAtOnce) {
    await Promise.all(
      names.slice(from, from + askedAtOnce).map(async (qualifiedName) => {
        const finding = await findingOf(parts, qualifiedName);
        if (finding !== undefined) found.set(qualifiedName, finding);
      }),
    );
  }
  return found;
}

async function findingOf(
  { store, tally, signal }: FindingParts,
  qualifiedName: string,
): Promise<RemovalFinding | undefined> {
  tally.add('requests', 2);
  const element = await store.getByQualifiedName(qualifiedName, { forLineage: true }, signal);
  if (element === undefined) return undefined;
  const { guid, classifications } = element;
  const related = await store.related(guid, { forLineage: true, pageSize: mostLinks }, signal);
  return {
    of: 'everything',
    element: { guid, qualifiedName },
    classifications: Object.fromEntries(
      classifications.map(({ classificationName, properties }) => [classificationName, properties]),
    ),
    ...(related.length < mostLinks && { links: related.map((each) => foundLink(guid, each)) }),
  };
}

/** @param guid - of the element that was asked for what it is related to */
export function foundLink(guid: string, { relationship, element, elementAtEnd1 }: RelatedElement): FoundLink {
  const [end1, end2] = elementAtEnd1 ? [element.guid, guid] : [guid, element.guid];
  return {
    guid: relationship.guid,
    typeName: relationship.typeName,
    version: relationship.versions.version,
    end1,
    end2,
  };
}

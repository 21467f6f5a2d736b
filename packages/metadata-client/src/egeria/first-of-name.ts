import type { Conditions, MetadataElement } from '@isthmus/model';

export function namedExactly(qualifiedName: string): Conditions {
  return { matchCriteria: 'ALL', conditions: [{ property: 'qualifiedName', operator: 'EQ', value: qualifiedName }] };
}

/** An update of a real Egeria can give two elements one name: then the first that had it counts. */
export function firstOfName(found: readonly MetadataElement[], qualifiedName: string): MetadataElement | undefined {
  return found
    .filter((element) => element.properties.qualifiedName === qualifiedName)
    .reduce<MetadataElement | undefined>(
      (first, element) => (first && first.versions.createTime <= element.versions.createTime ? first : element),
      undefined,
    );
}

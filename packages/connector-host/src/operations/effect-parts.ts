import { isDeepStrictEqual } from 'node:util';
import type { MetadataElement, Properties } from '@isthmus/model';
import type { EffectElement } from './operation-effect.js';
import { isPreviewed } from './previewed-metadata.js';

export function effectElement({
  guid,
  typeName,
  properties: { qualifiedName },
  versions,
}: Pick<MetadataElement, 'guid' | 'typeName' | 'properties'> & Partial<MetadataElement>): EffectElement {
  return {
    guid,
    typeName,
    ...(typeof qualifiedName === 'string' && { qualifiedName }),
    ...(versions !== undefined && !isPreviewed(guid) && { version: versions.version }),
  };
}

export function classificationsOf({ classifications }: MetadataElement): Readonly<Record<string, Properties>> {
  return Object.fromEntries(
    classifications.map(({ classificationName, properties }) => [classificationName, properties]),
  );
}

/** @param properties - undefined: it is taken away */
export function withClassification(
  element: MetadataElement,
  classificationName: string,
  properties: Properties | undefined,
): MetadataElement {
  const others = element.classifications.filter((each) => each.classificationName !== classificationName);
  const own = properties === undefined ? [] : [{ classificationName, properties }];
  return { ...element, classifications: [...others, ...own] };
}

/** Those values of both sides that differ. */
export function changedOnly(from: Properties, to: Properties): readonly [from: Properties, to: Properties] {
  const differs = (name: string) => !isDeepStrictEqual(from[name], to[name]);
  const only = (of: Properties) => Object.fromEntries(Object.entries(of).filter(([name]) => differs(name)));
  return [only(from), only(to)];
}

/** Zones that an element is in; undefined when it says nothing of zones, which is not the same as none. */
export function zonesOf({ classifications }: Pick<MetadataElement, 'classifications'>): readonly unknown[] | undefined {
  const found = classifications.find(({ classificationName }) => classificationName === 'ZoneMembership');
  const zones = found?.properties.zoneMembership;
  return found && (Array.isArray(zones) ? zones : []);
}

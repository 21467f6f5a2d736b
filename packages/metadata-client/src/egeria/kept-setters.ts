import {
  type BatchItemResult,
  fieldValue,
  type KeptFrom,
  type MetadataElement,
  type MetadataStore,
  type PropertyValue,
} from '@isthmus/model';
import { isEqual } from '../is-equal.js';

const mostVersions = 50;

/**
 * Who set the fields that stay as they are, and when. Asks for the history only where the writer itself changed the element
 * last, so that it tells nothing of who set them. Of classifications servers tell who gave them.
 */
export async function settersOf(
  store: Pick<MetadataStore, 'history'>,
  element: MetadataElement,
  kept: Readonly<Record<string, PropertyValue>>,
  writer: string | undefined,
  signal: AbortSignal,
): Promise<Pick<BatchItemResult, 'keptBy'>> {
  const { guid, versions, classifications } = element;
  const fields = Object.keys(kept);
  if (fields.length === 0 || (versions.updatedBy ?? versions.createdBy) !== writer) return {};
  const former = await store.history(guid, { pageSize: mostVersions }, signal).catch(() => []);
  const all = [element, ...former].sort((one, other) => other.versions.version - one.versions.version);
  const setters = fields.flatMap((field): readonly (readonly [string, KeptFrom])[] => {
    const given = classifications.find(({ classificationName: name }) => field.startsWith(`@${name}.`));
    const setter = setterOf(all, field);
    if (!field.startsWith('@')) return setter === undefined ? [] : [[field, setter]];
    return given?.createdBy === undefined
      ? []
      : [[field, { at: versions.updateTime ?? versions.createTime, by: given.createdBy }]];
  });
  return setters.length === 0 ? {} : { keptBy: Object.fromEntries(setters) };
}

/** @param versions - newest first */
function setterOf(versions: readonly MetadataElement[], field: string): KeptFrom | undefined {
  const valueIn = ({ properties }: MetadataElement) => fieldValue({ properties, classifications: {} }, field);
  const [now] = versions;
  if (now === undefined) return undefined;
  let setter = now.versions;
  for (const version of versions) {
    if (!isEqual(valueIn(version), valueIn(now))) break;
    setter = version.versions;
  }
  return { at: setter.updateTime ?? setter.createTime, by: setter.updatedBy ?? setter.createdBy };
}

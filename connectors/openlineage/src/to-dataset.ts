import type { JsonValue, OmisScopes } from '@isthmus/connector-sdk';
import { definedTexts, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import { facetOf, fieldsIn, isFields, listIn, textIn } from './facet-values.js';
import type { DatasetRecord } from './graph.js';
import type { DatasetMapping } from './openlineage-config.js';
import { clipped, ownershipOf, ownersOf, tagsOf } from './said-of-things.js';
import { sameThing } from './same-thing.js';

export type DatasetDescription = Parameters<OmisScopes['lineage']['dataset']>[0];
type Column = NonNullable<DatasetDescription['columns']>[number];
type Fields = { readonly [name: string]: JsonValue };

/** Columns of one dataset in the catalogue, with those that are nested. */
const mostColumns = 2_000;
const deepestColumn = 10;
const mostSources = 1_000;

/** @param unify - which datasets are things that others catalogue: this one is linked to its own */
export function toDataset(record: DatasetRecord, unify: readonly DatasetMapping[]): Versioned<DatasetDescription> {
  const { namespace, name, facets } = record;
  const columns = columnsOf(record);
  const same = sameThing(record, unify);
  const storage = facetOf(facets, 'storage');
  const source = facetOf(facets, 'dataSource');
  const lifecycle = facetOf(facets, 'lifecycleStateChange');
  const former = fieldsIn(lifecycle, 'previousIdentifier');
  return versioned({
    names: [namespace, name],
    displayName: name,
    description: textIn(facetOf(facets, 'documentation'), 'description'),
    resourceName: name,
    namespacePath: namespace,
    deployedImplementationType: textIn(facetOf(facets, 'datasetType'), 'datasetType'),
    versionIdentifier: textIn(facetOf(facets, 'version'), 'datasetVersion'),
    additionalProperties: definedTexts({
      dataSource: textIn(source, 'name'),
      dataSourceUri: textIn(source, 'uri'),
      storageLayer: textIn(storage, 'storageLayer'),
      fileFormat: textIn(storage, 'fileFormat'),
      lifecycleStateChange: textIn(lifecycle, 'lifecycleStateChange'),
      renamedFrom: nameIn(former),
      alsoKnownAs: alsoKnownAs(facetOf(facets, 'symlinks')),
      owners: ownersOf(facets),
      tags: tagsOf(facets),
      columnsLeftOut: columns.leftOut === 0 ? undefined : String(columns.leftOut),
    }),
    classifications: ownershipOf(facets),
    columns: columns.kept,
    ...(same === undefined ? {} : { linked: [{ relationshipTypeName: 'DataSetContent', qualifiedName: same }] }),
  });
}

function alsoKnownAs(symlinks: Fields): string | undefined {
  const names = listIn(symlinks, 'identifiers').flatMap((one) => nameIn(one) ?? []);
  return names.length === 0 ? undefined : clipped(names.join(', '));
}

function nameIn(identifier: Fields): string | undefined {
  const [namespace, name] = [textIn(identifier, 'namespace'), textIn(identifier, 'name')];
  return namespace === undefined || name === undefined ? undefined : `${namespace}/${name}`;
}

/** Those of the schema in its order, then those of which only their origin was told. */
function columnsOf({ facets }: DatasetRecord): { readonly kept: readonly Column[]; readonly leftOut: number } {
  const origins = fieldsIn(facetOf(facets, 'columnLineage'), 'fields');
  const columns = new Map<string, Column>();
  addColumns(columns, listIn(facetOf(facets, 'schema'), 'fields'), '', 0);
  for (const name of Object.keys(origins).sort()) if (!columns.has(name)) columns.set(name, { name });
  const all = [...columns.values()];
  const kept = all.slice(0, mostColumns).map((column) => withOrigin(column, origins[column.name]));
  return { kept, leftOut: all.length - kept.length };
}

function addColumns(columns: Map<string, Column>, fields: readonly Fields[], above: string, depth: number): void {
  for (const field of fields) {
    const own = textIn(field, 'name');
    if (own === undefined || columns.size > mostColumns * 2) continue;
    const name = `${above}${own}`;
    columns.set(name, {
      name,
      dataType: textIn(field, 'type'),
      description: textIn(field, 'description'),
    });
    if (depth < deepestColumn) addColumns(columns, listIn(field, 'fields'), `${name}.`, depth + 1);
  }
}

function withOrigin(column: Column, origin: JsonValue | undefined): Column {
  if (!isFields(origin)) return column;
  const description = textIn(origin, 'transformationDescription');
  const type = textIn(origin, 'transformationType');
  const seen = new Set<string>();
  const mappedFrom = listIn(origin, 'inputFields').flatMap((input) => {
    const to = [textIn(input, 'namespace'), textIn(input, 'name'), textIn(input, 'field')].filter(
      (part) => part !== undefined,
    );
    const key = JSON.stringify(to);
    if (to.length < 3 || seen.has(key) || seen.size >= mostSources) return [];
    seen.add(key);
    const [first = {}] = listIn(input, 'transformations');
    const label = textIn(first, 'subtype') ?? textIn(first, 'type') ?? type;
    const said = textIn(first, 'description') ?? description;
    return [
      {
        to,
        ...(label === undefined ? {} : { label }),
        ...(said === undefined ? {} : { description: clipped(said) }),
      },
    ];
  });
  return { ...column, mappedFrom };
}

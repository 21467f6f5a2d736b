// Turns a full description of the open metadata types into the compact document that TypeSystem reads.
// Usage: node packages/devtools/generate-open-metadata-types.mjs <input.json> [release, default 6.1]
import { readFileSync, writeFileSync } from 'node:fs';

const [input, release = '6.1'] = process.argv.slice(2);
if (input === undefined) {
  console.error('usage: generate-open-metadata-types.mjs <input.json> [release]');
  process.exit(2);
}
const target = new URL(`../model/data/open-metadata-types-${release}.json`, import.meta.url);
const source = JSON.parse(readFileSync(input, 'utf8'));
const sections = {
  primitives: source.primitiveDefs.map(({ name, guid, category }) => ({ name, guid, category })),
  collections: source.collectionDefs.map((def) => ({
    name: def.name,
    guid: def.guid,
    category: def.category,
    arguments: def.arguments,
  })),
  enums: inRelease(source.enumDefs).map((def) => ({
    name: def.name,
    guid: def.guid,
    values: def.values.map(({ ordinal, name }) => ({ ordinal, name })),
    ...(def.defaultValue === undefined ? {} : { defaultValue: def.defaultValue }),
  })),
  entities: inRelease(source.entityDefs).map(common),
  relationships: inRelease(source.relationshipDefs).map((def) => ({
    ...common(def),
    end1: end(def.end1),
    end2: end(def.end2),
    ...(def.multiLink ? { multiLink: true } : {}),
  })),
  classifications: inRelease(source.classificationDefs).map((def) => ({
    ...common(def),
    validEntityTypes: def.validEntityTypes,
    ...(def.propagatable ? { propagatable: true } : {}),
  })),
};
const lines = Object.entries(sections).map(
  ([name, defs]) => `  "${name}": [\n${defs.map((def) => `    ${JSON.stringify(def)}`).join(',\n')}\n  ]`,
);
writeFileSync(target, `{\n  "release": "${release}",\n${lines.join(',\n')}\n}\n`);
for (const [name, defs] of Object.entries(sections)) console.log(`${name}: ${defs.length}`);

function inRelease(defs) {
  return defs.filter((def) => def.in === undefined || def.in.includes(release));
}

/** Defaults (AT_MOST_ONE, not unique, active) are left out. */
function common(def) {
  return {
    name: def.name,
    guid: def.guid,
    ...(def.superType === undefined ? {} : { superType: def.superType }),
    ...(isDeprecated(def) ? { deprecated: true } : {}),
    attributes: def.attributes.map((attribute) => ({
      name: attribute.name,
      type: attribute.type,
      ...(attribute.cardinality === undefined ? {} : { cardinality: attribute.cardinality }),
      ...(attribute.unique ? { unique: true } : {}),
      ...(isDeprecated(attribute) ? { deprecated: true } : {}),
    })),
  };
}

function end({ entityType, attributeName, cardinality }) {
  return { entityType, attributeName, cardinality };
}

function isDeprecated({ status }) {
  return status?.startsWith('DEPRECATED') ?? false;
}

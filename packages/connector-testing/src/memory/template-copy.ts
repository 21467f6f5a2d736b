import {
  fillProperties,
  type NewElement,
  type NewFromTemplate,
  type Placeholders,
  type Properties,
} from '@isthmus/model';
import type { MemoryRows, StoredElement } from './memory-rows.js';

/** Classifications that say something of the template alone, or are made anew. */
const own: ReadonlySet<string> = new Set(['Template', 'TemplateSubstitute', 'Anchors', 'Memento']);
/** Links of a template that say nothing about its copies. */
const ownLinks: ReadonlySet<string> = new Set(['SourcedFrom', 'CatalogTemplate']);

/** What the copies of a template and of its parts are made of, and how they are linked; ends by place in the list or GUID. */
export interface TemplateCopy {
  readonly elements: readonly NewElement[];
  readonly links: readonly {
    readonly typeName: string;
    readonly properties: Properties;
    readonly end1: number | string;
    readonly end2: number | string;
  }[];
}

/** The first element is the copy of the template itself. */
export function copyOf(rows: MemoryRows, template: StoredElement, wanted: NewFromTemplate): TemplateCopy {
  const { templateGuid: _template, placeholders: told = {}, ...element } = wanted;
  const placeholders = new Map(Object.entries(told));
  const parts = rows.anchoredTo(template.guid).filter(({ classifications }) => !classifications.has('Memento'));
  const copies = [template, ...parts];
  const place = new Map(copies.map(({ guid }, index) => [guid, index]));
  const root: NewElement = {
    ...element,
    properties: { ...fillProperties(template.properties, placeholders), ...element.properties },
    classifications: classificationsOf(template, placeholders),
  };
  const links = copies.flatMap(({ guid }) =>
    rows.linksOf(guid).flatMap(({ typeName, end1, end2, properties }) => {
      const lies = rows.elements.get(end2)?.classifications.has('Memento') !== true;
      if (end1 !== guid || ownLinks.has(typeName) || !lies) return [];
      return [
        {
          typeName,
          properties: fillProperties(properties, placeholders),
          end1: place.get(end1) ?? end1,
          end2: place.get(end2) ?? end2,
        },
      ];
    }),
  );
  return { elements: [root, ...parts.map((part) => partOf(part, template, root, placeholders))], links };
}

function partOf(
  part: StoredElement,
  template: StoredElement,
  root: NewElement,
  placeholders: Placeholders,
): NewElement {
  const filled = fillProperties(part.properties, placeholders);
  return {
    typeName: part.typeName,
    properties: { ...filled, ...newName(part.properties, filled, template.properties, root.properties) },
    classifications: classificationsOf(part, placeholders),
  };
}

/** Names are unique: a part whose name has no placeholder is called after the new element. */
function newName(was: Properties, filled: Properties, template: Properties, root: Properties): Properties {
  const { qualifiedName: name } = filled;
  const [templateName, rootName] = [template.qualifiedName, root.qualifiedName];
  if (typeof name !== 'string' || typeof rootName !== 'string' || was.qualifiedName !== name) return {};
  if (typeof templateName === 'string' && name.includes(templateName))
    return { qualifiedName: name.replace(templateName, () => rootName) };
  return { qualifiedName: `${rootName}::${name}` };
}

function classificationsOf({ classifications }: StoredElement, placeholders: Placeholders) {
  const kept = [...classifications].filter(([name]) => !own.has(name));
  return Object.fromEntries(kept.map(([name, { properties }]) => [name, fillProperties(properties, placeholders)]));
}

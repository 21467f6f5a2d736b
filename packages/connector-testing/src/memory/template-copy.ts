import type { NewElement, NewFromTemplate, Properties } from '@isthmus/model';
import type { StoredElement } from './memory-rows.js';

/** Classifications that say something of the template alone, or are made anew. */
const own: ReadonlySet<string> = new Set(['Template', 'TemplateSubstitute', 'Anchors', 'Memento']);

/** What the copy of a template is made of. */
export function copyOf(template: StoredElement, wanted: NewFromTemplate): NewElement {
  const { templateGuid: _template, placeholders = {}, ...element } = wanted;
  const classifications = [...template.classifications]
    .filter(([name]) => !own.has(name))
    .map(([name, properties]) => [name, filled(properties, placeholders)] as const);
  return {
    ...element,
    properties: { ...filled(template.properties, placeholders), ...element.properties },
    classifications: Object.fromEntries(classifications),
  };
}

/** Texts with their placeholders `~{name}~` filled. */
export function filled(properties: Properties, placeholders: Readonly<Record<string, string>>): Properties {
  const fill = (text: string) =>
    Object.entries(placeholders).reduce((all, [name, value]) => all.replaceAll(`~{${name}}~`, value), text);
  const entries = Object.entries(properties).map(
    ([name, value]) => [name, typeof value === 'string' ? fill(value) : value] as const,
  );
  return Object.fromEntries(entries);
}

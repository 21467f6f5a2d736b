import { databaseNouns } from './nouns/database.js';

const schemaType = databaseNouns.database.parts.hasTables.type;

/** What an author does when the element that a thing lies in is not there. @param parent - its qualified name */
export function missingParentHint(parent: string): string {
  return parent.startsWith(`${schemaType}::`) && parent.endsWith(`%${databaseNouns.database.mark}`)
    ? 'tell its database with `hasTables: true`, or the schema that it lies in with `parent: { schema: [...] }`'
    : "tell what it lies in, by this connector or another, or name what it really lies in with `parent`; 'none': it lies in nothing";
}

import { databaseNouns } from './nouns/database.js';

const schemaType = databaseNouns.database.parts.hasTables.type;

/** What an author does when the element that a thing lies in is not there. @param parent - its qualified name */
export function missingParentHint(parent: string): string {
  const isSchemaType = parent.startsWith(`${schemaType}::`);
  if (isSchemaType && !parent.endsWith(`%${databaseNouns.database.mark}`))
    return 'tell its schema; where tables lie in the database itself, tell the database with `hasTables: true` and the table with `parent: { database: [...] }`';
  return isSchemaType
    ? 'tell its database with `hasTables: true`, or the schema that it lies in with `parent: { schema: [...] }`'
    : "tell what it lies in, by this connector or another, or name what it really lies in with `parent`; 'none': it lies in nothing";
}

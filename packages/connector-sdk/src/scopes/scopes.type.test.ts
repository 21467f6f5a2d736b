import { expect, it } from '@jest/globals';
import type { OmisScopes } from '../connector.js';

/** Never called: it is the compiler that tests it. */
export async function wordsOfKinds(scopes: OmisScopes): Promise<void> {
  await scopes.database.table({ names: ['d', 's', 't'], columns: [{ name: 'c', dataType: 'text', isNullable: true }] });
  // @ts-expect-error a database has no topics
  await scopes.database.topic({ names: ['t'] });
  // @ts-expect-error a column is known by its name
  await scopes.database.table({ names: ['t'], columns: [{ dataType: 'text' }] });
  // @ts-expect-error no such attribute
  await scopes.database.table({ names: ['t'], columnCount: 3 });
  // @ts-expect-error a table lies in no topic
  await scopes.database.table({ names: ['t'], parent: { topic: ['x'] } });
  // @ts-expect-error a length is a number
  await scopes.database.table({ names: ['t'], columns: [{ name: 'c', length: '12' }] });
  // @ts-expect-error a thing has names
  await scopes.topic.topic({});
  await scopes.topic.eventType({
    names: ['t', 'e'],
    fields: [{ name: 'a', fields: [{ name: 'b', dataType: 'int' }] }],
  });
  // @ts-expect-error fields of fields are as fields
  await scopes.topic.eventType({ names: ['t', 'e'], fields: [{ name: 'a', fields: [{ nome: 'b' }] }] });
  await scopes.api.operation({ names: ['a', 'get'], request: { required: true, parameters: [{ name: 'id' }] } });
  // @ts-expect-error one of the symbols
  await scopes.stewardship.toDo({ names: ['1'], activityStatus: 'DONE' });
  await scopes.lineage.job({ names: ['j'], reads: [['d'], { to: { qualifiedName: 'Topic::x:y' }, label: 'l' }] });
  // @ts-expect-error assets of other connectors are named by their qualified names
  await scopes.infrastructure.capability({ names: ['c'], uses: [['a']] });
  await scopes.infrastructure.host({ names: ['h'], typeName: 'VirtualMachine' });
  // @ts-expect-error not a type of host
  await scopes.infrastructure.host({ names: ['h'], typeName: 'Topic' });
  // @ts-expect-error nouns of this kind
  await scopes.topic.keepThing('table', { names: ['t'], sourceVersion: '1' });
  await scopes.display.form({ names: ['f'], containers: [{ name: 'c', fields: [{ name: 'x', inputField: true }] }] });
}

it('the words of kinds are held by the compiler', () => expect(typeof wordsOfKinds).toBe('function'));

import { describe, expect, it } from '@jest/globals';
import { Type } from 'typebox';
import { defineConnector } from '../connector.js';
import type { HostPort } from '../host-port.js';
import { contextOperations } from './context-operations.js';
import type { Created, ElementPage } from './operation-input.js';

const empty = Type.Object({});
const connector = { refresh: async () => undefined };

describe('the operations of a context', () => {
  it('are those of its kind and no other', () => {
    const definitions = [
      defineConnector({
        kind: 'database',
        provider: 'some',
        version: 1,
        configuration: empty,
        create(context) {
          void context.createDatabase;
          void context.getDatabaseColumnsOfTable;
          void context.openToDo;
          // @ts-expect-error topics belong to kind topic
          void context.createTopic;
          // @ts-expect-error no kind has this
          void context.createEverything;
          return connector;
        },
      }),
      defineConnector({
        kind: 'topic',
        provider: 'some',
        version: 1,
        configuration: empty,
        create(context) {
          void context.createTopic;
          // @ts-expect-error databases belong to kind database
          void context.createDatabase;
          return connector;
        },
      }),
    ];
    expect(definitions).toHaveLength(2);
  });

  it('are without those that write where the direction is fixed', () => {
    const definition = defineConnector({
      kind: 'security',
      direction: 'TO_THIRD_PARTY',
      provider: 'some',
      version: 1,
      configuration: empty,
      create(context) {
        void context.findSecurityGroups;
        void context.getElement;
        // @ts-expect-error it writes metadata
        void context.createSecurityGroup;
        // @ts-expect-error it writes metadata
        void context.updateElement;
        return connector;
      },
    });
    expect(definition.direction).toBe('TO_THIRD_PARTY');
  });

  it('take and answer what their verb says', () => {
    const asked: unknown[] = [];
    const port: HostPort = {
      call(message) {
        asked.push(message);
        return new Promise<never>(() => undefined);
      },
    };
    const context = contextOperations('database', port);
    const parent = { guid: 'g' };
    const made: Promise<Created> = context.createDatabaseTable({ qualifiedName: 'RelationalTable::a:b', parent });
    const found: Promise<ElementPage> = context.findDatabases();
    void context.createDatabase({ qualifiedName: 'Database::a:b', properties: { displayName: 'b' } });
    void context.openToDo({ qualifiedName: 'ToDo::a', targets: [parent], assignees: [{ qualifiedName: 'Person::c' }] });
    void context.linkForeignKey({ end1: parent, end2: parent });
    void context.classifyElement({ element: parent, classificationName: 'Confidentiality' });
    // @ts-expect-error a table hangs on something
    void context.createDatabaseTable({ qualifiedName: 'RelationalTable::a:b' });
    // @ts-expect-error an element is named by GUID or name
    void context.getDatabase({ element: 'g' });
    // @ts-expect-error without a name it cannot be found again
    void context.createDatabase({ properties: {} });
    // @ts-expect-error this operation links nothing of that kind
    void context.createDatabase({ qualifiedName: 'Database::a:b', targets: [parent] });
    // @ts-expect-error of any type: the input names which
    void context.createElement({ qualifiedName: 'a' });
    // @ts-expect-error a link has two ends
    void context.linkForeignKey({ end1: parent });
    expect([made, found]).toHaveLength(2);
    expect(asked[1]).toEqual({ type: 'metadata.call', operation: 'findDatabases', input: {} });
    expect(asked).toHaveLength(12);
  });
});

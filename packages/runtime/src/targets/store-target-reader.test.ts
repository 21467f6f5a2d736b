import type { ElementLink, MetadataElement, MetadataStore, Properties, RelatedElement } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { MemoryStore } from '../daemon/testing/memory-store.js';
import { StoreTargetReader } from './store-target-reader.js';
import { mostTargets } from './stored-target.js';

const signal = new AbortController().signal;
const versions = { createdBy: 'tester', createTime: 0, version: 1 };
const supertypes: Readonly<Record<string, readonly string[]>> = {
  SoftwareServer: ['ITInfrastructure', 'Infrastructure', 'Asset', 'Referenceable'],
  VirtualConnection: ['Connection', 'Referenceable'],
};

function element(typeName: string, name: string, properties: Properties = {}): MetadataElement {
  return {
    guid: `guid-of-${name}`,
    typeName,
    superTypeNames: supertypes[typeName] ?? ['Referenceable'],
    status: 'ACTIVE',
    origin: { originCategory: 'LOCAL_COHORT', homeMetadataCollectionId: 'c', homeMetadataCollectionName: 'c' },
    versions,
    classifications: [],
    properties: { qualifiedName: name, ...properties },
  };
}

/** Elements and what relates them, as a metadata server tells it. */
class Links {
  readonly #links: {
    readonly typeName: string;
    readonly ends: readonly MetadataElement[];
    readonly properties: Properties;
  }[] = [];
  readonly asked: string[] = [];

  add(typeName: string, end1: MetadataElement, end2: MetadataElement, properties: Properties = {}): this {
    this.#links.push({ typeName, ends: [end1, end2], properties });
    return this;
  }

  reader(): StoreTargetReader {
    const related: MetadataStore['related'] = async (
      guid,
      { relationshipTypeName, startFrom = 0, pageSize = 1_000 },
    ) => {
      this.asked.push(`${relationshipTypeName} of ${guid} from ${startFrom}`);
      return this.#links
        .flatMap((link, index) => this.#related(guid, relationshipTypeName, link, index))
        .slice(startFrom, startFrom + pageSize);
    };
    return new StoreTargetReader({ ...new MemoryStore().asStore(), related });
  }

  #related(
    guid: string,
    wanted: string | undefined,
    {
      typeName,
      ends,
      properties,
    }: { readonly typeName: string; readonly ends: readonly MetadataElement[]; readonly properties: Properties },
    index: number,
  ): readonly RelatedElement[] {
    const at = ends.findIndex((end) => end.guid === guid);
    const other = ends[1 - at];
    if (typeName !== wanted || at < 0 || other === undefined) return [];
    const relationship: ElementLink['relationship'] = { guid: `link-${index}`, typeName, properties, versions };
    return [{ relationship, element: other, elementAtEnd1: at === 1 }];
  }
}

const connector = element('IntegrationConnector', 'connector');

describe('the reader of catalog targets', () => {
  it('reads what the relationship says and the connection of the element', async () => {
    const server = element('SoftwareServer', 'north', { displayName: 'North' });
    const connection = element('Connection', 'way', { userId: 'reader', configurationProperties: { ssl: true } });
    const links = new Links()
      .add('CatalogTarget', connector, server, {
        catalogTargetName: 'the north',
        configurationProperties: { tables: '*' },
        templates: { RelationalTable: 'template', odd: 5 },
        metadataCollectionQualifiedName: 'shop',
        permittedSynchronization: 'FROM_THIRD_PARTY',
        deleteMethod: 'ARCHIVE',
      })
      .add('AssetConnection', server, connection)
      .add('ConnectToEndpoint', connection, element('Endpoint', 'address', { networkAddress: 'db://north' }));
    expect(await links.reader().read(connector.guid, signal)).toEqual([
      {
        name: 'the north',
        element: {
          guid: server.guid,
          typeName: 'SoftwareServer',
          qualifiedName: 'north',
          displayName: 'North',
          properties: server.properties,
        },
        consistsOf: [server.guid, connection.guid, expect.stringContaining('address')],
        connection: { networkAddress: 'db://north', userId: 'reader', configurationProperties: { ssl: true } },
        configurationProperties: { tables: '*' },
        templates: { RelationalTable: 'template' },
        metadataCollectionQualifiedName: 'shop',
        permittedSynchronization: 'FROM_THIRD_PARTY',
        deleteMethod: 'ARCHIVE',
      },
    ]);
    expect(links.asked).toHaveLength(3);
  });

  it('takes the connection that is named, else the first', async () => {
    const server = element('SoftwareServer', 'north');
    for (const [connectionName, found] of [
      ['Second', 'two'],
      ['none', 'one'],
    ] as const) {
      const links = new Links()
        .add('CatalogTarget', connector, server, { connectionName })
        .add('AssetConnection', server, element('Connection', 'one', { userId: 'one' }))
        .add('AssetConnection', server, element('VirtualConnection', 'two', { userId: 'two', displayName: 'Second' }));
      expect(await links.reader().read(connector.guid, signal)).toMatchObject([{ connection: { userId: found } }]);
    }
  });

  it('takes an endpoint and a connection for what they are, and other elements without one', async () => {
    const links = new Links()
      .add('CatalogTarget', connector, element('Endpoint', 'address', { networkAddress: 'db://x' }))
      .add('CatalogTarget', connector, element('Connection', 'way', { userId: 'reader' }))
      .add('CatalogTarget', connector, element('Glossary', 'words'));
    expect(await links.reader().read(connector.guid, signal)).toMatchObject([
      { name: 'address', connection: { networkAddress: 'db://x' } },
      { name: 'way', connection: { userId: 'reader' } },
      { name: 'words' },
    ]);
  });

  it('reads page after page, a thousand at most', async () => {
    const links = new Links();
    for (let at = 0; at < mostTargets + 5; at += 1)
      links.add('CatalogTarget', connector, element('Glossary', `g${at}`));
    expect(await links.reader().read(connector.guid, signal)).toHaveLength(mostTargets);
    expect(links.asked.map((question) => question.split(' ').at(-1))).toEqual(['0', '500']);
  });

  it('has none where there are none', async () => {
    expect(await new Links().reader().read(connector.guid, signal)).toEqual([]);
  });
});

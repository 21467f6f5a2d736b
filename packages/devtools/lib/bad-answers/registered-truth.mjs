// What the groups of one lane really hold at the metadata server, and real changes of it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationMap, link } from '../registration-rest.mjs';
import { long } from '../store-rest.mjs';

/** Six fields: with seconds. Most run seldom, so that what is measured is not how fast this machine runs connectors. */
export const often = '*/2 * * * * *';
const seldom = '*/15 * * * * *';

export class RegisteredTruth {
  /** GUID and name for people, by qualified name. */
  groups = {};
  /** What is registered, by connector GUID. */
  entries = new Map();
  #added = 0;

  /** @param parts { name, folder, store } */
  constructor(parts) {
    this.parts = parts;
  }

  /** A large group, of which a person would have to confirm that all is to stop, and a small one. */
  async setUp() {
    const { name, store } = this.parts;
    for (const [index, size] of [7, 4].entries()) {
      const qualifiedName = `IntegrationGroup::${name}-${index}`;
      const guid = await store.create('IntegrationGroup', { qualifiedName, displayName: qualifiedName });
      // told once more, so that there is an older version of it
      await store.update(guid, { displayName: 'a group' });
      this.groups[qualifiedName] = { guid, displayName: 'a group' };
      for (let number = 0; number < size; number++) await this.#register(qualifiedName, `${index}-${number}`);
      await this.#register(qualifiedName, `${index}-files`, 'files');
    }
  }

  /**
   * Really changes something, at the server itself. Of the groups only few leave at a time: what would need a person's
   * word is not what is proved here.
   * @returns {Promise<{ what: string, mayStop: readonly string[] }>} `mayStop`: connectors that may get or lose an instance
   */
  async change(random) {
    const names = Object.keys(this.groups);
    const group = names[Math.floor(random() * names.length)];
    const members = [...this.entries.values()].filter((entry) => entry.group === group && entry.provider === 'steady');
    const one = members[Math.floor(random() * members.length)];
    const what = ['add', 'remove', 'configuration', 'schedule', 'rename', 'move', 'group'][Math.floor(random() * 7)];
    const isSmall = members.length <= 3;
    if (what === 'add' || ((what === 'remove' || what === 'move') && isSmall))
      return { what: 'add', mayStop: [await this.#register(group, `added-${this.#added++}`)] };
    if (what === 'remove') await this.#remove(one);
    else if (what === 'move')
      await this.#move(
        one,
        names.find((other) => other !== group),
      );
    else await this.#alter(what, one, random);
    return { what, mayStop: what === 'remove' || what === 'move' ? [one.unique] : [] };
  }

  async #remove(one) {
    await this.parts.store.unrelate(one.registration);
    this.entries.delete(one.connector);
  }

  async #move(one, group) {
    const { store } = this.parts;
    const registration = await link(store, this.groups[group].guid, one.connector, one.name, one.interval);
    await store.unrelate(one.registration);
    this.entries.set(one.connector, { ...one, group, registration });
  }

  /** Changes that no instance needs to be replaced for. */
  async #alter(what, one, random) {
    const { store } = this.parts;
    const number = Math.floor(random() * 1000);
    if (what === 'group') {
      const displayName = `a group ${number}`;
      await store.update(this.groups[one.group].guid, { displayName });
      this.groups[one.group] = { ...this.groups[one.group], displayName };
      return;
    }
    const after = { ...one };
    if (what === 'configuration') {
      after.configuration = { ...one.configuration, note: `note ${number}` };
      await store.update(one.connection, { configurationProperties: configurationMap(after.configuration) });
    } else if (what === 'schedule') {
      after.interval = 60 + number;
      await store.updateRelationship(one.registration, { refreshTimeInterval: long(after.interval) });
    } else {
      after.name = `${one.unique} ${number}`;
      await store.updateRelationship(one.registration, { connectorName: after.name });
    }
    this.entries.set(one.connector, after);
  }

  /** @returns the unique name of the connector, which stays when it is renamed */
  async #register(group, label, provider = 'steady') {
    const { store, name } = this.parts;
    const unique = `${name}-${label}`;
    const configuration = {
      'isthmus.source': unique,
      'isthmus.schedule': label.endsWith('-0') ? often : seldom,
      ...(provider === 'steady' ? { lane: name, name: unique, note: 'first' } : {}),
    };
    const connector = await store.create('IntegrationConnector', {
      qualifiedName: `IntegrationConnector::${unique}`,
      displayName: 'new',
    });
    await store.update(connector, { displayName: unique });
    const connection = await store.create('Connection', {
      qualifiedName: `Connection::${unique}`,
      configurationProperties: configurationMap(configuration),
    });
    const type = await store.create('ConnectorType', {
      qualifiedName: `ConnectorType::${unique}`,
      connectorProviderClassName: provider,
    });
    const networkAddress = this.#sourceOf(unique, provider);
    const endpoint = await store.create('Endpoint', { qualifiedName: `Endpoint::${unique}`, networkAddress });
    await store.relate('AssetConnection', connector, connection);
    await store.relate('ConnectionConnectorType', connection, type);
    await store.relate('ConnectToEndpoint', connection, endpoint);
    const registration = await link(store, this.groups[group].guid, connector, unique, 60);
    const entry = { connector, connection, registration, group, unique, name: unique, interval: 60, provider };
    this.entries.set(connector, { ...entry, configuration });
    return unique;
  }

  #sourceOf(unique, provider) {
    const source = join(this.parts.folder, `files-${unique}`);
    if (provider !== 'files') return source;
    mkdirSync(source, { recursive: true });
    for (const file of ['a.csv', 'b.csv', 'c.txt']) writeFileSync(join(source, file), 'id,name\n1,one\n');
    return source;
  }
}

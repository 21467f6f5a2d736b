import { IsthmusError, processSlicer } from '@isthmus/kernel';
import type { ElementStore, StoredElement, StoredRelated, StoredRelationship } from '../store/element-store.js';
import type { Json } from '../views/element-view.js';
import { type ConnectionBeans, ConnectionReader } from './connection-reader.js';

export const registrationType = 'RegisteredIntegrationConnector';

/** How a dialect shows groups and what is registered in them. */
export interface GroupBeans extends ConnectionBeans {
  header(element: StoredElement): Json;
  group(element: StoredElement): Json;
  connector(element: StoredElement, connection: Json | undefined): Json;
  registration(relationship: StoredRelationship): Json;
}

/** Registered connectors in the JSON that a daemon reads: connector, connection, registration. */
export class RegisteredConnectors {
  readonly #store: ElementStore;
  readonly #beans: GroupBeans;
  readonly #connections: ConnectionReader;

  constructor(store: ElementStore, beans: GroupBeans) {
    this.#store = store;
    this.#beans = beans;
    this.#connections = new ConnectionReader(store, beans);
  }

  /** One page of a group, newest registration first. @throws ELEMENT_NOT_FOUND when there is no such group */
  async page(groupGuid: string, startFrom: number, pageSize: number): Promise<readonly StoredRelated[]> {
    const { related } = await this.#store.related(groupGuid, {
      relationshipTypeName: registrationType,
      startingAtEnd: 1,
      sequencingOrder: 'CREATION_DATE_RECENT',
      startFrom,
      pageSize,
    });
    return related;
  }

  /** Undefined: not registered in this group. @throws ELEMENT_NOT_FOUND when there is no such connector */
  async find(groupGuid: string, connectorGuid: string, pageSize: number): Promise<StoredRelated | undefined> {
    for (let startFrom = 0; ; startFrom += pageSize) {
      const groups = await this.groupsOf(connectorGuid, startFrom, pageSize);
      const found = groups.find(({ element }) => element.guid === groupGuid);
      if (found !== undefined) return { ...found, element: await this.#store.get(connectorGuid), elementAtEnd1: false };
      if (groups.length < pageSize) return undefined;
    }
  }

  /** A registration that the group's members name; undefined: it has gone since. */
  async registered(registrationGuid: string, connectorGuid: string): Promise<StoredRelated | undefined> {
    try {
      const [{ relationship }, element] = await Promise.all([
        this.#store.getRelationship(registrationGuid),
        this.#store.get(connectorGuid),
      ]);
      return { relationship, element, elementAtEnd1: false };
    } catch (error) {
      if (IsthmusError.is(error) && (error.code === 'ELEMENT_NOT_FOUND' || error.code === 'ELEMENT_ARCHIVED'))
        return undefined;
      throw error;
    }
  }

  /** Groups that a connector is registered in. */
  async groupsOf(connectorGuid: string, startFrom: number, pageSize: number): Promise<readonly StoredRelated[]> {
    const { related } = await this.#store.related(connectorGuid, {
      relationshipTypeName: registrationType,
      startingAtEnd: 2,
      startFrom,
      pageSize,
    });
    return related;
  }

  async view(registered: StoredRelated): Promise<Json> {
    const [view] = await this.views([registered]);
    return view ?? {};
  }

  /** In the same order. */
  async views(registered: readonly StoredRelated[]): Promise<readonly Json[]> {
    const connections = await this.#connections.ofAssets(registered.map(({ element }) => element.guid));
    const views: Json[] = [];
    for (const each of registered) {
      views.push(this.#registered(each, connections.get(each.element.guid)));
      await processSlicer.turn('answer');
    }
    return views;
  }

  #registered({ element, relationship }: StoredRelated, connection: Json | undefined): Json {
    const registered = Object.keys(relationship.properties).length > 0;
    return {
      elementHeader: this.#beans.header(element),
      properties: this.#beans.connector(element, connection),
      // A registration without any property is told without both, as by a real server.
      connectorId: registered ? relationship.guid : undefined,
      registrationProperties: registered ? this.#beans.registration(relationship) : undefined,
    };
  }

  /** Connectors by themselves, in the same order. */
  async unregistered(elements: readonly StoredElement[]): Promise<readonly Json[]> {
    const connections = await this.#connections.ofAssets(elements.map(({ guid }) => guid));
    const views: Json[] = [];
    for (const element of elements) {
      const connection = connections.get(element.guid);
      views.push({
        elementHeader: this.#beans.header(element),
        properties: this.#beans.connector(element, connection),
      });
      await processSlicer.turn('answer');
    }
    return views;
  }

  group(element: StoredElement): Json {
    return { elementHeader: this.#beans.header(element), properties: this.#beans.group(element) };
  }
}

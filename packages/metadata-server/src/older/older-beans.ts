import type { Properties } from '@isthmus/model';
import { toEgeriaTime } from '@isthmus/platform';
import { frameworkDefaults } from '../groups/connection-reader.js';
import type { GroupBeans } from '../groups/registered-connectors.js';
import type { StoredElement, StoredRelated, StoredRelationship } from '../store/element-store.js';
import { type Json, someOrNone } from '../views/element-view.js';
import {
  type BeanMembers,
  catalogTargetMembers,
  connectionMembers,
  connectorMembers,
  connectorTypeMembers,
  embeddedMembers,
  endpointMembers,
  groupMembers,
  registrationMembers,
} from './bean-members.js';
import type { OlderViews } from './older-views.js';

const partMembers: Readonly<Record<string, BeanMembers>> = {
  ConnectorType: connectorTypeMembers,
  Endpoint: endpointMembers,
};

/** Groups, connectors, registrations and connections in the JSON of Egeria 4.3's Governance Engine OMAS. */
export class OlderBeans implements GroupBeans {
  readonly #views: OlderViews;

  constructor(views: OlderViews) {
    this.#views = views;
  }

  header(element: StoredElement): Json {
    return {
      class: 'ElementHeader',
      ...this.#views.header(element.status, element.typeName, element.origin, element.versions),
      guid: element.guid,
      classifications: this.#classifications(element),
    };
  }

  group(element: StoredElement): Json {
    return { class: 'IntegrationGroupProperties', ...beanOf(groupMembers, element.properties) };
  }

  connector(element: StoredElement, connection: Json | undefined): Json {
    return {
      class: 'IntegrationConnectorProperties',
      usesBlockingCalls: false,
      ...beanOf(connectorMembers, element.properties),
      connection,
    };
  }

  registration({ properties }: StoredRelationship): Json {
    return {
      refreshTimeInterval: 0,
      permittedSynchronization: 'BOTH_DIRECTIONS',
      generateIntegrationReports: false,
      ...beanOf(registrationMembers, properties),
    };
  }

  /** Unlike in later releases the parts of a connection carry a header of their own, without a status. */
  connectionPart(className: string, element: StoredElement): Json {
    const { status: _, ...header } = this.#views.header(
      element.status,
      element.typeName,
      element.origin,
      element.versions,
    );
    const defaults = className === 'ConnectorType' ? frameworkDefaults : {};
    const members = partMembers[className] ?? connectionMembers;
    return {
      class: className,
      ...header,
      guid: element.guid,
      classifications: this.#classifications(element),
      ...defaults,
      ...beanOf(members, element.properties),
    };
  }

  linkProperties({ properties }: StoredRelationship): Json {
    return beanOf(embeddedMembers, properties);
  }

  /** The element that a connector works on, with the name that the connector knows it by. */
  catalogTarget({ relationship, element }: StoredRelated): Json {
    return {
      ...this.header(element),
      class: 'CatalogTarget',
      uniqueName: element.properties.qualifiedName,
      catalogTargetName: relationship.properties.catalogTargetName,
    };
  }

  /** The same in 5.3's form: the link with what it says, and the element apart. */
  linkedTarget({ relationship, element }: StoredRelated): Json {
    const { versions } = this.#views.header(
      'ACTIVE',
      relationship.typeName,
      relationship.origin,
      relationship.versions,
    );
    return {
      relationshipGUID: relationship.guid,
      relationshipVersions: versions,
      ...beanOf(catalogTargetMembers, relationship.properties),
      catalogTargetElement: {
        ...this.header(element),
        class: 'ElementStub',
        uniqueName: element.properties.qualifiedName,
      },
    };
  }

  #classifications(element: StoredElement): unknown {
    const views = element.classifications.map(({ classificationName, origin, versions, properties }) => ({
      class: 'ElementClassification',
      ...this.#views.header('ACTIVE', classificationName, origin, versions),
      classificationOrigin: 'ASSIGNED',
      classificationName,
      classificationProperties: someMembers(this.#views.properties(classificationName, properties)),
    }));
    return someOrNone(views);
  }
}

export function beanOf(members: BeanMembers, properties: Properties): Json {
  const bean: Record<string, unknown> = {};
  for (const { member, property, kind } of members) {
    const value = properties[property];
    if (value === undefined || bean[member] !== undefined) continue;
    bean[member] = kind === 'date' && typeof value === 'number' ? toEgeriaTime(value) : value;
  }
  return bean;
}

function someMembers(properties: Properties): Properties | undefined {
  return Object.keys(properties).length === 0 ? undefined : properties;
}

import { randomUUID } from 'node:crypto';
import { isRecord } from '../documents/document-check.js';
import type { ServerDocument } from '../server-kind.js';
import type { Bean } from './request-beans.js';

export function servicesOf({ repositoryServicesConfig: services }: ServerDocument): Bean {
  return isRecord(services) ? services : {};
}

/** A document that was sent as a whole may have no id of its server. */
export function withServerId(document: ServerDocument): ServerDocument {
  return typeof document.localServerId === 'string' ? document : { ...document, localServerId: randomUUID() };
}

export function withServices(document: ServerDocument, members: Bean): ServerDocument {
  return { ...document, repositoryServicesConfig: { ...servicesOf(document), ...members } };
}

/** The document without a member, or its repository services without one. */
export function without(record: Bean, member: string): Bean {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== member));
}

import { register } from './registration-rest.mjs';
import { property, storeRest } from './store-rest.mjs';

/** What `egeria4Rest` does, on a server of release 6.1 with a token that is fetched by log-in. */
export async function egeria6Rest(url, { userId, password }) {
  const answer = await fetch(`${url}/api/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ userId, password }),
  });
  if (!answer.ok) throw new Error(`log-in: HTTP ${answer.status}`);
  const rest = storeRest(url, { token: await answer.text(), user: userId });
  const registrations = new Map();
  return {
    makeGroup: (qualifiedName) => rest.create('IntegrationGroup', { qualifiedName }),
    async register(group, name, folder) {
      const { connector, registration } = await register(rest, group, name, folder);
      registrations.set(connector, registration);
      return connector;
    },
    rename: (_group, connector, name) => rest.updateRelationship(registrations.get(connector), { connectorName: name }),
    deregister: (_group, connector) => rest.unrelate(registrations.get(connector)),
    files: async () =>
      (await rest.all('DataFile')).map((element) => ({
        guid: element.elementGUID,
        typeName: element.type.typeName,
        name: property(element, 'displayName'),
        path: property(element, 'pathName'),
      })),
    async foldersOf(guid) {
      const { relatedElementList } = await rest.post(`/related-elements/${guid}/type/NestedFile?startingAtEnd=2`, {});
      return (relatedElementList?.elementList ?? []).map(({ element }) => element.elementGUID);
    },
    keep: (connector, registration) => registrations.set(connector, registration),
    registrationOf: (connector) => registrations.get(connector),
  };
}

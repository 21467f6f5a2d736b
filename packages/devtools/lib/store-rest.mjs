// The store's REST as any client of Egeria 6.1 would use it: plain fetch, no code of ours in between.
export function storeRest(url, { server = 'metadata-store', user = 'prover', token } = {}) {
  const base = `${url}/servers/${server}/open-metadata/access-services/open-metadata-store/users/${user}`;
  const headers = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };

  async function call(method, path, body) {
    const response = await fetch(path.startsWith('http') ? path : base + path, {
      method,
      headers: body === undefined && method === 'GET' ? { ...headers, 'content-type': undefined } : headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (answer.relatedHTTPCode !== 200)
      throw Object.assign(new Error(`${method} ${path}: ${answer.exceptionErrorMessage ?? response.status}`), {
        answer,
      });
    return answer;
  }
  const post = (path, body) => call('POST', path, body);

  /** All pages of a type, oldest first. `more`: further members of the request, e.g. `forLineage`. */
  async function all(typeName, pageSize = 500, more = {}) {
    const elements = [];
    for (let startFrom = 0; ; startFrom += pageSize) {
      const { elements: page = [] } = await post('/metadata-elements/by-search-conditions', {
        class: 'FindRequestBody',
        metadataElementTypeName: typeName,
        startFrom,
        pageSize,
        sequencingOrder: 'CREATION_DATE_OLDEST',
        ...more,
      });
      elements.push(...page);
      if (page.length === 0) return elements;
    }
  }

  async function allRelationships(relationshipTypeName, pageSize = 500, more = {}) {
    const found = [];
    for (let startFrom = 0; ; startFrom += pageSize) {
      const answer = await post('/relationships/by-search-conditions', {
        class: 'FindRelationshipRequestBody',
        relationshipTypeName,
        startFrom,
        pageSize,
        sequencingOrder: 'CREATION_DATE_OLDEST',
        ...more,
      });
      const page = answer.relationshipList?.relationships ?? [];
      found.push(...page);
      if (page.length === 0) return found;
    }
  }

  async function byName(typeName, qualifiedName) {
    const { elements = [] } = await post('/metadata-elements/by-search-conditions', {
      class: 'FindRequestBody',
      metadataElementTypeName: typeName,
      searchProperties: {
        matchCriteria: 'ALL',
        conditions: [{ property: 'qualifiedName', operator: 'EQ', value: string(qualifiedName) }],
      },
      pageSize: 2,
    });
    if (elements.length > 1) throw new Error(`two elements are named ${qualifiedName}`);
    return elements[0];
  }

  const create = async (typeName, properties, more = {}) =>
    (
      await post('/metadata-elements', {
        class: 'NewOpenMetadataElementRequestBody',
        typeName,
        isOwnAnchor: true,
        properties: wrapped(properties),
        ...more,
      })
    ).guid;
  const relate = async (typeName, end1, end2, properties = {}) =>
    (
      await post('/related-elements', {
        class: 'NewRelatedElementsRequestBody',
        typeName,
        metadataElement1GUID: end1,
        metadataElement2GUID: end2,
        properties: wrapped(properties),
      })
    ).guid;
  const update = (guid, properties, mergeUpdate = true) =>
    post(`/metadata-elements/${guid}/update-properties`, {
      class: 'UpdatePropertiesRequestBody',
      mergeUpdate,
      properties: wrapped(properties),
    });
  const updateRelationship = (guid, properties, mergeUpdate = true) =>
    post(`/related-elements/${guid}/update-properties`, {
      class: 'UpdatePropertiesRequestBody',
      mergeUpdate,
      properties: wrapped(properties),
    });
  const unrelate = (guid) => post(`/related-elements/${guid}/delete`, { class: 'OpenMetadataDeleteRequestBody' });
  const remove = (guid, deleteMethod = 'SOFT_DELETE') =>
    post(`/metadata-elements/${guid}/delete`, { class: 'OpenMetadataDeleteRequestBody', deleteMethod });
  return {
    base,
    call,
    post,
    all,
    allRelationships,
    byName,
    create,
    relate,
    update,
    updateRelationship,
    unrelate,
    remove,
  };
}

export const string = (value) => ({
  class: 'PrimitiveTypePropertyValue',
  typeName: 'string',
  primitiveTypeCategory: 'OM_PRIMITIVE_TYPE_STRING',
  primitiveValue: value,
});
const primitive = (typeName, value) => ({
  class: 'PrimitiveTypePropertyValue',
  typeName,
  primitiveTypeCategory: `OM_PRIMITIVE_TYPE_${typeName.toUpperCase()}`,
  primitiveValue: value,
});
export const long = (value) => primitive('long', value);
export const date = (value) => primitive('date', value);
export const boolean = (value) => primitive('boolean', value);
export const enumeration = (typeName, symbolicName) => ({ class: 'EnumTypePropertyValue', typeName, symbolicName });
export const map = (typeName, values) => ({ class: 'MapTypePropertyValue', typeName, mapValues: wrapped(values) });

/** Plain strings become string properties; what has a class already stays. */
export function wrapped(properties) {
  return {
    class: 'NewElementProperties',
    propertyValueMap: Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, typeof value === 'object' ? value : string(value)]),
    ),
  };
}

/** The plain value of a property of an element. */
export function property(element, name) {
  const value = element.elementProperties?.propertyValueMap?.[name];
  if (value?.class === 'MapTypePropertyValue')
    return Object.fromEntries(
      Object.entries(value.mapValues?.propertyValueMap ?? {}).map(([key, inner]) => [key, inner.primitiveValue]),
    );
  return value?.primitiveValue ?? value?.symbolicName;
}

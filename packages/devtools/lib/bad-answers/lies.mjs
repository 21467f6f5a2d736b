// Answers that are well-formed and wrong. Each takes the real body and gives another one.
// Left out is what nobody could tell from the truth: an optional member that is gone, another valid value at the same
// version. `saysNothing` marks lies that tell, in the words of a healthy server, that something is not there.

const wrongValues = [null, 7, '', 'wrong', [], {}, true, [null], -1, 1e300];

/** Members without which no healthy server tells of a registered connector that runs. */
const needed = [
  'elementHeader',
  'elementHeader.guid',
  'elementHeader.versions',
  'elementHeader.versions.version',
  'properties',
  'properties.qualifiedName',
  'registrationProperties',
];
/** Without these it is told of, but does not run. */
const neededToRun = [
  'connectorId',
  'properties.connection',
  'properties.connection.connectorType',
  'properties.connection.connectorType.connectorProviderClassName',
];
/** Paths and what they must not hold; what is left is never a value that a healthy server might send. */
const typed = {
  elementHeader: ['wrong', 7, []],
  'elementHeader.guid': [7, {}, [], true],
  'elementHeader.versions': ['wrong', 7, []],
  'elementHeader.versions.version': ['wrong', {}, []],
  properties: ['wrong', 7, []],
  'properties.qualifiedName': [7, {}, [], true],
  'properties.usesBlockingCalls': ['wrong', 7, {}],
  'properties.connection': ['wrong', 7, []],
  'properties.connection.connectorType': ['wrong', 7, []],
  'properties.connection.connectorType.connectorProviderClassName': [7, {}, []],
  'properties.connection.configurationProperties': ['wrong', 7, []],
  'properties.connection.endpoint': ['wrong', 7, []],
  connectorId: [7, {}, []],
  registrationProperties: ['wrong', 7, []],
  'registrationProperties.connectorName': [7, {}, []],
  'registrationProperties.refreshTimeInterval': ['often', {}, []],
  'registrationProperties.permittedSynchronization': [7, {}, []],
  'registrationProperties.generateConnectorActivityReports': ['wrong', 7, {}],
  'registrationProperties.startDate': ['some day', {}, []],
};

const pageLies = {
  'empty list': { saysNothing: true, lie: (body) => ({ ...body, elements: [] }) },
  'no list': { saysNothing: true, lie: ({ elements: _, ...rest }) => rest },
  'element left out': {
    saysNothing: true,
    lie: ({ elements = [], ...rest }, { random }) => {
      const without = Math.floor(random() * elements.length);
      return { ...rest, elements: elements.filter((_, index) => index !== without) };
    },
  },
  'shifted page': {
    saysNothing: true,
    lie: (_, { query, random, again }) => {
      const start = Number(query.get('startingFrom'));
      return again({ startingFrom: random() < 0.5 ? start + 1 : Math.max(0, start - 1) });
    },
  },
  'reordered pages': {
    saysNothing: true,
    lie: async (body, { query, random, again }) => {
      const { elements = [] } = await again({ startingFrom: 0, maximumResults: 1000 });
      const mixed = elements.map((element) => ({ element, at: random() })).sort((a, b) => a.at - b.at);
      const start = Number(query.get('startingFrom'));
      const end = start + Number(query.get('maximumResults'));
      return { ...body, elements: mixed.slice(start, end).map(({ element }) => element) };
    },
  },
  'order within the page': {
    lie: ({ elements = [], ...rest }) => ({ ...rest, elements: [...elements].reverse() }),
  },
  'repeated page': { lie: (_, { again }) => again({ startingFrom: 0 }) },
  'overlong page': { lie: (_, { again }) => again({ startingFrom: 0, maximumResults: 1000 }) },
  'element told twice': {
    lie: ({ elements = [], ...rest }) => ({ ...rest, elements: [...elements, ...elements.slice(0, 1)] }),
  },
  'older element': { lie: (body, context) => changed(body, context, older) },
  'needed member is missing': { lie: (body, context) => changed(body, context, without(needed)) },
  'connection or registration is missing': {
    saysNothing: true,
    losesConnection: true,
    lie: (body, context) => changed(body, context, without(neededToRun)),
  },
  'member of a wrong type': { lie: (body, context) => changed(body, context, mistyped) },
  'no element in the list': {
    lie: ({ elements = [], ...rest }, { random }) => ({
      ...rest,
      elements: [
        ...elements.slice(1),
        pick(
          wrongValues.filter((value) => !isPlainObject(value)),
          random,
        ),
      ],
    }),
  },
  'list of a wrong type': { lie: (body, { random }) => ({ ...body, elements: pick(['wrong', 7, {}], random) }) },
};

const headLies = {
  'no such group': { saysNothing: true, lie: ({ element: _, ...rest }) => rest },
  'older group': { lie: (body) => ({ ...body, element: older(body.element) }) },
  'needed member is missing': {
    lie: (body, { random }) => ({
      ...body,
      element: lacking(
        body.element,
        pick(
          ['elementHeader', 'elementHeader.guid', 'elementHeader.versions', 'elementHeader.origin', 'properties'],
          random,
        ),
      ),
    }),
  },
  'another group': {
    lie: (body) => ({
      ...body,
      element: set(body.element, 'properties.qualifiedName', 'IntegrationGroup::Somebody-else'),
    }),
  },
  'element of a wrong type': { lie: (body, { random }) => ({ ...body, element: pick(['wrong', 7, []], random) }) },
};

/** Our server's list of who is registered at which version: `[connector, version]` each. */
const memberLies = {
  'empty list': { saysNothing: true, lie: (body) => ({ ...body, total: 0, members: [] }) },
  'no list': { lie: ({ members: _, ...rest }) => rest },
  'member left out': {
    saysNothing: true,
    lie: ({ members, total, ...rest }, { random }) => {
      const without = Math.floor(random() * members.length);
      return { ...rest, total: Math.max(0, total - 1), members: members.filter((_, index) => index !== without) };
    },
  },
  'fewer than told': { lie: (body) => ({ ...body, members: body.members.slice(1) }) },
  'more than told': { lie: (body) => ({ ...body, total: Math.max(0, body.total - 1) }) },
  'total of a wrong type': { lie: (body, { random }) => ({ ...body, total: pick(['wrong', null, -1, 1e12], random) }) },
  'member told twice': {
    lie: (body) => ({ ...body, total: body.total + 1, members: [...body.members, ...body.members.slice(0, 1)] }),
  },
  'somebody else': { lie: (body) => ({ ...body, total: body.total + 1, members: [...body.members, ['nobody', '1']] }) },
  'other versions': { lie: (body) => ({ ...body, members: body.members.map(([guid]) => [guid, 'as it was']) }) },
  'order of the list': { lie: (body) => ({ ...body, members: [...body.members].reverse() }) },
  'list of a wrong type': {
    lie: (body, { random }) => ({ ...body, members: pick(['wrong', 7, {}, [null], ['wrong'], [[7, 7]]], random) }),
  },
};

/** Our server's registrations by connector. What is told under the right version is believed, so it is never an older one. */
const connectorsLies = Object.fromEntries(
  [
    'empty list',
    'no list',
    'element left out',
    'order within the page',
    'element told twice',
    'needed member is missing',
    'member of a wrong type',
    'no element in the list',
    'list of a wrong type',
  ].map((name) => [name, pageLies[name]]),
);

const one = 'registeredIntegrationConnector';
const pointLies = {
  'not registered': { saysNothing: true, lie: ({ [one]: _, ...rest }) => rest },
  'connector not known': {
    saysNothing: true,
    lie: () => ({
      class: 'RegisteredIntegrationConnectorResponse',
      relatedHTTPCode: 404,
      exceptionClassName: 'org.odpi.openmetadata.frameworks.openmetadata.ffdc.InvalidParameterException',
      exceptionErrorMessageId: 'OMAG-REPOSITORY-HANDLER-404-007',
    }),
  },
  'older element': { lie: (body) => (body[one] ? { ...body, [one]: older(body[one]) } : body) },
  'another connector': {
    lie: (body) => (body[one] ? { ...body, [one]: set(body[one], 'elementHeader.guid', 'somebody-else') } : body),
  },
  'needed member is missing': { lie: (body, { random }) => onOne(body, (it) => without(needed)(it, random)) },
  'connection is missing': {
    saysNothing: true,
    losesConnection: true,
    lie: (body, { random }) => onOne(body, (it) => without(neededToRun.slice(1))(it, random)),
  },
  'member of a wrong type': { lie: (body, { random }) => onOne(body, (it) => mistyped(it, random)) },
};

const registrationLies = {
  'registered nowhere': { saysNothing: true, lie: ({ guids: _, ...rest }) => rest },
  'list of a wrong type': { lie: (body, { random }) => ({ ...body, guids: pick(['wrong', 7, {}, [7]], random) }) },
};

/** The connector itself: asked when its registration is told to be gone. */
const elementLies = {
  'no element': { lie: ({ element: _, ...rest }) => rest },
  'another element': {
    lie: (body) => (body.element ? { ...body, element: set(body.element, 'elementGUID', 'somebody-else') } : body),
  },
  'element of a wrong type': { lie: (body, { random }) => ({ ...body, element: pick(['wrong', 7, []], random) }) },
};

const feedLies = {
  'events of a wrong shape': {
    lie: (body, { random }) => ({
      ...body,
      events: pick([[{}], [null], ['wrong'], 'wrong', [{ sequence: 1 }]], random),
    }),
  },
  'place of a wrong type': {
    lie: (body, { random }) => ({ ...body, next: pick(['wrong', null, {}, undefined], random) }),
  },
  'place goes back': { lie: (body) => ({ ...body, next: 0 }) },
  'place far ahead': { lie: (body) => ({ ...body, next: 1e12 }) },
  'place below zero': { lie: (body) => ({ ...body, next: -5 }) },
  'too old': {
    lie: () => ({
      class: 'FFDCResponseBase',
      relatedHTTPCode: 410,
      exceptionErrorMessage: 'older than what is kept',
      isthmusCode: 'CHANGES_TOO_OLD',
    }),
  },
};

const identityLies = {
  'no identity': { lie: ({ identity: _1, elements: _2, ...rest }) => rest },
  'identity of a wrong type': {
    lie: (body, { random }) =>
      body.identity
        ? { ...body, identity: pick(['wrong', 7, {}, { metadataCollectionId: 7 }], random) }
        : { ...body, elements: pick(['wrong', 7, [{}]], random) },
  },
  'another store': {
    lie: (body) =>
      body.identity
        ? { ...body, identity: { ...body.identity, incarnation: 'other', metadataCollectionId: 'other' } }
        : body,
  },
  'sequence went back': {
    lie: (body) => (body.identity ? { ...body, identity: { ...body.identity, changeSequence: 1 } } : body),
  },
};

const capabilityLies = {
  'no capabilities': { lie: ({ capabilities: _, ...rest }) => rest },
  'capabilities of a wrong type': {
    lie: (body, { random }) => ({ ...body, capabilities: pick(['wrong', 7, {}, { changeFeed: 'yes' }], random) }),
  },
};

const directoryLies = {
  'no groups': { lie: (body) => ({ ...body, elements: [] }) },
  'no list': { lie: ({ elements: _, ...rest }) => rest },
  'list of a wrong type': {
    lie: (body, { random }) => ({ ...body, elements: pick(['wrong', 7, {}, [{}], [null]], random) }),
  },
};

/** What a broken gateway says to everything. */
export const withoutContent = {
  name: 'without content',
  saysNothing: true,
  lie: ({ class: marker }, { random }) => {
    const empty = { relatedHTTPCode: 200, ...(random() < 0.5 && { class: marker }) };
    return random() < 0.3 ? { ...empty, elements: [] } : empty;
  },
};

/** By kind of request. */
export const lies = {
  head: headLies,
  page: pageLies,
  members: memberLies,
  connectors: connectorsLies,
  point: pointLies,
  registrations: registrationLies,
  element: elementLies,
  feed: feedLies,
  identity: identityLies,
  capabilities: capabilityLies,
  directory: directoryLies,
};

/** Changes one element of a page. */
function changed(body, { random }, change) {
  const { elements = [] } = body;
  if (elements.length === 0) return body;
  const at = Math.floor(random() * elements.length);
  return { ...body, elements: elements.map((element, index) => (index === at ? change(element, random) : element)) };
}

function onOne(body, change) {
  return body[one] ? { ...body, [one]: change(body[one]) } : body;
}

/** As it was one version ago: what it says differs too. */
function older(element) {
  const version = element?.elementHeader?.versions?.version;
  if (version === undefined) return element;
  const back = set(element, 'elementHeader.versions.version', version - 1);
  const named = set(back, 'properties.displayName', 'as it was');
  return named.registrationProperties === undefined
    ? named
    : set(
        set(named, 'registrationProperties.connectorName', 'as it was'),
        'registrationProperties.refreshTimeInterval',
        77,
      );
}

function without(paths) {
  return (element, random) => lacking(element, pick(paths, random));
}

function mistyped(element, random) {
  const path = pick(Object.keys(typed), random);
  return set(element, path, pick(typed[path], random));
}

function lacking(element, path) {
  const [first, ...rest] = path.split('.');
  if (!isPlainObject(element)) return element;
  const { [first]: inner, ...others } = element;
  return rest.length === 0 ? others : { ...others, [first]: lacking(inner, rest.join('.')) };
}

function set(element, path, value) {
  const [first, ...rest] = path.split('.');
  if (!isPlainObject(element)) return element;
  return { ...element, [first]: rest.length === 0 ? value : set(element[first], rest.join('.'), value) };
}

function isPlainObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function pick(values, random) {
  return values[Math.floor(random() * values.length)];
}

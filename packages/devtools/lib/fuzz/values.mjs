// What no client should send: values, bodies made from a schema and then spoiled, and texts that are no JSON.

export const oddTexts = [
  '',
  ' ',
  '\u0000',
  '\u0000\u0001\u001f',
  '../../../etc/passwd',
  '..%2f..',
  '%',
  '%zz',
  '%00',
  '\ud800',
  '\udfff\ud800',
  '\u202e\u0000x',
  '🦜'.repeat(50),
  "' OR 1=1 --",
  '"; DROP TABLE element; --',
  '${env:HOME}',
  '${jndi:ldap://x/a}',
  '<script>alert(1)</script>',
  '{{7*7}}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  '-1',
  '1e309',
  '0x7fffffff',
  '9223372036854775808',
  '2026-02-30T25:61:61Z',
  '+275760-09-13T00:00:00.001Z',
  'a'.repeat(300),
  'b'.repeat(9000),
  '(a+)+$',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '*',
  '.*',
  '[',
  '\\',
  "'",
  '"',
  '%',
  '_',
  'C:\\',
  'file:///etc/passwd',
  'http://127.0.0.1:1/',
  'İ',
  'ß',
  'ﬀ',
  '\ufeff',
  '\r\nX-Evil: 1',
];

export const oddValues = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  0.1,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e308,
  [],
  {},
  [[]],
  [null],
  [{}],
  { class: null },
  { class: 7 },
  { class: 'NoSuchClass' },
  { constructor: { prototype: 1 } },
  ['a', 1, null, {}, []],
  ...oddTexts,
];

/** Names that Egeria's bodies have: at random they reach deep into the readers. */
const names = [
  'class',
  'name',
  'guid',
  'properties',
  'propertyValueMap',
  'propertiesAsStrings',
  'propertyValue',
  'primitiveTypeCategory',
  'primitiveValue',
  'typeName',
  'metadataElementTypeName',
  'metadataElementSubtypeNames',
  'searchString',
  'searchProperties',
  'conditions',
  'operator',
  'matchCriteria',
  'limitResultsByStatus',
  'matchClassifications',
  'asOfTime',
  'effectiveTime',
  'effectiveFrom',
  'effectiveTo',
  'sequencingOrder',
  'sequencingProperty',
  'startFrom',
  'pageSize',
  'anchorGUID',
  'anchorScopeGUID',
  'isOwnAnchor',
  'parentGUID',
  'parentAtEnd1',
  'parentRelationshipTypeName',
  'parentRelationshipProperties',
  'initialStatus',
  'initialClassifications',
  'externalSourceGUID',
  'externalSourceName',
  'forLineage',
  'forDuplicateProcessing',
  'newStatus',
  'relationshipTypeName',
  'metadataElement1GUID',
  'metadataElement2GUID',
  'templateGUID',
  'replacementProperties',
  'placeholderPropertyValues',
  'deleteMethod',
  'archiveDate',
  'archiveProperties',
  'requestId',
  'operations',
  'batchId',
  'slot',
  'omagserverPlatformRootURL',
  'omagserverName',
  'integrationGroupQualifiedName',
  'secretsStoreProvider',
  'connection',
  'connectorType',
  'connectorProviderClassName',
  'endpoint',
  'address',
  'configurationProperties',
  'securedProperties',
  'connectorName',
  'connectorId',
  'qualifiedName',
  'displayName',
  'description',
  'additionalProperties',
  'typePropertiesName',
  'localServerName',
  'localServerType',
  'organizationName',
  'maxPageSize',
  'eventBusConfig',
  'repositoryServicesConfig',
  'auditLogConnections',
  'integrationGroupsConfig',
  'serverName',
  'networkAddress',
  'mergeUpdate',
  'event',
  'userId',
  'password',
  'newPassword',
  'provider',
  'schedule',
  'configuration',
  'root',
  'state',
  'mode',
  'reason',
  'targets',
  'cursor',
  'limit',
];

const classes = [
  'IntegrationGroupConfig',
  'OMAGServerConfig',
  'NewOpenMetadataElementRequestBody',
  'NewElementRequestBody',
  'FindRequestBody',
  'SearchStringRequestBody',
  'NameRequestBody',
  'OpenMetadataDeleteRequestBody',
  'UpdatePropertiesRequestBody',
  'ElementProperties',
  'PrimitiveTypePropertyValue',
  'ArrayTypePropertyValue',
  'MapTypePropertyValue',
  'EnumTypePropertyValue',
  'StructTypePropertyValue',
  'SearchProperties',
  'SearchClassifications',
  'PropertyCondition',
  'Connection',
  'ConnectorType',
  'Endpoint',
  'VirtualConnection',
  'TemplateRequestBody',
  'NewRelatedElementsRequestBody',
  'ServerTypeClassificationSummary',
  'StringRequestBody',
  'URLRequestBody',
];

export function makeValues(random) {
  const pick = (list) => list[Math.floor(random() * list.length)];
  const chance = (share) => random() < share;
  const odd = () => pick(oddValues);

  /** Something of the shape of Egeria's bodies. */
  function shaped(depth) {
    if (depth === 0 || chance(0.25))
      return chance(0.6) ? odd() : pick(['mds', 'idaemon', 'DataFile', 'Referenceable', 'qualifiedName', 'a', 5]);
    if (chance(0.15)) return Array.from({ length: Math.floor(random() * 4) }, () => shaped(depth - 1));
    const object = chance(0.7) ? { class: pick(classes) } : {};
    for (let count = Math.floor(random() * 6); count > 0; count -= 1) object[pick(names)] = shaped(depth - 1);
    return object;
  }

  /** A value that fits the JSON schema, spoiled in places. */
  function ofSchema(schema, spoil, depth = 5) {
    if (chance(spoil)) return chance(0.7) ? odd() : undefined;
    if (typeof schema !== 'object' || schema === null || depth === 0) return odd();
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum)) return pick(schema.enum);
    const options = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(options)) return ofSchema(pick(options), spoil, depth - 1);
    if (schema.type === 'array')
      return Array.from({ length: Math.floor(random() * 3) }, () => ofSchema(schema.items, spoil, depth - 1));
    if (schema.type === 'integer' || schema.type === 'number') return Math.floor((schema.minimum ?? 0) + random() * 10);
    if (schema.type === 'boolean') return chance(0.5);
    if (schema.type === 'string')
      return pick(['a', 'landing-area', 'mds', 'files', '* * * * *', '2026-01-01T00:00:00.000Z']);
    const object = {};
    for (const [name, inner] of Object.entries(schema.properties ?? {}))
      if (chance(0.7)) object[name] = ofSchema(inner, spoil, depth - 1);
    if (chance(spoil)) object[pick(names)] = odd();
    return object;
  }

  /** Bytes that are no JSON, or JSON that is no body. */
  function brokenBody() {
    const good = JSON.stringify(shaped(3)) ?? '{}';
    return pick([
      () => Buffer.from(good.slice(0, Math.floor(random() * good.length))),
      () => Buffer.from(`${good}${good}`),
      () => Buffer.from(good, 'utf16le'),
      () => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(good, 'utf16le')]),
      () => Buffer.from(`\ufeff${good}`),
      () => Buffer.from([0x22, 0xc3, 0x28, 0xff, 0xc0, 0x80, 0x22]),
      () => Buffer.from(`{"a":"\\ud800","b":"\\u0000"}`),
      () => Buffer.from('{"a":1,"a":2,"class":"x","class":"y"}'),
      () => Buffer.from('{"a":1e400,"b":-1e400,"c":123456789012345678901234567890}'),
      () => Buffer.from("{'a':1,}"),
      () => Buffer.from('{"a":NaN,"b":undefined}'),
      () => Buffer.from('nul'),
      () => Buffer.from('<xml/>'),
      () => Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]),
    ])();
  }

  /** Large or deep: what a parser or a walk may stumble over. */
  function heavyBody() {
    const depth = pick([150, 250, 5_000, 100_000]);
    const count = pick([1_000, 20_000]);
    return pick([
      () => '['.repeat(depth) + ']'.repeat(depth),
      () => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      () =>
        `{"class":"FindRequestBody","searchProperties":${'{"conditions":[{"nestedConditions":'.repeat(depth)}null${'}]}'.repeat(depth)}}`,
      () => '['.repeat(depth),
      () => JSON.stringify({ name: 'x'.repeat(pick([100_000, 900_000, 1_200_000, 3_000_000])) }),
      () => JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${at}`, at]))),
      () => JSON.stringify(Array.from({ length: count }, () => ({ class: 'x' }))),
      () => `{"__proto__":{"a":1},"constructor":{"prototype":{"b":1}},"n":${'['.repeat(depth)}${']'.repeat(depth)}}`,
      () =>
        JSON.stringify({
          properties: {
            propertyValueMap: Object.fromEntries(
              Array.from({ length: count / 10 }, (_, at) => [
                `p${at}`,
                { class: 'PrimitiveTypePropertyValue', primitiveValue: at },
              ]),
            ),
          },
        }),
    ])();
  }

  return { pick, chance, odd, shaped, ofSchema, brokenBody, heavyBody };
}

// What may happen in a history, as fast-check makes it and as it is done to the metadata server, the clock and people.
import fc from 'fast-check';
import { behaviours } from './providers/recorder/index.mjs';

export const groupNames = ['Alpha', 'Beta', 'Gamma'];
const mostRegistrations = 14;
const minute = 60_000;

const pick = fc.nat({ max: 13 });
const group = fc.nat({ max: groupNames.length - 1 });
const amount = fc.integer({ min: 4, max: 9 });
const behaviour = fc.nat({ max: behaviours.length - 1 });
const variant = fc.nat({ max: 7 });
const changeKind = fc.constantFrom('cosmetic', 'rename', 'schedule', 'hot', 'cold', 'identity');

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add'), group, behaviour }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('fill'), group, amount, behaviour }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove'), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('removeMany'), group, amount }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty'), group }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('change'), pick, kind: changeKind, variant }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('readd'), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('flap'), pick, kind: changeKind, variant }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('duplicate'), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('move'), pick, group, first: fc.constantFrom('link', 'unlink', 'both') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('renameGroup'), group }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('recreateGroup'), group }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('deleteGroup'), group }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('setClock'),
      byMs: fc.constantFrom(-26 * 60 * minute, -90_000, -7_000, 40_000, 5 * minute, 26 * 60 * minute),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('fault'), fault: fc.constantFrom('away', 'nonsense', 'no-points') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('heal') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('feed'), isThere: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(1, 60, 400, 2_000, 31_000, 90_000, 150_000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('confirm'), group }) },
);

/** Steps, each with whether everything comes to rest after it, and how the server makes its ETags. */
export const histories = fc.record({
  etag: fc.constantFrom('content', 'number'),
  random: fc.nat({ max: 2 ** 31 - 1 }),
  steps: fc.array(fc.tuple(step, fc.boolean()), { minLength: 4, maxLength: 22, size: 'max' }),
});

/** Does one step to the metadata server. Answers what is left to be done to the rest of the scene. */
export function change(world, now, one) {
  const act = acts[one.do];
  if (act === undefined) return;
  act(world, one, now);
  world.changed();
}

const acts = {
  add: (world, { group: g, behaviour: b }) => add(world, g, b),
  fill(world, { group: g, amount: n, behaviour: b }) {
    for (let count = 0; count < n; count += 1) add(world, g, (b + (count % 3 === 0 ? 1 : 0)) % behaviours.length);
  },
  remove: (world, { pick: p }) => drop(world, registrationAt(world, p)),
  removeMany(world, { group: g, amount: n }) {
    for (const registration of ofGroup(world, g).slice(0, n)) drop(world, registration);
  },
  empty(world, { group: g }) {
    for (const registration of ofGroup(world, g)) drop(world, registration);
  },
  change: (world, { pick: p, kind, variant: v }, now) => update(world, registrationAt(world, p), kind, v, now),
  readd(world, { pick: p }) {
    const registration = registrationAt(world, p);
    if (registration === undefined) return;
    drop(world, registration);
    world.registrations.push({ ...registration, id: world.id('registration'), name: world.id('name') });
  },
  /** Changed and back before anybody looks. */
  flap(world, { pick: p, kind, variant: v }, now) {
    const registration = registrationAt(world, p);
    if (registration === undefined) return;
    const before = { ...registration };
    const connector = world.connectors.get(registration.connectorGuid);
    const kept = structuredClone(connector);
    update(world, registration, kind, v, now);
    const { version } = connector;
    Object.assign(registration, { from: undefined, to: undefined, user: undefined }, before);
    Object.assign(connector, kept, { version: version + 1 });
  },
  duplicate(world, { pick: p }) {
    const registration = registrationAt(world, p);
    if (registration === undefined || world.registrations.length >= mostRegistrations) return;
    world.registrations.push({ ...registration, id: world.id('registration'), name: world.id('name') });
  },
  move(world, { pick: p, group: g, first }) {
    const registration = registrationAt(world, p);
    if (registration === undefined) return;
    const { guid } = groupAt(world, g);
    if (first !== 'link') drop(world, registration);
    if (first !== 'unlink')
      world.registrations.push({
        ...registration,
        id: world.id('registration'),
        name: world.id('name'),
        groupGuid: guid,
      });
  },
  renameGroup(world, { group: g }) {
    const known = groupAt(world, g);
    world.groups.delete(known.qualifiedName);
    const renamed = { ...known, qualifiedName: world.id(groupNames[g]), version: known.version + 1 };
    world.groups.set(renamed.qualifiedName, renamed);
  },
  /** Another group under the same name, with the same connectors. */
  recreateGroup(world, { group: g }) {
    const known = groupAt(world, g);
    const made = { ...known, guid: world.id('group'), version: 1 };
    world.groups.set(known.qualifiedName, made);
    for (const registration of world.registrations)
      if (registration.groupGuid === known.guid)
        Object.assign(registration, { groupGuid: made.guid, id: world.id('registration'), name: world.id('name') });
  },
  deleteGroup(world, { group: g }) {
    const known = groupAt(world, g);
    world.groups.delete(known.qualifiedName);
    world.registrations = world.registrations.filter(({ groupGuid }) => groupGuid !== known.guid);
  },
};

function add(world, g, b) {
  if (world.registrations.length >= mostRegistrations) return;
  const guid = world.id('connector');
  world.connectors.set(guid, {
    qualifiedName: `IntegrationConnector::${guid}`,
    description: 'made',
    version: 1,
    connection: {
      providerName: 'recorder',
      networkAddress: '/a',
      configurationProperties: { size: 0, behaviour: behaviours[b] },
    },
  });
  world.registrations.push({
    id: world.id('registration'),
    groupGuid: groupAt(world, g).guid,
    connectorGuid: guid,
    name: world.id('name'),
    minutes: 1 + (b % 3),
  });
}

/** Of a group that was deleted or renamed a new one is made when it is needed. */
function groupAt(world, g) {
  const name = groupNames[g];
  const known = [...world.groups.values()].find(({ qualifiedName }) => qualifiedName.startsWith(name));
  if (known !== undefined) return known;
  const made = { guid: world.id('group'), qualifiedName: name, version: 1 };
  world.groups.set(name, made);
  return made;
}

function ofGroup(world, g) {
  const { guid } = groupAt(world, g);
  return world.registrations.filter(({ groupGuid }) => groupGuid === guid);
}

function registrationAt(world, p) {
  return world.registrations.length === 0 ? undefined : world.registrations[p % world.registrations.length];
}

function drop(world, registration) {
  world.registrations = world.registrations.filter((other) => other !== registration);
}

const schedules = [
  { minutes: 1 },
  { minutes: 5 },
  { minutes: 0 },
  { cron: '*/2 * * * *', zone: 'UTC' },
  { cron: '*/3 * * * *', zone: 'Asia/Kolkata' },
  { cron: 'never ever' },
  { fromMs: 90_000 },
  { toMs: 150_000 },
];

function update(world, registration, kind, v, now) {
  if (registration === undefined) return;
  const connector = world.connectors.get(registration.connectorGuid);
  if (kind === 'rename') registration.name = world.id('name');
  else if (kind === 'cosmetic') connector.description = world.id('text');
  else if (kind === 'schedule') reschedule(world, registration, connector, schedules[v], now);
  else if (kind === 'identity') {
    const was = connector.connection;
    const providerName = ['recorder', 'twin', 'twin', 'missing'][v % 4];
    connector.connection = v === 7 ? undefined : { ...(was ?? connector.lastConnection), providerName };
    connector.lastConnection = was ?? connector.lastConnection;
  } else if (connector.connection === undefined) return;
  else if (kind === 'hot') {
    const { configurationProperties } = connector.connection;
    connector.connection = {
      ...connector.connection,
      configurationProperties: { ...configurationProperties, size: (v % 4) - 1 },
    };
  } else if (v % 2 === 0) registration.user = registration.user === undefined ? 'other' : undefined;
  else {
    const networkAddress = connector.connection.networkAddress === '/a' ? '/b' : '/a';
    connector.connection = { ...connector.connection, networkAddress };
  }
  connector.version += 1;
}

/** Cron and a stop date never come together: whether a due time lies before it depends on when that is asked. */
function reschedule(world, registration, connector, { minutes, cron, zone, fromMs, toMs }, now) {
  if (toMs !== undefined && connector.connection === undefined) return;
  if (cron !== undefined)
    for (const other of world.registrations)
      if (other.connectorGuid === registration.connectorGuid) other.to = undefined;
  registration.from = fromMs === undefined ? undefined : now + fromMs;
  registration.to = toMs === undefined ? undefined : now + toMs;
  if (minutes !== undefined) registration.minutes = minutes;
  if (connector.connection === undefined) return;
  const { 'isthmus.schedule': _, 'isthmus.timeZone': __, ...others } = connector.connection.configurationProperties;
  connector.connection = {
    ...connector.connection,
    configurationProperties: {
      ...others,
      ...(cron !== undefined && { 'isthmus.schedule': cron }),
      ...(zone !== undefined && { 'isthmus.timeZone': zone }),
    },
  };
}

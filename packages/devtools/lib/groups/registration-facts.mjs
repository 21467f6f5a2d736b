// What a registration says, read by rules of the proof's own: the product's reading is what is proved.

const minute = 60_000;

/** Strongest kind of what differs: `identity`, `cold`, `hot`, `schedule`, `cosmetic`, or undefined. */
export function diffClass(before, after) {
  const [one, other] = [before, after].map((registration) => ({
    identity: [registration.connectorId, registration.connection?.providerName],
    cold: [registration.connection?.networkAddress, registration.connectorUserId],
    hot: [registration.connection?.configurationProperties.size],
    schedule: [
      registration.refreshTimeInterval,
      registration.startDate,
      registration.connectorShutdownDate,
      registration.connection?.configurationProperties['isthmus.schedule'],
      registration.connection?.configurationProperties['isthmus.timeZone'],
    ],
    cosmetic: [registration.connectorName, registration.description, registration.version],
  }));
  return Object.keys(one).find((kind) => JSON.stringify(one[kind]) !== JSON.stringify(other[kind]));
}

/** Why no instance can be made of it; undefined: it can. */
export function faultOf({ connection, ...registration }) {
  if (connection === undefined) return { field: 'connection', code: 'REGISTRATION_WITHOUT_CONNECTION' };
  if (scheduleOf({ connection, ...registration }) === undefined) return { field: 'schedule', code: 'SCHEDULE_INVALID' };
  if (connection.providerName === 'missing') return { field: 'provider', code: 'PROVIDER_UNKNOWN' };
  if (isRefused({ connection })) return { field: 'size', code: 'CONNECTOR_CONFIGURATION_INVALID' };
  return undefined;
}

/** Whether the provider refuses its configuration. */
export function isRefused({ connection }) {
  return connection !== undefined && connection.configurationProperties.size < 0;
}

export function configurationOf({ connection }) {
  const { size, behaviour } = connection.configurationProperties;
  return { ...(connection.networkAddress !== undefined && { root: connection.networkAddress }), size, behaviour };
}

/** `{ everyMs }`, `{ stepMs }` for cron, `{}` for once; undefined: it cannot be read. */
export function scheduleOf({ connection, refreshTimeInterval }) {
  const cron = connection?.configurationProperties['isthmus.schedule'];
  if (cron !== undefined) {
    const step = /^\*\/(\d+) \* \* \* \*$/.exec(cron);
    return step === null ? undefined : { stepMs: Number(step[1]) * minute };
  }
  return refreshTimeInterval === 0 ? {} : { everyMs: refreshTimeInterval * minute };
}

export function windowAt({ startDate, connectorShutdownDate }, now) {
  if (connectorShutdownDate !== undefined && now >= connectorShutdownDate) return 'after';
  return startDate !== undefined && now < startDate ? 'before' : 'inside';
}

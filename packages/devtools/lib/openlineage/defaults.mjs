/** A configuration of the connector as a daemon completes it; listens at a port that is free. */
export const openLineageDefaults = {
  endpoint: true,
  host: '127.0.0.1',
  port: 0,
  maxBodyKilobytes: 1_024,
  maxMegabytes: 1_024,
  pollSeconds: 3_600,
  brokers: [],
  topic: 'openlineage.events',
  brokerTls: false,
  fromDaemon: true,
  publish: false,
  include: ['**'],
  exclude: [],
  runs: 10,
  unify: [],
};

/** What brokers and the registry say, freed from how they say it. */

export interface ClusterRow {
  readonly id: string;
  readonly brokers: readonly BrokerRow[];
  /** Those that the user may describe: Kafka leaves out all others without a word. */
  readonly topics: readonly TopicRow[];
}

export interface BrokerRow {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

export interface TopicRow {
  readonly name: string;
  /** Another one after a topic was deleted and made again. */
  readonly id: string;
  readonly isInternal: boolean;
  readonly partitionCount: number;
  readonly replicationFactor: number;
}

/** What a broker says of one topic when it is asked by name. */
export type TopicPresence = 'there' | 'gone' | 'hidden' | 'unknown';

export interface SettingRow {
  readonly name: string;
  readonly value: string;
  /** Set for this very topic, and not for all. */
  readonly isOwn: boolean;
}

/** Settings by topic; `undefined`: the user may not read them. */
export type SettingsByTopic = ReadonlyMap<string, readonly SettingRow[] | undefined>;

export interface GroupRow {
  readonly id: string;
  /** `consumer`, `connect`, ...; empty where its members have never said. */
  readonly protocolType: string;
  /** That it has committed offsets of, or reads now; sorted. */
  readonly topics: readonly string[];
}

export interface SubjectRow {
  readonly subject: string;
  /** Ascending. */
  readonly versions: readonly number[];
  readonly version: number;
  readonly id: number;
  readonly type: SchemaLanguage;
  readonly text: string;
  readonly references: readonly SchemaReference[];
  /** By which rule new versions are taken, e.g. `BACKWARD`. */
  readonly compatibility?: string;
}

export type SchemaLanguage = 'AVRO' | 'JSON' | 'PROTOBUF';

export interface SchemaReference {
  /** As the schema calls it. */
  readonly name: string;
  readonly subject: string;
  readonly version: number;
}

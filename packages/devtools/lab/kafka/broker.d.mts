/** Why there can be no broker on this machine; undefined when there can. */
export function whyNoBroker(): string | undefined;

export interface LabListener {
  readonly protocol: 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';
  readonly port: number;
  /** Port that clients are told. Default: `port`. */
  readonly advertised?: number;
}

export interface LabBroker {
  readonly bootstrapServer: string;
  readonly clusterId: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** As when the machine loses its power. */
  kill(): Promise<void>;
}

export function kafkaBroker(
  guard?: {
    readonly certificate: string;
    readonly key: string;
    readonly username: string;
    readonly password: string;
  },
  more?: {
    readonly listeners?: Readonly<Record<string, LabListener>>;
    readonly settings?: Readonly<Record<string, string | number | boolean>>;
    readonly scramUsers?: Readonly<Record<string, string>>;
  },
): Promise<LabBroker>;

/** A port on which nobody listens now. */
export function freePort(): Promise<number>;

/** What a schema says of events, whatever language it is written in. */
export interface EventFields {
  /** Name of the record, message or object; undefined: it has none. */
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly description?: string | undefined;
  /** Of events that are no record: `string`, `array<long>`. */
  readonly dataType?: string | undefined;
  readonly fields: readonly EventField[];
  /** Fields were left out, as there are more or they lie deeper than is told. */
  readonly isCut: boolean;
}

export interface EventField {
  readonly name: string;
  readonly description?: string | undefined;
  readonly dataType: string;
  readonly isNullable?: boolean | undefined;
  readonly defaultValue?: string | undefined;
  readonly length?: number | undefined;
  readonly minimumLength?: number | undefined;
  readonly precision?: number | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly additionalProperties?: Readonly<Record<string, string>> | undefined;
  readonly fields?: readonly EventField[] | undefined;
}

/** What can be said of a type apart from where it stands. */
export interface TypeFacts
  extends Pick<
    EventField,
    'dataType' | 'isNullable' | 'length' | 'minimumLength' | 'precision' | 'additionalProperties' | 'fields'
  > {}

/** A schema that cannot be understood; the message says why. */
export class SchemaUnreadable extends Error {
  override readonly name = 'SchemaUnreadable';
}

/** How much is told of one schema: types may contain each other many times over. */
export class FieldBudget {
  isUsedUp = false;
  #left: number;
  #depth = 0;
  #looks = 0;

  constructor(
    mostFields = 2_000,
    private readonly mostDepth = 24,
    private readonly mostLooks = 50_000,
  ) {
    this.#left = mostFields;
  }

  /** Whether there is room for one more field; false is remembered. */
  take(): boolean {
    if (this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    this.isUsedUp = true;
    return false;
  }

  /** What lies one level deeper; undefined where that is too deep, or too much was looked at before. */
  deeper<T>(describe: () => T): T | undefined {
    this.#looks += 1;
    if (this.#depth >= this.mostDepth || this.#looks > this.mostLooks) {
      this.isUsedUp = true;
      return undefined;
    }
    this.#depth += 1;
    try {
      return describe();
    } finally {
      this.#depth -= 1;
    }
  }
}

const longestText = 2_000;

/** A value of a schema as text: a default, a list of symbols. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

/** @throws SchemaUnreadable */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SchemaUnreadable(`it is no JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

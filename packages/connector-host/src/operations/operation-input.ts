import { mostInPage } from '@isthmus/connector-sdk';
import { IsthmusError } from '@isthmus/kernel';
import {
  type Conditions,
  type PageOptions,
  type Properties,
  type PropertyCondition,
  type PropertyValue,
  qualifiedNameFault,
  type ReadOptions,
} from '@isthmus/model';

type Ref = { readonly guid: string } | { readonly qualifiedName: string };
type Members = Readonly<Record<string, unknown>>;

const longestName = 32_768;
const longestText = 256 * 1024;
const mostConditions = 100;
const operators = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'IS_NULL',
  'NOT_NULL',
  'LIKE',
  'STARTS_WITH',
  'ENDS_WITH',
] as const;

/** The input of one operation, read field by field. Every fault names its field: PARAMETER_MISSING, PARAMETER_INVALID. */
export class OperationInput {
  readonly #read = new Set<string>();

  constructor(
    readonly operation: string,
    private readonly members: Members,
    /** Where this object stands in the input, e.g. `translation.`. */
    private readonly path = '',
  ) {}

  /** Call it when everything was read: a member that nobody has read is a mistake of the caller. */
  end(): void {
    const unknown = Object.keys(this.members).find((name) => this.members[name] !== undefined && !this.#read.has(name));
    if (unknown !== undefined) throw this.fault(unknown, `is none of: ${[...this.#read].sort().join(', ')}`);
  }

  text(name: string, longest = longestText): string {
    const text = this.optionalText(name, longest);
    if (text === undefined || text === '') throw this.#missing(name);
    return text;
  }

  optionalText(name: string, longest = longestText): string | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw this.fault(name, 'must be a text');
    if (value.length > longest) throw this.fault(name, `has more than ${longest} characters`);
    return value;
  }

  /** A text that is more than blanks. */
  name(name: string, longest = longestName): string {
    const text = this.text(name, longest);
    if (text.trim() === '') throw this.fault(name, 'is blank');
    return text;
  }

  /** What an element is to be called. */
  qualifiedName(): string {
    const name = this.text('qualifiedName', longestName);
    const fault = qualifiedNameFault(name);
    if (fault !== undefined) throw this.fault('qualifiedName', fault);
    return name;
  }

  flag(name: string): boolean | undefined {
    const value = this.#take(name);
    if (value === undefined || typeof value === 'boolean') return value;
    throw this.fault(name, 'must be true or false');
  }

  /** A whole number from `least` to `most`. */
  whole(name: string, least: number, most: number): number | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw this.fault(name, `must be a whole number from ${least} to ${most}`);
  }

  /** Epoch milliseconds. */
  time(name: string): number | undefined {
    return this.whole(name, -8.64e15, 8.64e15);
  }

  /** From when to when something counts. */
  effectivity(): { readonly effectiveFrom?: number; readonly effectiveTo?: number } {
    const effectivity = defined({ effectiveFrom: this.time('effectiveFrom'), effectiveTo: this.time('effectiveTo') });
    const { effectiveFrom, effectiveTo } = effectivity;
    if (effectiveFrom !== undefined && effectiveTo !== undefined && effectiveTo <= effectiveFrom)
      throw this.fault('effectiveTo', 'must lie after effectiveFrom');
    return effectivity;
  }

  choice<T extends string | number>(name: string, choices: readonly T[]): T | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw this.fault(name, `must be one of ${choices.join(', ')}`);
    return found;
  }

  texts(name: string): readonly string[] | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length > mostInPage)
      throw this.fault(name, `must be a list of at most ${mostInPage} texts`);
    return value.map((item: unknown, index) => {
      if (typeof item === 'string' && item !== '' && item.length <= longestName) return item;
      throw this.fault(`${name}[${index}]`, 'must be a text');
    });
  }

  /** Plain values; what their type wants of them is held against the types later. */
  properties(name: string): Properties | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (!isProperties(value)) throw this.fault(name, 'must be an object of property values');
    const { qualifiedName } = value;
    const fault = typeof qualifiedName === 'string' ? qualifiedNameFault(qualifiedName) : undefined;
    if (fault !== undefined) throw this.fault(`${name}.qualifiedName`, fault);
    return value;
  }

  textMap(name: string): Readonly<Record<string, string>> | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (!isTextMap(value)) throw this.fault(name, 'must be an object of texts');
    return value;
  }

  /** Name of a classification -> its properties. */
  classifications(name: string): Readonly<Record<string, Properties>> | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw this.fault(name, 'must be an object of classifications');
    const entries = Object.entries(value).map(([classification, properties]) => {
      if (!isProperties(properties))
        throw this.fault(`${name}.${classification}`, 'must be an object of property values');
      return [classification, properties] as const;
    });
    return Object.fromEntries(entries);
  }

  ref(name: string): Ref {
    const ref = this.optionalRef(name);
    if (ref === undefined) throw this.#missing(name);
    return ref;
  }

  optionalRef(name: string): Ref | undefined {
    const value = this.#take(name);
    return value === undefined ? undefined : this.#toRef(name, value);
  }

  refs(name: string): readonly Ref[] {
    const value = this.#take(name);
    if (value === undefined) return [];
    if (!Array.isArray(value) || value.length > mostInPage)
      throw this.fault(name, `must be a list of at most ${mostInPage} references`);
    return value.map((item: unknown, index) => this.#toRef(`${name}[${index}]`, item));
  }

  /** An object with members of its own. */
  object(name: string): OperationInput {
    const value = this.#take(name);
    if (value === undefined) throw this.#missing(name);
    if (!isRecord(value)) throw this.fault(name, 'must be an object');
    return new OperationInput(this.operation, value, `${this.path}${name}.`);
  }

  conditions(name: string): Conditions | undefined {
    const value = this.#take(name);
    if (value === undefined) return undefined;
    if (!isRecord(value)) throw this.fault(name, 'must be an object');
    const input = new OperationInput(this.operation, value, `${this.path}${name}.`);
    const matchCriteria = input.choice('matchCriteria', ['ALL', 'ANY', 'NONE']) ?? 'ALL';
    const list = value.conditions;
    if (!Array.isArray(list) || list.length === 0 || list.length > mostConditions)
      throw input.fault('conditions', `must be a list of 1 to ${mostConditions} conditions`);
    return {
      matchCriteria,
      conditions: list.map((item: unknown, index) => this.#condition(`${name}.conditions[${index}]`, item)),
    };
  }

  read(): ReadOptions {
    return defined({
      forLineage: this.flag('forLineage'),
      effectiveTime: this.time('effectiveTime'),
      asOfTime: this.time('asOfTime'),
    });
  }

  page(): Required<PageOptions> {
    return {
      startFrom: this.whole('startFrom', 0, Number.MAX_SAFE_INTEGER) ?? 0,
      pageSize: this.whole('pageSize', 1, mostInPage) ?? 100,
    };
  }

  fault(name: string, what: string): IsthmusError {
    const parameter = `${this.path}${name}`;
    return new IsthmusError('PARAMETER_INVALID', `${parameter} of ${this.operation} ${what}`, {
      details: { operation: this.operation, parameter },
      next: `correct ${parameter}`,
    });
  }

  #missing(name: string): IsthmusError {
    const parameter = `${this.path}${name}`;
    return new IsthmusError('PARAMETER_MISSING', `${this.operation} needs ${parameter}`, {
      details: { operation: this.operation, parameter },
      next: `give ${parameter}`,
    });
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.members[name] ?? undefined;
  }

  #toRef(name: string, value: unknown): Ref {
    if (isRecord(value)) {
      const { guid, qualifiedName } = value;
      // what an operation answered has both, and more
      if (isName(guid)) return { guid };
      if (isName(qualifiedName)) return { qualifiedName };
    }
    throw this.fault(name, 'must name an element by guid or qualifiedName');
  }

  #condition(name: string, value: unknown): PropertyCondition {
    if (!isRecord(value)) throw this.fault(name, 'must be an object');
    const input = new OperationInput(this.operation, value, `${this.path}${name}.`);
    const property = input.name('property');
    const operator = input.choice('operator', operators) ?? 'EQ';
    const compared = value.value;
    if (compared === undefined) {
      if (operator !== 'IS_NULL' && operator !== 'NOT_NULL') throw input.#missing('value');
      return { property, operator };
    }
    if (!isValue(compared)) throw input.fault('value', 'must be a property value');
    return { property, operator, value: compared };
  }
}

/** Leaves undefined members out: optional members may be absent, not undefined. */
export function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}

/** The names `.` and `..` mean another place where they stand in an address. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && !/^(\s*|\.\.?)$/.test(value) && value.length <= longestName;
}

function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isProperties(value: unknown): value is Properties {
  return isRecord(value) && Object.values(value).every(isValue);
}

function isValue(value: unknown): value is PropertyValue {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isValue);
  return isProperties(value);
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
}

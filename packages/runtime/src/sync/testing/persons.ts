import { fieldValue, type Properties, type PropertyValue, upsertedProperties } from '@isthmus/model';
import type { FakeElement, FakeStore } from './fake-store.js';
import type { Random } from './random.js';

const always = ['displayName', 'description', 'additionalProperties.owner'] as const;
const ofFiles = ['text', 'label', 'additionalProperties.always'] as const;

/** What people do in the store past the engine, and what of it has to stay under the policy `hub`. */
export class Persons {
  /** By qualified name, then by field: what was set last and not cleared. */
  readonly #wishes = new Map<string, Map<string, PropertyValue>>();
  readonly #made = new Set<string>();
  #count = 0;

  constructor(private readonly store: FakeStore) {}

  act(random: Random): void {
    const elements = [...this.store.live().values()];
    if (elements.length === 0) return;
    const element = random.pick(elements);
    const { qualifiedName, typeName } = element;
    if (random.chance(0.15)) {
      this.store.steward({ op: 'delete', qualifiedName });
      return;
    }
    const wishes = this.#wishes.get(qualifiedName) ?? new Map<string, PropertyValue>();
    this.#wishes.set(qualifiedName, wishes);
    if (wishes.size > 0 && random.chance(0.3)) {
      const field = random.pick([...wishes.keys()]);
      wishes.delete(field);
      this.#write(element, {}, [field]);
      return;
    }
    const field = random.pick([...always, ...(typeName === 'DataFile' ? ofFiles : [])]);
    this.#count += 1;
    const value = `by hand ${this.#count}`;
    wishes.set(field, value);
    this.#write(element, propertiesOf(field, value), []);
  }

  /** Makes an element under a name that the source may come to have, unless it was there before. */
  make(typeName: string, qualifiedName: string): void {
    if (this.store.elements.has(qualifiedName)) return;
    this.#made.add(qualifiedName);
    this.#count += 1;
    const value = `made by hand ${this.#count}`;
    this.#wishes.set(qualifiedName, new Map([['description', value]]));
    this.store.steward({ op: 'upsert', typeName, qualifiedName, properties: propertiesOf('description', value) });
  }

  /** A connector that has it too lets go of it. */
  hasMade(qualifiedName: string): boolean {
    return this.#made.has(qualifiedName);
  }

  /** The store was made anew. */
  forget(): void {
    this.#wishes.clear();
    this.#made.clear();
  }

  /** What an element of the source is to look like with what people set. */
  over(qualifiedName: string, properties: Properties): Properties {
    const wishes = this.#wishes.get(qualifiedName) ?? new Map<string, PropertyValue>();
    return [...wishes].reduce(
      (result, [field, value]) => upsertedProperties(result, propertiesOf(field, value)),
      properties,
    );
  }

  /** Fields of live elements that have lost what people set. */
  lost(): readonly string[] {
    const lost: string[] = [];
    for (const [name, wishes] of this.#wishes) {
      const element = this.store.live().get(name);
      if (element === undefined) continue;
      for (const [field, value] of wishes) {
        const there = fieldValue({ properties: element.properties, classifications: {} }, field);
        if (there !== value) lost.push(`${name} ${field}: ${JSON.stringify(value)} became ${JSON.stringify(there)}`);
      }
    }
    return lost;
  }

  #write({ qualifiedName, typeName, anchor }: FakeElement, properties: Properties, clear: readonly string[]): void {
    const anchored = anchor === undefined ? {} : { anchor };
    this.store.steward({ op: 'upsert', typeName, qualifiedName, properties, clear, ...anchored });
  }
}

function propertiesOf(field: string, value: PropertyValue): Properties {
  const [name = field, key] = field.split('.');
  return key === undefined ? { [name]: value } : { [name]: { [key]: value } };
}

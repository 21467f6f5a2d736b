import { itemText, type LeftScope, type SyncJournal } from '../journal/journal.js';
import type { Removal } from './held-removals.js';
import { confirmStep } from './removal-rules.js';
import type { RunTally } from './run-tally.js';
import type { SyncRunSpec } from './sync-engine.js';

interface LeftParts {
  readonly journal: Pick<SyncJournal, 'leftScopes' | 'noteLeftScopes' | 'knownItem'>;
  readonly spec: SyncRunSpec;
  readonly tally: RunTally;
  /** Whether the run has opened the scope. */
  readonly isListed: (scope: string) => boolean;
  /** Removes all that is in a scope which nobody lists. */
  readonly remove: (scope: string, reason: string) => Promise<void>;
}

const namesTold = 3;

/**
 * Scopes that the connector lists no longer, as after another configuration: what is in them stays, since nobody can say
 * whether it is gone. Each complete run tells them; people who confirm removals let go of what a run before has told.
 */
export class LeftScopesOfRun {
  constructor(private readonly parts: LeftParts) {}

  /** Call it when all was listed completely and written. */
  async letGo(): Promise<void> {
    const { spec, remove } = this.parts;
    if (spec.confirmRemovals !== true) return;
    for (const { name, wasLeft } of await this.#find())
      if (wasLeft) await remove(name, `in ${name}, which is listed no longer; people confirmed that it is gone`);
  }

  /** Call it when what goes is gone. @param planned - what goes from such scopes by the plan of a preview */
  async tell(planned: readonly Pick<Removal, 'scope'>[]): Promise<void> {
    const { journal, spec } = this.parts;
    const left = without(await this.#find(), spec.mode === 'preview' ? planned : []);
    if (spec.mode === 'apply')
      await journal.noteLeftScopes(
        spec.owner,
        left.map(({ name }) => name),
      );
    // A plan shows what goes item by item.
    const told = spec.mode === 'preview' && spec.confirmRemovals === true ? left.filter((one) => !one.wasLeft) : left;
    const [first] = told;
    if (first === undefined) return;
    const count = told.reduce((sum, { itemCount }) => sum + itemCount, 0);
    const example = await this.#exampleOf(first);
    const some = told.slice(0, namesTold).map(({ name }) => name);
    const more = told.length > some.length ? ` and ${told.length - some.length} more` : '';
    const scopes = told.length === 1 ? '1 scope is' : `${told.length} scopes are`;
    const items = count === 1 ? '1 item stays' : `${count} items stay`;
    const message = `${scopes} listed no longer (${some.join(', ')}${more}), so nobody finds out what became of them: ${items} (e.g. ${example}); if they are gone, ${confirmStep(spec)}`;
    this.parts.tally.finding(undefined, { severity: 'info', code: 'SCOPES_LEFT', message });
  }

  #find(): Promise<readonly LeftScope[]> {
    const { journal, spec, isListed } = this.parts;
    return journal.leftScopes(spec.owner, isListed);
  }

  async #exampleOf({ name: scope, exampleKey: key }: LeftScope): Promise<string> {
    const item = await this.parts.journal.knownItem(this.parts.spec.owner, { scope, key });
    return item?.qualifiedNames[0] ?? itemText({ scope, key });
  }
}

function without(left: readonly LeftScope[], planned: readonly Pick<Removal, 'scope'>[]): readonly LeftScope[] {
  const going = new Map<string, number>();
  for (const { scope } of planned) going.set(scope, (going.get(scope) ?? 0) + 1);
  return left.flatMap((one) => {
    const itemCount = one.itemCount - (going.get(one.name) ?? 0);
    return itemCount > 0 ? [{ ...one, itemCount }] : [];
  });
}

import type { BatchOperation } from '@isthmus/model';

/** What a batch writes and what it refers to, by qualified name. */
export interface TouchedNames {
  readonly written: ReadonlySet<string>;
  readonly referred: ReadonlySet<string>;
}

export function namesOf(operations: readonly BatchOperation[]): TouchedNames {
  const written = new Set<string>();
  const referred = new Set<string>();
  for (const operation of operations) {
    switch (operation.op) {
      case 'upsert':
        written.add(operation.qualifiedName);
        if (operation.anchor !== undefined) referred.add(operation.anchor);
        if (operation.parent !== undefined) referred.add(operation.parent.qualifiedName);
        break;
      case 'delete':
        written.add(operation.qualifiedName);
        break;
      case 'look':
        referred.add(operation.qualifiedName);
        break;
      default:
        written.add(operation.end1).add(operation.end2);
    }
  }
  return { written, referred };
}

/** Whether it matters which of the two the store applies first. */
export function dependOnOrder(one: TouchedNames, other: TouchedNames): boolean {
  return (
    sharesName(one.written, other.written) ||
    sharesName(one.referred, other.written) ||
    sharesName(other.referred, one.written)
  );
}

function sharesName(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  const [fewer, more] = some.size < others.size ? [some, others] : [others, some];
  for (const name of fewer) if (more.has(name)) return true;
  return false;
}

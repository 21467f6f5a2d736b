import type { PushAnswer, PushedElement } from '@isthmus/connector-sdk';
import type { Book } from './library.js';
import { type LibraryClass, LibraryConnector, type LibraryDefinition, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

/** A right connector that writes to its source what people changed. */
export class PushingLibraryConnector extends LibraryConnector {
  async push(elements: readonly PushedElement[], signal: AbortSignal): Promise<readonly PushAnswer[]> {
    const answers: PushAnswer[] = [];
    for (const element of elements) answers.push(await this.pushOne(element, signal));
    return answers;
  }

  protected async pushOne(
    { qualifiedName, changes, item, state }: PushedElement,
    signal: AbortSignal | undefined,
  ): Promise<PushAnswer> {
    if (item === undefined) return { qualifiedName, outcome: 'refused', message: 'books are made in the library' };
    if (state === 'deleted') return { qualifiedName, outcome: 'refused', message: 'books are lost in the library' };
    const others = Object.keys(changes).filter((name) => name !== 'description');
    if (others.length > 0) return { qualifiedName, outcome: 'refused', message: `a book has no ${others.join(', ')}` };
    const shelf = item.scope.slice('shelf:'.length);
    const text = String(changes.description);
    const { book, wasWritten } = await this.write(shelf, item.key, text, Number(item.sourceVersion), signal);
    if (book === undefined) return { qualifiedName, outcome: 'gone' };
    const outcome = wasWritten ? 'written' : 'conflict';
    return { qualifiedName, outcome, scope: item.scope, item: this.bookItem(shelf, book) };
  }

  protected async write(shelf: string, title: string, text: string, edition: number, signal: AbortSignal | undefined) {
    return this.library.write(this.configuration.token, { shelf, title, text, edition }, signal);
  }
}

const answered = 'answers each of many elements, also what it has not, what is deleted and what it is told again';
const written = 'writes what it is pushed, and answers the item as a refresh says it';

/** Mistakes in writing to the source. */
export const pushFaults: readonly PlantedFault[] = [
  fault(
    'says written and did not write',
    written,
    class extends PushingLibraryConnector {
      protected override async write(shelf: string, title: string, text: string, edition: number) {
        const book: Book = { title, text, edition: edition + 1 };
        return { book: shelf === '' ? undefined : book, wasWritten: true };
      }
    },
  ),
  fault(
    'answers another item than its refresh says',
    written,
    class extends PushingLibraryConnector {
      override async push(elements: readonly PushedElement[], signal: AbortSignal): Promise<readonly PushAnswer[]> {
        const answers = await super.push(elements, signal);
        return answers.map((answer) =>
          'item' in answer ? { ...answer, item: { ...answer.item, sourceVersion: 'pushed' } } : answer,
        );
      }
    },
  ),
  fault(
    'writes over whatever version its source has',
    'writes nothing over a newer state of its source',
    class extends PushingLibraryConnector {
      protected override async write(
        shelf: string,
        title: string,
        text: string,
        edition: number,
        signal: AbortSignal | undefined,
      ) {
        const { book } = await super.write(shelf, title, text, edition, signal);
        return super.write(shelf, title, text, book?.edition ?? edition, signal);
      }
    },
  ),
  fault(
    'does not end a push that is aborted',
    'ends a push that is aborted while the source is slow',
    class extends PushingLibraryConnector {
      protected override async pushOne(element: PushedElement): Promise<PushAnswer> {
        return super.pushOne(element, undefined);
      }
    },
  ),
  fault(
    'says written of what its source does not hold',
    'says written of nothing that its source cannot hold',
    class extends PushingLibraryConnector {
      protected override pushOne(element: PushedElement, signal: AbortSignal | undefined): Promise<PushAnswer> {
        const { description = 'as it was' } = element.changes;
        return super.pushOne({ ...element, changes: { description } }, signal);
      }
    },
  ),
  fault(
    'throws at an element that it has not',
    answered,
    class extends PushingLibraryConnector {
      protected override pushOne(element: PushedElement, signal: AbortSignal | undefined): Promise<PushAnswer> {
        if (element.item === undefined) throw new Error('there is no such book');
        return super.pushOne(element, signal);
      }
    },
  ),
  fault(
    'answers only what it has taken',
    answered,
    class extends PushingLibraryConnector {
      override async push(elements: readonly PushedElement[], signal: AbortSignal): Promise<readonly PushAnswer[]> {
        return (await super.push(elements, signal)).filter(({ outcome }) => outcome !== 'refused');
      }
    },
  ),
  fault(
    'answers under names of its own',
    answered,
    class extends PushingLibraryConnector {
      protected override async pushOne(element: PushedElement, signal: AbortSignal | undefined): Promise<PushAnswer> {
        const answer = await super.pushOne(element, signal);
        return element.item === undefined ? { ...answer, qualifiedName: answer.qualifiedName.toLowerCase() } : answer;
      }
    },
  ),
  fault(
    'says that a book is gone which it still has',
    answered,
    class extends PushingLibraryConnector {
      protected override async pushOne(element: PushedElement, signal: AbortSignal | undefined): Promise<PushAnswer> {
        if (element.state === 'live') return await super.pushOne(element, signal);
        return { qualifiedName: element.qualifiedName, outcome: 'gone' };
      }
    },
  ),
];

/** A definition that takes what people change. */
export function pushingProvider(connector: LibraryClass = PushingLibraryConnector): LibraryDefinition {
  return { ...libraryProvider(connector), pushes: ['Collection'] };
}

function fault(mistake: string, foundBy: string, connector: LibraryClass): PlantedFault {
  return { mistake, foundBy, definition: pushingProvider(connector) };
}

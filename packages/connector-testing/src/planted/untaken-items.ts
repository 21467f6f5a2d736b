import type { ItemElement, SourceItem } from '@isthmus/connector-sdk';
import type { Book } from './library.js';
import { LibraryConnector, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

const taken = 'says only what a metadata server takes';
const aside = 'says nothing of a source at rest that has to be set aside';

/** Items that no daemon or metadata server takes as they are. */
export const untakenItems: readonly PlantedFault[] = [
  book('links what this relationship does not link', taken, (element) => ({
    ...element,
    links: [{ relationshipTypeName: 'NestedFile', qualifiedName: element.qualifiedName }],
  })),
  book('attaches a classification that there is not', taken, (element) => ({
    ...element,
    classifications: { Overdue: {} },
  })),
  book('has properties that its classification has not', taken, (element) => ({
    ...element,
    classifications: { Confidentiality: { colour: 'red' } },
  })),
  book('puts the whole text of a thing into its description', aside, (element, { title }) =>
    title === 'third'
      ? { ...element, properties: { ...element.properties, description: 'x'.repeat(1_200_000) } }
      : element,
  ),
  book('has a number that is none', aside, (element, { title }) =>
    title === 'third' ? { ...element, properties: { ...element.properties, position: Number('three') } } : element,
  ),
  {
    mistake: 'gives two things one key',
    foundBy: 'says in a first refresh what is there, each name once',
    definition: libraryProvider(
      class extends LibraryConnector {
        protected override bookItem(shelf: string, found: Book): SourceItem {
          return { ...super.bookItem(shelf, found), key: found.title.slice(0, 1).toLowerCase().replace('s', 't') };
        }
      },
    ),
  },
];

function book(
  mistake: string,
  foundBy: string,
  change: (element: ItemElement, found: Book) => ItemElement,
): PlantedFault {
  const definition = libraryProvider(
    class extends LibraryConnector {
      protected override bookItem(shelf: string, found: Book): SourceItem {
        const item = super.bookItem(shelf, found);
        return { ...item, elements: [change(item.elements[0], found)] };
      }
    },
  );
  return { mistake, foundBy, definition };
}

import type { GenericScope } from '@isthmus/connector-sdk';
import { LibraryConnector, libraryProvider } from './library-connector.js';
import type { PlantedFault } from './planted-faults.js';

/** Mistakes of connectors that take away by operations, past scopes and their certificates. */
export const ownRemovals: readonly PlantedFault[] = [
  {
    mistake: 'deletes by an operation what it did not see, although it was not let in',
    foundBy: 'keeps what it may no longer read, and tells so',
    definition: libraryProvider(
      class extends LibraryConnector {
        protected override async forbidden(scope: GenericScope, shelf: string): Promise<void> {
          await super.forbidden(scope, shelf);
          for (const title of await scope.missing())
            await this.context
              .deleteElement({ element: { qualifiedName: this.name(shelf, title) } })
              .catch(() => undefined);
        }
      },
    ),
  },
];

import { errorCatalogue } from '@isthmus/kernel';

/** What to do about findings that the engine and the host make themselves. Those of connectors say it in their message. */
const steps = new Map(
  Object.entries({
    CONFLICT_STAYS: 'see what is still open with `isthmus connector conflicts <connector>`, after the next run',
    FIELD_CONFLICT:
      'decide with `isthmus connector resolve <connector> <id> --take source|mine`; ids: `isthmus connector conflicts <connector>`',
    DELETE_WITHHELD: 'do what the message names; where it names nothing, the next complete runs decide',
    ELEMENT_NOT_FOUND: 'have what is missing told, by this connector or another; each run tries the item again',
    ELEMENTS_ADOPTED:
      'nothing, if the elements belong to this source; who wrote them before: `isthmus explain <qualified name>`',
    ELEMENT_LET_GO: 'nothing, if it is to stay; who has it: `isthmus explain <qualified name>`',
    FIELD_KEPT: 'see both values with `isthmus explain <qualified name>`',
    FIELD_OVERWRITTEN: 'see both values with `isthmus explain <qualified name>`',
    ITEM_CONTESTED: 'see what was decided with `isthmus explain <qualified name>`',
    ITEM_INVALID: 'correct what the connector tells of it; docs/reference/scopes.md has the words of each kind',
    ITEM_NAME_TWICE: 'give the things of the source different names, or have the connector tell one of them',
    ITEM_TOO_LARGE: 'have the connector tell it in several things, or leave out what is not metadata',
    LINKS_WAIT: 'nothing, if what it refers to is listed later; else have that listed too',
    OPERATIONS_NOT_HELD:
      'pause the connector, or change it, before its next refresh, if what was taken back is to stay so',
    OPERATIONS_NOT_KEPT: 'nothing, unless the run is to be taken back: what is not kept is to be undone by hand',
    REFRESH_ASKS_FOR_ITSELF:
      'have the connector call `changed` when its source tells of a change, not for what its refresh does',
    SCOPE_NOT_CERTIFIED: 'mend what the other findings of the scope name: nothing is removed until then',
    SCOPES_LEFT: 'nothing, if they are to stay; else do what the message names',
    SOURCE_WRITTEN:
      'nothing, unless it is to be otherwise: set it in the metadata access server, and the next run writes that',
    UNDO_HOLDS:
      'see with `isthmus connector show <connector>` which run holds them, and let them go with `isthmus run release <run>`',
    UNDO_KEPT: 'see what changed since with `isthmus explain <qualified name>`',
  }),
);

/** The next step of each kind of finding that has one, by code, in the order of the findings. */
export function findingSteps(findings: readonly { readonly code: string }[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>(Object.entries(errorCatalogue).map(([code, { next }]) => [code, next]));
  const found = new Map<string, string>();
  for (const { code } of findings) {
    const step = steps.get(code) ?? known.get(code);
    if (step !== undefined) found.set(code, step);
  }
  return found;
}

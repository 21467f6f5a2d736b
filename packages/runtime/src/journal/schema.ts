import type { Migration } from '@isthmus/sqlite';
import { giveClaimsTheirPlace } from './claim-migration.js';

/**
 * Schema of daemon.db. Names of elements and GUIDs are kept as 43 to 48 bits in `claim`: a collision only means that an
 * element is kept or compared once too often.
 */
export const journalMigrations: readonly Migration[] = [
  `
  CREATE TABLE accepted (
    server TEXT NOT NULL, name TEXT NOT NULL, list TEXT NOT NULL,
    PRIMARY KEY (server, name)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE override (
    connector TEXT NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (connector, kind)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE slot (name TEXT PRIMARY KEY, token INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE run (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, connector TEXT NOT NULL,
    outcome TEXT NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX run_connector ON run (connector, number);
  CREATE INDEX run_open ON run (outcome) WHERE outcome = 'running';
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, by TEXT NOT NULL, action TEXT NOT NULL,
    target TEXT NOT NULL, reason TEXT, outcome TEXT NOT NULL
  ) STRICT;

  CREATE TABLE owner (
    id INTEGER PRIMARY KEY, collection TEXT NOT NULL, connector TEXT NOT NULL, target TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 1, opened_at INTEGER NOT NULL DEFAULT 0, item_count INTEGER NOT NULL DEFAULT 0,
    mark TEXT, sequence INTEGER,
    UNIQUE (collection, connector, target)
  ) STRICT;
  CREATE TABLE scope (
    id INTEGER PRIMARY KEY, owner INTEGER NOT NULL REFERENCES owner, name TEXT NOT NULL,
    UNIQUE (owner, name)
  ) STRICT;
  CREATE TABLE shape (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE item (
    id INTEGER PRIMARY KEY, scope INTEGER NOT NULL REFERENCES scope, key TEXT NOT NULL, hash TEXT NOT NULL,
    epoch INTEGER NOT NULL, since INTEGER NOT NULL, version TEXT, opens TEXT, names TEXT NOT NULL,
    shapes TEXT NOT NULL, absence TEXT,
    UNIQUE (scope, key)
  ) STRICT;
  CREATE TABLE claim (
    name INTEGER NOT NULL, item INTEGER NOT NULL, guid INTEGER,
    PRIMARY KEY (name, item)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX claim_guid ON claim (guid) WHERE guid IS NOT NULL;
  CREATE TABLE intent (
    number INTEGER PRIMARY KEY AUTOINCREMENT, batch TEXT NOT NULL UNIQUE, owner INTEGER NOT NULL REFERENCES owner,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX intent_owner ON intent (owner);
  `,
  // the medium on which the scope was listed last; unknown of what older versions listed
  'ALTER TABLE scope ADD COLUMN place TEXT',
  // relationships beside those to parents, by the item that tells them: made once both ends exist
  `
  CREATE TABLE link (
    id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, item INTEGER NOT NULL, identity INTEGER NOT NULL,
    other INTEGER NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL, tried_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (item, identity)
  ) STRICT;
  CREATE INDEX link_open ON link (owner, state) WHERE state <> 'made';
  CREATE INDEX link_other ON link (other);
  `,
  // what runs intend, until people decide; names by `nameNumber`
  `
  CREATE TABLE plan (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, connector TEXT NOT NULL, state TEXT NOT NULL,
    items INTEGER NOT NULL, record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX plan_connector ON plan (connector, number);
  CREATE TABLE plan_item (
    plan INTEGER NOT NULL, number INTEGER NOT NULL, action TEXT NOT NULL, decision TEXT NOT NULL, type TEXT NOT NULL,
    scope TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, fault TEXT,
    PRIMARY KEY (plan, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE plan_name (
    plan INTEGER NOT NULL, name INTEGER NOT NULL, number INTEGER NOT NULL,
    PRIMARY KEY (plan, name, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE plan_place (
    plan INTEGER NOT NULL, scope TEXT NOT NULL, place TEXT,
    PRIMARY KEY (plan, scope)
  ) STRICT, WITHOUT ROWID;
  `,
  // what was written by field, what others hold of it, and where both sides disagree; unknown of what older versions wrote
  `
  ALTER TABLE item ADD COLUMN prints TEXT;
  ALTER TABLE item ADD COLUMN held TEXT;
  ALTER TABLE owner ADD COLUMN prints_from INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX item_held ON item (scope) WHERE held IS NOT NULL;
  CREATE TABLE conflict (
    number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL REFERENCES owner, name TEXT NOT NULL,
    field TEXT NOT NULL, state TEXT NOT NULL, detail TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX conflict_open ON conflict (owner, name, field) WHERE state = 'open';
  CREATE INDEX conflict_owner ON conflict (owner, state, number);
  `,
  // where the next run may go on, how long ago everything was listed, and what the source named as rights
  `
  ALTER TABLE owner ADD COLUMN cursor TEXT;
  ALTER TABLE owner ADD COLUMN runs_since_full INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE scope ADD COLUMN rights TEXT;
  `,
  // what was written of elements that went; names by `nameNumber`
  `
  CREATE TABLE departed (
    owner INTEGER NOT NULL, name INTEGER NOT NULL, epoch INTEGER NOT NULL, shape INTEGER NOT NULL, prints TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (owner, name)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX departed_at ON departed (at);
  `,
  // which run made and wrote an item, what people took back of it, and what it takes to take a run back
  `
  CREATE TABLE writing_run (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner INTEGER NOT NULL, at INTEGER NOT NULL,
    kept INTEGER NOT NULL, undone TEXT
  ) STRICT;
  CREATE INDEX writing_run_owner ON writing_run (owner, number);
  CREATE TABLE undo (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, batch TEXT NOT NULL, position INTEGER NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (run, batch, position)
  ) STRICT;
  ALTER TABLE item ADD COLUMN born INTEGER;
  ALTER TABLE item ADD COLUMN run INTEGER;
  ALTER TABLE item ADD COLUMN undone TEXT;
  CREATE INDEX item_born ON item (born) WHERE born IS NOT NULL;
  CREATE INDEX item_undone ON item (run) WHERE undone IS NOT NULL;
  `,
  // elements that others changed and that the source is to be told of; an empty GUID = all are to be compared
  `
  CREATE TABLE dirty (
    owner INTEGER NOT NULL, guid TEXT NOT NULL,
    PRIMARY KEY (owner, guid)
  ) STRICT, WITHOUT ROWID;
  `,
  // relationships that runs made and took away; item: that which told it
  `
  CREATE TABLE undo_link (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, item INTEGER NOT NULL, identity INTEGER NOT NULL,
    made INTEGER NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX undo_link_run ON undo_link (run, made, number);
  `,
  // what operations of contexts wrote in runs, and who wrote an element by them last; names by `nameNumber`
  `
  CREATE TABLE operation_effect (
    number INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, done INTEGER NOT NULL, operation TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX operation_effect_run ON operation_effect (run, number);
  CREATE TABLE operation_mark (
    name INTEGER NOT NULL, owner INTEGER NOT NULL, made INTEGER, run INTEGER NOT NULL, operation TEXT NOT NULL,
    guid TEXT NOT NULL, prints TEXT NOT NULL,
    PRIMARY KEY (name, owner)
  ) STRICT, WITHOUT ROWID;
  `,
  // elements that were there before and are only reported, and what people decided of fields on which both sides disagree
  `
  CREATE TABLE reported_element (
    number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL,
    key TEXT NOT NULL, at INTEGER NOT NULL, decision TEXT,
    UNIQUE (owner, name)
  ) STRICT;
  CREATE TABLE conflict_decision (
    owner INTEGER NOT NULL, name TEXT NOT NULL, field TEXT NOT NULL, source TEXT NOT NULL,
    PRIMARY KEY (owner, name, field)
  ) STRICT, WITHOUT ROWID;
  `,
  // content of the item with which a relationship was made or taken away; unknown of what older versions wrote
  'ALTER TABLE undo_link ADD COLUMN hash TEXT',
  // what was missed and kept, which each run tells
  'CREATE INDEX item_withheld ON item (scope) WHERE absence IS NOT NULL AND undone IS NULL',
  // names of claims by what they lie in, no longer by a bare hash
  giveClaimsTheirPlace,
  // fields that the source took over, which people had set
  `
  CREATE TABLE pushed_field (
    number INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, name TEXT NOT NULL, field TEXT NOT NULL,
    print TEXT NOT NULL, at INTEGER NOT NULL,
    UNIQUE (owner, name, field)
  ) STRICT;
  CREATE INDEX pushed_field_age ON pushed_field (owner, number);
  `,
  // print of a listing that told all items of the scope as they are known; nothing else may be told of one that changed
  `
  ALTER TABLE scope ADD COLUMN listing TEXT;
  CREATE TRIGGER item_added AFTER INSERT ON item BEGIN
    UPDATE scope SET listing = NULL WHERE id = new.scope AND listing IS NOT NULL;
  END;
  CREATE TRIGGER item_changed AFTER UPDATE OF scope, key, hash, epoch, version, opens, absence, undone ON item BEGIN
    UPDATE scope SET listing = NULL WHERE id IN (old.scope, new.scope) AND listing IS NOT NULL;
  END;
  CREATE TRIGGER item_removed AFTER DELETE ON item BEGIN
    UPDATE scope SET listing = NULL WHERE id = old.scope AND listing IS NOT NULL;
  END;
  `,
  // scopes that a complete run found listed no longer, and what opens a scope
  `
  ALTER TABLE scope ADD COLUMN is_left INTEGER;
  CREATE INDEX scope_left ON scope (owner) WHERE is_left IS NOT NULL;
  CREATE INDEX item_opens ON item (opens) WHERE opens IS NOT NULL;
  `,
  // items that the metadata server refused and the source tells no second time: the next run that lists changes tries them again
  `
  CREATE TABLE refused_item (
    owner INTEGER NOT NULL, scope TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (owner, scope, key)
  ) STRICT, WITHOUT ROWID;
  `,
  // what its source told to be gone, until the run is over
  "CREATE INDEX item_gone ON item (scope) WHERE absence = 'gone'",
  // what is known of a relationship that is not as its item tells it: see `LinkMemory`
  `
  ALTER TABLE link ADD COLUMN known TEXT;
  UPDATE link SET known = '{"isNew":true}' WHERE state <> 'made';
  CREATE INDEX link_known ON link (owner) WHERE known IS NOT NULL AND state = 'made';
  `,
  // relationships that items told which went, by the number of the element's name: see `DepartedLinks`
  `
  CREATE TABLE departed_link (
    owner INTEGER NOT NULL, self INTEGER NOT NULL, identity INTEGER NOT NULL, other INTEGER NOT NULL,
    epoch INTEGER NOT NULL, body TEXT NOT NULL, known TEXT, at INTEGER NOT NULL,
    PRIMARY KEY (owner, self, identity)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX departed_link_at ON departed_link (at);
  `,
];

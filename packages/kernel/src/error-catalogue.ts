/**
 * Every error a person can meet has one entry here: the code is what scripts match, `meaning` and `next` are what
 * people read (`docs/errors.md` is generated from this table). Where a code becomes an HTTP status or an exit code
 * is decided by the faces, not here.
 */
export interface ErrorEntry {
  /** What has happened, without inserts. */
  readonly meaning: string;
  /** What the reader does next. */
  readonly next: string;
  /** Whether the same request may succeed later without anybody changing anything. */
  readonly retryable: boolean;
}

export const errorCatalogue = {
  // configuration
  CONFIG_UNKNOWN_KEY: entry(
    'the configuration has a key that Isthmus does not know',
    'remove the key or correct its spelling; `isthmus config show` lists every key',
  ),
  CONFIG_INVALID_VALUE: entry(
    'a configuration value has the wrong type or lies outside its bounds',
    'correct the value as the message says and run `isthmus config check`',
  ),
  CONFIG_UNREADABLE: entry(
    'the configuration file cannot be read or is not YAML',
    'correct the file at the line named and run `isthmus config check`',
  ),
  CONFIG_SECRET_UNRESOLVED: entry(
    'a secret reference points to something that is not there',
    'set the environment variable or create the file that the reference names',
  ),
  LISTEN_NEEDS_ACCOUNTS: entry(
    'without accounts Isthmus listens on loopback in the quick start only',
    'add an account under `accounts` in the configuration, or drop --config to use the quick start',
  ),
  LISTEN_PORT_IN_USE: entry(
    'another program listens on the port',
    'stop that program or choose another port with --port',
  ),
  LISTEN_FAILED: entry('the address cannot be listened on', 'choose an address of this machine with --host'),
  EVENTS_TOO_MANY: entry(
    'more events wait than can be kept at a time',
    'nothing: clients send them again after the time of `Retry-After`',
    true,
  ),
  // data directory and databases
  DATA_DIRECTORY_LOCKED: entry(
    'another daemon uses the data directory',
    'stop the other daemon or choose another directory with --data-dir',
  ),
  DATA_DIRECTORY_UNWRITABLE: entry(
    'the data directory cannot be written',
    'grant the user of the daemon write access or choose another directory with --data-dir',
  ),
  DATABASE_NEWER: entry(
    'the database was written by a newer version of Isthmus',
    'start the newer version, or restore the backup that it made before migrating',
  ),
  DATABASE_UNREADABLE: entry(
    'the database file is damaged or not a database',
    'restore the file from a backup, or move it away to begin anew',
  ),
  STORAGE_FULL: entry(
    'there is no space left for the database',
    'free space on the disk; nothing was half written, work goes on by itself',
    true,
  ),
  // groups and registrations
  GROUP_NOT_FOUND: entry('no integration group has this name', 'list the groups with `isthmus group list`'),
  GROUP_EXISTS: entry('an integration group of this name exists', 'choose another name or use the existing group'),
  GROUP_AMBIGUOUS: entry(
    'groups of several metadata servers have this name',
    'change the group at its metadata server, for instance through a daemon that reads that one alone',
  ),
  GROUP_NOT_SELECTED: entry(
    'this daemon does not run the group',
    'add its name, or "*", to `groups` of the daemon in the configuration',
  ),
  GROUP_UNFIT: entry(
    'the document of the daemon names this group in a way that cannot be run',
    "correct its platform URL, metadata server or name in the daemon's document, or set the variable it names and start the daemon again",
  ),
  GROUP_NOTHING_TO_CONFIRM: entry(
    'no change of this group waits for confirmation',
    'see `isthmus group show` for its conditions',
  ),
  GROUP_LIST_REJECTED: entry(
    'the list of registrations was not accepted, so what runs stays as it is',
    'see the condition in `isthmus group show`; it is read again at the next poll',
    true,
  ),
  CONNECTOR_NOT_FOUND: entry('no connector has this name or id', 'list the connectors with `isthmus connector list`'),
  CONNECTOR_AMBIGUOUS: entry(
    'several connectors have this name',
    'use the connector id instead, or narrow the search with --group',
  ),
  CONNECTOR_EXISTS: entry(
    'a connector of this name is registered in this group',
    'choose another name, or change the existing one with `isthmus connector update`',
  ),
  REGISTRATION_WITHOUT_CONNECTION: entry(
    'the registration has no connection with a connector type, so it is not known what to run',
    'give the connector a connection with a connector type, or remove and add it with `isthmus connector add`',
  ),
  PROVIDER_UNKNOWN: entry(
    'no connector provider of this name is installed',
    'correct the provider name (`isthmus provider list` shows those that are installed), or install the provider and restart the connector',
  ),
  PROVIDER_JAVA_ONLY: entry(
    'the registration names a Java class that no installed connector provider replaces',
    'install a provider whose manifest lists the class under `isthmus.replaces`, or give the connector type the id of an installed provider (see `isthmus status`) as its connectorProviderClassName',
  ),
  PROVIDER_UNUSABLE: entry(
    'the connector provider could not be loaded',
    'see the cause; correct or reinstall the provider',
  ),
  CONNECTOR_CONFIGURATION_INVALID: entry(
    'the configuration does not fit the schema of the provider',
    'correct the field named with `isthmus connector update <connector> --set <field>=<value>`',
  ),
  SCHEDULE_INVALID: entry(
    'the schedule cannot be read',
    'use a cron expression of five or six fields and an IANA time zone',
  ),
  SCHEDULE_NEVER_FIRES: entry('the schedule has no due time, now or later', 'correct the cron expression or the dates'),
  // running connectors
  CONNECTOR_FAILED: entry(
    'the connector failed',
    'correct the cause that the message names (more of it in the log of the daemon); a start or a run that failed is tried again by itself',
    true,
  ),
  CONNECTOR_TIMEOUT: entry(
    'the connector did not end in time',
    'see the log of the connector; raise its deadline if its source is slow',
    true,
  ),
  CONNECTOR_STOPPED: entry(
    'the connector is stopped or paused, so it accepts no work',
    'resume it with `isthmus connector resume`',
  ),
  CONNECTOR_REGISTERED_TWICE: entry(
    'the connector is registered in two groups of this daemon and runs for the other one',
    'remove one of the registrations; the connector then runs for the one that is left',
  ),
  CONNECTOR_OUTSIDE_DATES: entry(
    'the start date of the connector lies ahead or its stop date has passed',
    'nothing, or change the dates with `isthmus connector update`',
  ),
  CONNECTOR_QUARANTINED: entry(
    'the connector does not end when it is told to, so it is not started again by itself',
    'see its log; correct the provider, then use `isthmus connector restart`; a restart of the daemon frees what it still holds',
  ),
  CONNECTOR_STALLED: entry(
    'the connector shows no progress',
    'see its log; `isthmus connector restart` gives it a new instance',
  ),
  WRITE_NOT_PERMITTED: entry(
    'the direction of the connector forbids this write',
    'if the write is wanted: `isthmus connector update <name> --direction both`, or another direction in the code that fixes it',
  ),
  OPERATION_UNKNOWN: entry(
    "the connector's context has no such operation",
    "use an operation of the connector's own kind; `docs/reference/contexts.md` lists them",
  ),
  OPERATIONS_TOO_MANY: entry(
    'the connector has asked for more operations at a time than are accepted',
    'correct the connector: it waits for the answers of some before it asks for more',
    true,
  ),
  GRANT_SUPERSEDED: entry(
    'the write came under a grant that has been given up',
    'nothing: a newer run owns this connector',
  ),
  SOURCE_UNREADABLE: entry(
    'the source cannot be read, so nothing is concluded about what it holds',
    'check that the source exists and that the daemon may read it',
    true,
  ),
  CURSOR_REFUSED: entry(
    'the source no longer takes the cursor of the last run, so the next run lists everything',
    'nothing; if it happens again and again, let the source keep its changes for longer or refresh more often',
    true,
  ),
  CURSOR_INVALID: entry(
    'the cursor that a connector saves cannot be kept: it is no plain JSON, or larger than 64 KiB',
    'correct the connector: a cursor names a place in the changes of the source and holds none of them',
  ),
  SCOPE_CLOSED: entry(
    'the connector added to, or completed again, a scope that was completed in this run',
    'correct the connector: it completes a scope once, after the last item of that scope',
  ),
  RUN_PARTIAL: entry(
    'the last run was not complete: some of what it was to list is missing from it',
    'correct what its findings name (`isthmus connector show <connector>` has the first of them and the id of the run, `isthmus run show <run>` all); the next run tries all of it again',
    true,
  ),
  RUN_NOT_FOUND: entry(
    'no run has this id, or it is no longer kept',
    'list the runs with `isthmus run list <connector>`; `isthmus connector list` names the connectors',
  ),
  PLAN_NOT_FOUND: entry(
    'there is no plan with this id, or it is no longer kept',
    'list the runs with `isthmus run list <connector>`, or make a new plan with `isthmus connector preview <connector>`',
  ),
  PLAN_STALE: entry(
    'elements of the plan have changed since it was made, so nothing of it was written',
    'see with `isthmus run plan` what has changed, and make a new plan with `isthmus connector preview`',
  ),
  CONFLICT_NOT_FOUND: entry(
    'no such conflict waits for a decision',
    'see what waits with `isthmus connector conflicts <connector>`; it may have been decided, or one side gave way',
  ),
  PLAN_NOT_OPEN: entry(
    'the plan does not wait for approval',
    'see its state with `isthmus run plan`; make a new one with `isthmus connector preview`',
  ),
  PLAN_APPROVAL_EXPIRED: entry(
    'the daemon ended before the plan was applied, and was started again more than an hour after the approval',
    'look at it with `isthmus run plan` and approve it again, or make a new one with `isthmus connector preview`',
  ),
  PLAN_TOO_LARGE: entry(
    'the plan has more items than are kept, so it cannot be approved',
    'raise the limit of plans, or let the connector list fewer scopes at a time',
  ),
  UNDO_NOT_POSSIBLE: entry(
    'nothing is kept of this run that could be taken back',
    'see with `isthmus run show` what the run wrote; what it takes to undo is kept for the newest runs only',
  ),
  RELEASE_NOT_POSSIBLE: entry(
    'the run has taken nothing back that could be released',
    'name the run that took another one back; `isthmus connector show` lists those that hold items back',
  ),
  SERVER_NOT_RUNNING: entry(
    'the named server is not running',
    'start it, or wait until `/readyz` says that it is ready',
    true,
  ),
  // metadata store
  STORE_UNREACHABLE: entry(
    'the metadata access server did not answer',
    'check that it runs and that the URL is right; the daemon goes on from its journal',
    true,
  ),
  BROKER_UNREACHABLE: entry(
    'the Kafka brokers of the out topic do not answer as they should',
    'check that they run and can be reached from this machine; groups are polled meanwhile',
    true,
  ),
  STORE_REFUSED: entry('the metadata access server refused the request', 'see the message of the server'),
  STORE_NOT_AUTHORIZED: entry(
    'the metadata access server does not accept the identity of the caller',
    'check the token and the rights of its account',
  ),
  STORE_ANSWER_INVALID: entry(
    'the answer of the metadata access server is not what its contract says',
    'check that the URL leads to a metadata access server of a supported release',
    true,
  ),
  STORE_CHANGED: entry(
    'the metadata access server went back or was exchanged as the run began, so the run wrote nothing',
    'nothing: the next run compares everything',
    true,
  ),
  STORE_PAGES_CHANGED: entry('the list changed while its pages were read', 'nothing: it is read again', true),
  ELEMENT_NOT_FOUND: entry('no element has this name or GUID', 'search with `isthmus find`'),
  ELEMENT_EXISTS: entry('an element of this qualified name exists', 'use the existing element or another name'),
  ELEMENT_CHANGED: entry(
    'the element is no longer as it was read for this write, so nothing of it was written',
    'read it again and decide anew; of a plan: make a new one with `isthmus connector preview`',
  ),
  ELEMENT_ARCHIVED: entry('the element is archived', 'ask for lineage to read it'),
  ELEMENT_OWNED_ELSEWHERE: entry(
    'the element belongs to another metadata source',
    'name the external source that owns it',
  ),
  TYPE_UNKNOWN: entry('the open metadata types have no such type', 'correct the type name'),
  TYPE_UNSUITABLE: entry(
    'the type may not be used here',
    'use a type of the category and ends that the operation asks for',
  ),
  PROPERTY_UNKNOWN: entry('the type has no such property', 'correct the property name, or use additionalProperties'),
  PROPERTY_TYPE_WRONG: entry(
    'the value does not have the type of its property',
    'send the value in the type that the message names',
  ),
  PARAMETER_MISSING: entry('a required parameter is missing', 'send the parameter named'),
  PARAMETER_INVALID: entry('a parameter has an invalid value', 'correct the parameter named'),
  CHANGES_TOO_OLD: entry(
    'the change feed no longer reaches back that far',
    'read everything once, then follow the feed from its end',
  ),
  // faces
  REQUEST_INVALID: entry(
    'the request does not fit the schema of the call',
    'correct the field named; `/api/v1/openapi.json` describes every call',
  ),
  REQUEST_TOO_LARGE: entry('the request is larger than is accepted', 'send it in smaller parts'),
  REQUEST_NOT_JSON: entry('the body of the request is not JSON', 'send JSON with `Content-Type: application/json`'),
  REQUEST_FORBIDDEN_ORIGIN: entry(
    'the Host or Origin header names another site',
    'call the server by the address that it listens on',
  ),
  UNAUTHENTICATED: entry(
    'the call needs the token of an account',
    'send `Authorization: Bearer <token>`; the CLI takes --token or ISTHMUS_TOKEN',
  ),
  LOGIN_FAILED: entry(
    'user and password do not belong together',
    'check both; an administrator sets a new password with `isthmus user set-password`',
  ),
  LOGIN_THROTTLED: entry(
    'too many log-ins failed, so the next ones are looked at more slowly',
    'wait as long as the Retry-After header says and try again with the right password',
    true,
  ),
  PASSWORD_UNSUITABLE: entry(
    'the password is too short or too long',
    'choose one of the length that the message names',
  ),
  USER_NOT_FOUND: entry('there is no user of this name', 'list the users with `isthmus user list`'),
  USER_EXISTS: entry('a user of this name exists', 'choose another name, or use `isthmus user set-password`'),
  USERS_UNREADABLE: entry(
    'the file of the users cannot be used',
    'correct the field that the message names; while a server runs, the users that it knows stay',
  ),
  USERS_LOCKED: entry(
    'another process is changing the file of the users',
    'try again; if no such process exists, remove the lock file that the message names',
    true,
  ),
  TOKEN_KEY_UNREADABLE: entry(
    'the key that signs tokens cannot be used',
    'restore token-key.pem in the data directory from a backup, or remove it: then all users log in again',
  ),
  TLS_UNUSABLE: entry(
    'certificate and key of the listener cannot be used',
    'give files in PEM under `listen.tls` whose key belongs to the certificate and is not encrypted',
  ),
  FORBIDDEN: entry(
    'the role of the account does not allow this',
    'use an account with the role that the message names',
  ),
  // stored documents of servers
  DOCUMENT_CHANGED: entry(
    'the stored document of the server is not the one that the change was made for',
    'read the document again, make the change anew and send it with the entity tag that came with it',
  ),
  DOCUMENT_INVALID: entry(
    'the document of the server is not valid; what is stored stays as it was',
    'correct the member that the message names',
  ),
  DOCUMENT_TOO_LARGE: entry(
    'the document of the server is larger than allowed; what is stored stays as it was',
    'take out what is not needed or split the server',
  ),
  DOCUMENTS_TOO_MANY: entry(
    'as many servers as allowed have a document',
    'remove the documents of servers that are no longer used',
  ),
  DOCUMENT_REVISION_NOT_FOUND: entry(
    'no such revision of the document is kept, or it stands for a removal',
    'list the revisions and name one of them',
  ),
  NOT_FOUND: entry('there is nothing at this path', 'see `/api/v1/openapi.json` for the calls that exist'),
  DAEMON_UNREACHABLE: entry(
    'the daemon did not answer',
    'start it with `npm start` or `isthmus serve`, or name its address with --url',
    true,
  ),
  DAEMON_ANSWER_INVALID: entry(
    'what answered is no Isthmus daemon, or one of another version',
    'check that --url names an Isthmus daemon of the version of this command',
  ),
  NOT_CONFIRMED: entry('the command was not confirmed, so nothing was done', 'repeat it with --yes'),
  WAIT_ENDED: entry(
    'the command gave up waiting; what it asked for goes on',
    'look with `isthmus connector show`, or wait longer with --timeout',
    true,
  ),
  PROVIDER_NOT_MADE: entry(
    'a new connector provider could not be installed or tested',
    'see what npm wrote; mend it in the folder and run `npm install` and `npm test` there',
  ),
  USAGE: entry('the command line is not understood', 'see `isthmus --help`'),
  INTERNAL: entry('an unexpected fault', 'report it with the log around this time', true),
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof errorCatalogue;

export function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCatalogue, code);
}

function entry(meaning: string, next: string, retryable = false): ErrorEntry {
  return { meaning, next, retryable };
}

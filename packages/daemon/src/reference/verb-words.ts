import type { OperationVerb } from '@isthmus/connector-sdk';

export interface VerbWords {
  readonly does: string;
  /** Members of the input; those with `?` may be left out. */
  readonly takes: string;
  readonly answers: string;
}

const home = '`home?`';
const effective = '`effectiveFrom?`, `effectiveTo?`';
const page = '`startFrom?`, `pageSize?`';
const read = '`forLineage?`, `effectiveTime?`, `asOfTime?`';
const created = '`guid`, `outcome`: created or existing';
const changed = '`guid`, `outcome`: updated or unchanged';
const removed = '`outcome`: deleted or unchanged';
const elementPage = '`elements`, `next?`';

/** What the operations of each verb do, take and answer. */
export const verbWords: Readonly<Record<OperationVerb, VerbWords>> = {
  create: {
    does: 'makes an element with its parent, links and classifications; one of the same name is found instead',
    takes: `\`qualifiedName\`, \`typeName?\`, \`properties?\`, \`parent\`, \`parentProperties?\`, \`anchor?\`, \`classifications?\`, ${effective}, ${home}`,
    answers: created,
  },
  createFromTemplate: {
    does: 'copies a template with what is anchored to it; an element of the same name is found instead',
    takes: `\`template\`, \`placeholders?\`, \`qualifiedName\`, \`properties?\`, \`parent\`, \`anchor?\`, ${effective}, ${home}`,
    answers: created,
  },
  update: {
    does: 'changes properties; `replace` takes away those that are not named',
    takes: `\`element\`, \`properties\`, \`mode?\`: merge or replace, ${effective}, ${home}`,
    answers: changed,
  },
  delete: {
    does: 'deletes an element with what is anchored to it, by the delete method of the target',
    takes: `\`element\`, \`method?\`, \`cascade?\`, ${home}`,
    answers: removed,
  },
  archive: {
    does: 'hides an element, but keeps it for lineage (classification Memento)',
    takes: `\`element\`, \`archiveDate?\`, \`archiveProcess?\`, \`archiveProperties?\`, ${home}`,
    answers: changed,
  },
  get: { does: 'reads one element', takes: `\`element\`, ${read}`, answers: 'the element, or undefined' },
  find: {
    does: 'finds elements by text, by conditions or all of the type',
    takes: `\`search?\` (\`startsWith?\`, \`endsWith?\`, \`ignoreCase?\`) or \`conditions?\` and \`classifications?\`, \`typeName?\`, \`sequencingOrder?\`, \`sequencingProperty?\`, ${page}, ${read}`,
    answers: elementPage,
  },
  findByName: {
    does: 'finds elements one of whose names is this one',
    takes: `\`name\`, ${page}, ${read}`,
    answers: elementPage,
  },
  related: {
    does: 'finds the elements at the other end of a relationship',
    takes: `\`element\`, ${page}, ${read}`,
    answers: '`related`: element, relationship and end of each; `next?`',
  },
  history: { does: 'tells former versions, newest first', takes: `\`element\`, ${page}`, answers: elementPage },
  link: {
    does: 'links two elements, or brings the link that is there to what is said',
    takes: `\`end1\`, \`end2\`, \`properties?\`, ${effective}, ${home}`,
    answers: '`guid`, `outcome`: created, updated or existing',
  },
  updateLink: {
    does: 'changes the link between two elements',
    takes: `\`end1\`, \`end2\`, \`properties\`, \`mode?\`, ${effective}, ${home}`,
    answers: changed,
  },
  unlink: { does: 'ends the links between two elements', takes: `\`end1\`, \`end2\`, ${home}`, answers: removed },
  getLink: {
    does: 'reads one relationship',
    takes: `\`relationship\`, ${read}`,
    answers: 'the relationship with its ends, or undefined',
  },
  classify: {
    does: 'attaches a classification, or brings the one that is there to what is said',
    takes: `\`element\`, \`properties?\`, ${effective}, ${home}`,
    answers: changed,
  },
  declassify: { does: 'takes a classification off', takes: `\`element\`, ${home}`, answers: removed },
  publish: {
    does: 'makes an element visible in the zones named, or in those that the server publishes to',
    takes: `\`element\`, \`zones?\`, ${home}`,
    answers: changed,
  },
  withdraw: { does: 'takes an element out of its zones', takes: `\`element\`, ${home}`, answers: changed },
  setEffectivity: {
    does: 'says from when to when an element counts',
    takes: `\`element\`, ${effective}, ${home}`,
    answers: changed,
  },
  createFolders: {
    does: 'makes every folder of a path, outermost first',
    takes: `\`pathName\`, \`fileSystem?\`, ${home}`,
    answers: '`folders`: guid, outcome and path of each',
  },
  addFile: {
    does: 'makes a file or data folder with the folders that lead to it and, with a provider, a connection and an endpoint',
    takes: `\`pathName\`, \`typeName?\`, \`properties?\`, \`fileSystem?\`, \`connectorProvider?\`, ${effective}, ${home}`,
    answers: `${created}, \`connection?\`, \`endpoint?\``,
  },
  addExternalIdentifier: {
    does: 'says how the third party knows an element, or brings what is said of that to the given state',
    takes: `\`element\`, \`key\`, \`properties?\`, \`linkProperties?\`, ${home}`,
    answers: created,
  },
  removeExternalIdentifier: {
    does: 'takes an external identifier away',
    takes: `\`element\`, \`key\`, ${home}`,
    answers: removed,
  },
  confirmSynchronization: {
    does: 'notes that both sides agree now',
    takes: `\`element\`, \`key\`, ${home}`,
    answers: changed,
  },
  findByExternalIdentifier: {
    does: 'finds the elements that the third party knows by a key',
    takes: `\`key\`, ${page}, ${read}`,
    answers: elementPage,
  },
  setTranslation: {
    does: 'gives names and descriptions in a language',
    takes: `\`element\`, \`translation\`, ${home}`,
    answers: '`guid`, `outcome`: created or updated',
  },
  clearTranslation: {
    does: 'takes a translation away',
    takes: `\`element\`, \`language\`, \`locale?\`, ${home}`,
    answers: removed,
  },
  getTranslation: {
    does: 'reads one translation',
    takes: '`element`, `language`, `locale?`',
    answers: 'the translation, or undefined',
  },
  getTranslations: { does: 'lists translations', takes: `\`element\`, ${page}`, answers: '`translations`, `next?`' },
  setMetadataValue: {
    does: 'says that a property (of a type, of a key of a map) may have a value',
    takes: `\`propertyName\`, \`typeName?\`, \`mapName?\`, \`preferredValue\`, \`properties?\`, ${home}`,
    answers: '`guid`, `outcome`: created, updated or unchanged',
  },
  clearMetadataValue: {
    does: 'takes a valid value away',
    takes: `\`propertyName\`, \`typeName?\`, \`mapName?\`, \`preferredValue\`, ${home}`,
    answers: removed,
  },
  validateMetadataValue: {
    does: 'tells whether a property may have a value; where none was set up, every value is valid',
    takes: '`propertyName`, `typeName?`, `mapName?`, `actualValue`',
    answers: '`isValid`, `isKnown`',
  },
  getMetadataValues: {
    does: 'lists the values that a property may have',
    takes: `\`propertyName\`, \`typeName?\`, \`mapName?\`, ${page}`,
    answers: elementPage,
  },
  findMissing: {
    does: 'tells which of the elements that an index knows are gone',
    takes: '`elements`: up to 1,000 GUIDs',
    answers: '`missing`: GUIDs',
  },
  getChanges: {
    does: 'tells what has changed since a place in the feed of the server',
    takes: '`after`, `limit?`, `types?`',
    answers: '`changes`, `next`',
  },
};

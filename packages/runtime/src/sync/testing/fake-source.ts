import { createHash } from 'node:crypto';
import type { ItemDigest } from '@isthmus/connector-host';
import type { ItemElement, ItemLink, SourceItem } from '@isthmus/connector-sdk';
import type { SyncRun } from '../sync-engine.js';

/** A folder, or a file with a text, columns and perhaps a label. */
export type SourceNode =
  | { readonly kind: 'folder'; readonly children: Map<string, SourceNode> }
  | {
      readonly kind: 'file';
      readonly text: string;
      readonly columns: readonly string[];
      readonly label?: string;
      /** What its source calls it instead of by its place. */
      readonly alias?: string;
      /** What its data comes from or goes to. */
      readonly links?: readonly ItemLink[];
    };

export function folder(children: Readonly<Record<string, SourceNode>> = {}): Extract<SourceNode, { kind: 'folder' }> {
  return { kind: 'folder', children: new Map(Object.entries(children)) };
}

export function file(
  text = '',
  columns: readonly string[] = [],
  label?: string,
): Extract<SourceNode, { kind: 'file' }> {
  return { kind: 'file', text, columns, ...(label === undefined ? {} : { label }) };
}

/** Folders, files, columns: seven items in five scopes. A new one each time. */
export function smallTree(): Extract<SourceNode, { kind: 'folder' }> {
  return folder({
    a: folder({ 'one.csv': file('1', ['id', 'name']), 'two.txt': file('2') }),
    b: folder({ deep: folder({ 'three.txt': file('3') }) }),
  });
}

/** What the folder at the path holds, to be changed. */
export function childrenAt(root: SourceNode, path: string): Map<string, SourceNode> {
  let node: SourceNode = root;
  for (const name of path.split('/').filter((part) => part !== '')) {
    const next: SourceNode | undefined = node.kind === 'folder' ? node.children.get(name) : undefined;
    if (next === undefined) throw new Error(`no ${path}`);
    node = next;
  }
  if (node.kind !== 'folder') throw new Error(`${path} is no folder`);
  return node.children;
}

/** Every element that the source has, by qualified name. */
export function expectedElements(root: SourceNode): ReadonlyMap<string, ItemElement> {
  return new Map([...possibleElements(root)].flatMap(([name, some]) => some.map((element) => [name, element])));
}

/** As `expectedElements`; of those that several items bring, what each of them says. */
export function possibleElements(root: SourceNode): ReadonlyMap<string, readonly ItemElement[]> {
  const elements = new Map<string, ItemElement[]>();
  visit('', 'top', root);
  return elements;

  function visit(path: string, name: string, node: SourceNode): void {
    for (const element of itemOf(path, name, node).elements) {
      const some = elements.get(element.qualifiedName);
      if (some === undefined) elements.set(element.qualifiedName, [element]);
      else some.push(element);
    }
    if (node.kind === 'folder') for (const [child, below] of node.children) visit(placeOf(path, name), child, below);
  }
}

/** Lists the source into the run as a connector does. `stop` may throw in the middle. */
export async function list(
  run: SyncRun,
  root: SourceNode,
  options: {
    readonly stop?: () => void;
    readonly keeps?: boolean;
    /** Default true. */
    readonly completes?: boolean;
    readonly unreadable?: ReadonlySet<string>;
    readonly place?: (scope: string) => string | undefined;
    /** What the source calls itself; absent = it does not say. */
    readonly source?: string;
  } = {},
): Promise<void> {
  if (options.source !== undefined) await run.source(options.source);
  await listScope('root', '', new Map([['top', root]]));

  async function listScope(scope: string, path: string, children: ReadonlyMap<string, SourceNode>): Promise<void> {
    const kept = options.keeps === true ? await keepKnown(scope, path, children) : new Set<string>();
    for (const [name, node] of children) {
      options.stop?.();
      const item = itemOf(path, name, node);
      if (options.unreadable?.has(`${path}/${name}`) === true) {
        await run.finding(scope, { severity: 'error', code: 'UNREADABLE', message: name, key: name });
        continue;
      }
      if (!kept.has(name)) {
        const digest = digestOf(item);
        const wanted = await run.offer(scope, [digest]);
        if (wanted.includes(name)) await run.deliver(scope, [{ digest, body: item }]);
      }
    }
    options.stop?.();
    if (options.completes !== false) await run.complete(scope, options.place?.(scope));
    for (const [name, node] of children) {
      const below = `${path}/${name}`;
      if (node.kind === 'folder' && options.unreadable?.has(below) !== true) {
        await listScope(`folder:${below}`, below, node.children);
      }
    }
  }

  async function keepKnown(
    scope: string,
    path: string,
    children: ReadonlyMap<string, SourceNode>,
  ): Promise<ReadonlySet<string>> {
    const items = [...children]
      .filter(([name]) => options.unreadable?.has(`${path}/${name}`) !== true)
      .map(([name, node]) => ({ key: name, sourceVersion: itemOf(path, name, node).sourceVersion ?? '' }));
    const unknown = new Set(await run.keep(scope, items));
    return new Set(items.flatMap(({ key }, position) => (unknown.has(position) ? [] : [key])));
  }
}

export function itemOf(path: string, name: string, node: SourceNode): SourceItem {
  const place = placeOf(path, name);
  const parent = (relationshipTypeName: string): Pick<ItemElement, 'parent'> =>
    path === '' ? {} : { parent: { relationshipTypeName, qualifiedName: `FileFolder::test:${path}` } };
  if (node.kind === 'folder') {
    const element: ItemElement = {
      typeName: 'FileFolder',
      qualifiedName: `FileFolder::test:${place}`,
      properties: { displayName: name },
      ...parent('FolderHierarchy'),
    };
    return { key: name, sourceVersion: 'folder', opens: `folder:${place}`, elements: [element] };
  }
  const ownPlace = movingFiles.includes(name) ? name : (node.alias ?? place);
  const own = `DataFile::test:${ownPlace}`;
  return {
    key: name,
    sourceVersion: JSON.stringify([node.text, node.columns, node.label, node.alias, node.links]),
    elements: [
      {
        typeName: 'DataFile',
        qualifiedName: own,
        properties: {
          displayName: name,
          text: node.text,
          // a key of its own per text: a changed file has a key to clear
          additionalProperties: { [`text,${node.text}`]: node.text, always: 'there' },
          ...(node.label === undefined ? {} : { label: node.label }),
        },
        ...(node.links === undefined ? {} : { links: node.links }),
        ...parent('NestedFile'),
      },
      ...node.columns.map(
        (column): ItemElement => ({
          typeName: 'TabularFileColumn',
          qualifiedName: columnName(ownPlace, column),
          properties: { displayName: column },
          parent: { relationshipTypeName: 'AttributeForSchema', qualifiedName: own },
        }),
      ),
    ],
  };
}

/** Folders that keep their name and scope wherever they lie, with all that is in them. */
export const movingFolders: readonly string[] = ['~d', '~e'];

/** Where something lies, as names and scopes tell it. */
export function placeOf(path: string, name: string): string {
  return movingFolders.includes(name) ? `/${name}` : `${path}/${name}`;
}

/** Files that are the same in whatever folder they lie. */
export const movingFiles: readonly string[] = ['~m', '~n'];

/** Names that a file may have instead of its own. */
export const aliases: readonly string[] = ['@1', '@2', '@3'];

/** Columns that may belong to any file, though to one at a time. */
export const movingColumns: readonly string[] = ['*u', '*v', '*w', '*x', '*y', '*z'];

function columnName(place: string, column: string): string {
  return `TabularFileColumn::test:${movingColumns.includes(column) ? column : `${place}:${column}`}`;
}

export function digestOf(item: SourceItem): ItemDigest {
  return {
    key: item.key,
    hash: createHash('sha256').update(JSON.stringify(item.elements)).digest('base64url'),
    ...(item.sourceVersion === undefined ? {} : { sourceVersion: item.sourceVersion }),
    ...(item.opens === undefined ? {} : { opens: item.opens }),
  };
}

import type { Properties } from '@isthmus/model';
import { unreadable } from '../requests/fields.js';
import type { Call } from '../routes/egeria-call.js';
import type { ElementStore, GraphEnd, NewGraph, StoredElement } from '../store/element-store.js';

export const folderType = 'FileFolder';
const deepest = 100;

/** The folder at a path, whoever has catalogued it; the oldest, should there be several. */
export async function folderAt(store: ElementStore, pathName: string): Promise<StoredElement | undefined> {
  const [found] = await store.find({
    typeName: folderType,
    sequencingOrder: 'CREATION_DATE_OLDEST',
    pageSize: 1,
    conditions: { matchCriteria: 'ALL', conditions: [{ property: 'pathName', operator: 'EQ', value: pathName }] },
  });
  return found;
}

/** What lies along a path, from its top: folders that are known, and those that are still to be made, all or none. */
export class FolderChain {
  readonly #graph: { elements: NewGraph['elements'][number][]; links: NewGraph['links'][number][] };
  /** From the top: the GUID of what is there, the place of what is to be made. */
  readonly #ends: GraphEnd[] = [];

  private constructor() {
    this.#graph = { elements: [], links: [] };
  }

  /**
   * Folders down to the path and with it.
   *
   * @param parent - what the topmost hangs on; undefined: nothing
   */
  static async to(store: ElementStore, pathName: string, parent?: StoredElement): Promise<FolderChain> {
    const chain = new FolderChain();
    for (const at of pathsAlong(pathName)) {
      const known = await folderAt(store, at);
      if (known !== undefined) chain.#meet(known.guid);
      else {
        const isTop = chain.#ends.length === 0;
        const own = { qualifiedName: `${folderType}::${at}`, displayName: at, resourceName: at, pathName: at };
        chain.add(folderType, 'FolderHierarchy', own);
        if (isTop && parent !== undefined) chain.#hang(parent);
      }
    }
    return chain;
  }

  /** Folders above the last part of the path. */
  static async above(store: ElementStore, pathName: string): Promise<FolderChain> {
    const parent = pathsAlong(pathName).at(-2);
    return parent === undefined ? new FolderChain() : await FolderChain.to(store, parent);
  }

  /** To be made below what is last now. */
  add(typeName: string, link: string, properties: Properties): void {
    const place = this.#graph.elements.push({ typeName, properties }) - 1;
    const above = this.#ends.at(-1);
    if (above !== undefined) this.#graph.links.push({ typeName: link, end1: above, end2: place });
    this.#ends.push(place);
  }

  /** @returns GUIDs from the top to the last */
  async create({ store, writer }: Call): Promise<readonly string[]> {
    const made = this.#graph.elements.length === 0 ? [] : await store.createGraph(writer, this.#graph);
    return this.#ends.map((end) => (typeof end === 'number' ? (made[end] ?? '') : end));
  }

  /** What is there hangs on what is above it, unless that is still to be made. */
  #meet(guid: string): void {
    const above = this.#ends.at(-1);
    if (typeof above === 'number') this.#graph.links.push({ typeName: 'FolderHierarchy', end1: above, end2: guid });
    this.#ends.push(guid);
  }

  #hang({ guid, typeName, superTypeNames }: StoredElement): void {
    const isFolder = [typeName, ...superTypeNames].includes(folderType);
    const link = isFolder ? 'FolderHierarchy' : 'CapabilityAssetUse';
    this.#graph.links.push({ typeName: link, end1: guid, end2: 0 });
  }
}

/** `/a/b` lies along `/a` and `/a/b`, `a/b` along `a` and `a/b`. */
function pathsAlong(pathName: string): readonly string[] {
  const root = pathName.startsWith('/') ? '/' : '';
  const parts = pathName.split('/').filter((part) => part !== '');
  if (parts.length === 0) throw unreadable('fullPath', 'must name a folder');
  if (parts.length > deepest) throw unreadable('fullPath', `must not be deeper than ${deepest} folders`);
  return parts.map((_part, index) => root + parts.slice(0, index + 1).join('/'));
}

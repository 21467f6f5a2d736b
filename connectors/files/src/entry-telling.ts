import { setTimeout as delay } from 'node:timers/promises';
import type { FilesScope, Finding, KeptItem } from '@isthmus/connector-sdk';
import { workThrough } from '@isthmus/connector-sdk/helpers';
import type { Entries } from './entries.js';
import type { DescribedFolder } from './entry-describer.js';
import type { EntryStats } from './entry-facts.js';
import { childPath } from './entry-path.js';
import { isGoneCode } from './file-system.js';
import { isFresh, tickMs } from './file-times.js';
import { fault, notice } from './findings.js';
import type { Folder, ListingTools } from './folder-listing.js';
import type { SourceRoot } from './source-root.js';

/** More unreadable entries than this in one folder: the folder as a whole counts as unreadable. */
const mostUnreadable = 100;
/** Of one part of a folder; enough to keep the threads of the file system calls from falling asleep between two. */
const putsAtOnce = 32;

export interface TellingParts {
  readonly folder: Folder;
  readonly scope: FilesScope;
  readonly descend: 'everything' | 'new';
  readonly entries: Entries;
  /** For what lies on another file system than the folder. */
  readonly direct: Entries;
  readonly root: SourceRoot;
  readonly tools: ListingTools;
  /** Throws when the walk is to end. */
  readonly check: () => void;
  /** How many entries were just looked at. */
  readonly looked: (count: number) => void;
}

/** An entry whose times are old enough for a version. */
interface Candidate extends KeptItem {
  readonly path: string;
  readonly stats: EntryStats;
  /** Absent for files. */
  readonly description?: DescribedFolder;
}

/** A file that is to be read. */
type UnknownFile = Pick<Candidate, 'path' | 'stats'> & { readonly sourceVersion: string | undefined };

/**
 * Tells the entries of one folder, part by part: looked at together, kept together when they are known as they are. Only
 * the others are gone into one by one.
 */
export class EntryTelling {
  readonly folderNames = new Set<string>();
  /** The folders below that are to be listed. */
  readonly toList: Folder[] = [];
  unreadableCount = 0;

  constructor(private readonly parts: TellingParts) {}

  /** So much cannot be read that nothing is to be concluded from the rest. */
  get isUnreadable(): boolean {
    return this.unreadableCount > mostUnreadable;
  }

  async tell(names: readonly string[]): Promise<void> {
    const { folder, tools, check } = this.parts;
    check();
    const wanted = names.filter((name) => !tools.filter.excludes(childPath(folder.path, name)));
    if (wanted.length === 0) return;
    const fresh = await this.#tellWhatRests(wanted);
    if (fresh.length === 0) return;
    await delay(tickMs);
    await this.#tellAfterTick(fresh);
  }

  /** @returns names of files so new that a further change might show the same time */
  async #tellWhatRests(names: readonly string[]): Promise<readonly string[]> {
    const { entries, check, looked } = this.parts;
    const askedAt = Date.now();
    const looks = await entries.look(this.#place, names);
    check();
    looked(names.length);
    const candidates: Candidate[] = [];
    const fresh: string[] = [];
    for (const [position, name] of names.entries()) {
      const look = looks[position] ?? 'EIO';
      const finding =
        typeof look === 'string' ? this.#unreadable(name, look) : this.#sort(name, look, askedAt, candidates, fresh);
      if (finding !== undefined) await this.parts.scope.finding(finding);
    }
    await this.#put(candidates);
    return fresh;
  }

  /** Whatever they have become within the tick, the next run sees it anew. */
  async #tellAfterTick(names: readonly string[]): Promise<void> {
    const { folder, entries, tools, check } = this.parts;
    const askedAt = Date.now();
    const looks = await entries.look(this.#place, names);
    check();
    const candidates: Candidate[] = [];
    const unknown: UnknownFile[] = [];
    for (const [position, name] of names.entries()) {
      const stats = looks[position] ?? 'EIO';
      const finding = typeof stats === 'string' ? this.#unreadable(name, stats) : undefined;
      if (finding !== undefined) await this.parts.scope.finding(finding);
      else if (typeof stats === 'string' || !isOrdinary(stats, tools)) tools.again(folder.path);
      // Without a version it is read again next time: it may yet change within the tick of its times.
      else if (isFresh(stats.ctimeNs, askedAt))
        unknown.push({ ...this.#file(name, childPath(folder.path, name), stats), sourceVersion: undefined });
      else candidates.push(this.#file(name, childPath(folder.path, name), stats));
    }
    await this.#put(candidates);
    await workThrough(unknown, putsAtOnce, (file) => this.#putFile(file));
  }

  /** @returns what is to be told of it instead, if anything */
  #sort(
    name: string,
    stats: EntryStats,
    askedAt: number,
    candidates: Candidate[],
    fresh: string[],
  ): Finding | undefined {
    const { folder, tools } = this.parts;
    const path = childPath(folder.path, name);
    if (stats.isDirectory()) candidates.push(...this.#folder(name, path, stats));
    else if (tools.filter.includes(path)) {
      const special = tools.describer.specialKind(stats);
      if (special !== undefined)
        return notice('SPECIAL_FILE', path, `it is a ${special}, so it is not opened and not catalogued`);
      if (isFresh(stats.ctimeNs, askedAt)) fresh.push(name);
      else candidates.push(this.#file(name, path, stats));
    }
    return undefined;
  }

  #folder(name: string, path: string, stats: EntryStats): readonly Candidate[] {
    const { descend, root, tools } = this.parts;
    if (root.isForbidden(path, stats)) return [];
    this.folderNames.add(name);
    if (descend === 'everything') this.toList.push({ path, stats });
    const description = tools.describer.folder(path, stats);
    return [{ key: description.key, sourceVersion: description.sourceVersion, path, stats, description }];
  }

  #file(name: string, path: string, stats: EntryStats): Candidate {
    const { folder, tools } = this.parts;
    tools.links.saw(folder.path, stats);
    return { key: name, sourceVersion: tools.describer.fileVersion(stats), path, stats };
  }

  async #put(candidates: readonly Candidate[]): Promise<void> {
    const { scope, check } = this.parts;
    if (candidates.length === 0) return;
    const unknown = [...(await scope.keepKnown(candidates))];
    check();
    await workThrough(unknown, putsAtOnce, (candidate) =>
      candidate.description === undefined
        ? this.#putFile(candidate)
        : this.#putFolder(candidate, candidate.description),
    );
  }

  async #putFolder({ path, stats }: Candidate, description: DescribedFolder): Promise<void> {
    this.parts.check();
    await this.parts.scope.folder(description);
    if (this.parts.descend === 'new') this.toList.push({ path, stats });
  }

  async #putFile({ path, stats, sourceVersion }: UnknownFile): Promise<void> {
    const { folder, scope, tools, check, entries, direct } = this.parts;
    check();
    // Another file system may be mounted upon a single file.
    const isHere = stats.dev === folder.stats.dev;
    const { file, findings } = await tools.describer.file(path, stats, sourceVersion, isHere ? entries : direct);
    check();
    await scope.file(file);
    for (const finding of findings) await scope.finding(finding);
  }

  #unreadable(name: string, reason: string): Finding | undefined {
    if (isGoneCode(reason)) return undefined;
    this.unreadableCount += 1;
    if (this.isUnreadable) return undefined;
    const path = childPath(this.parts.folder.path, name);
    // With its key: what is known of it stays as it is.
    return { ...fault('ENTRY_UNREADABLE', path, `it cannot be read (${reason})`), key: name };
  }

  get #place() {
    return { root: this.parts.root.path, folder: this.parts.folder.path };
  }
}

function isOrdinary(stats: EntryStats, tools: ListingTools): boolean {
  return !stats.isDirectory() && tools.describer.specialKind(stats) === undefined;
}

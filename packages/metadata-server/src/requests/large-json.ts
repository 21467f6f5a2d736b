import { IsthmusError, messageOf, processSlicer } from '@isthmus/kernel';
import { isPlainObject } from '@isthmus/model';

/** Below this `JSON.parse` is quick enough in one go. */
const smallBytes = 500_000;
/** Steps of the scan between two looks at the clock. */
const stride = 10_000;

/**
 * Parses a large JSON object in slices: items of lists that are its direct members are parsed one by one. The result
 * is that of `JSON.parse`, which would hold up the event loop for a hundred milliseconds on a full batch.
 *
 * @throws REQUEST_INVALID
 */
export async function parseLargeJson(body: Buffer, sliceFrom = smallBytes): Promise<unknown> {
  if (body.length === 0) return undefined;
  const text = body.toString('utf8');
  try {
    return body.length < sliceFrom ? JSON.parse(text) : await parseInSlices(text);
  } catch (error) {
    throw new IsthmusError('REQUEST_INVALID', `the body is not JSON: ${messageOf(error)}`, { cause: error });
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** A list that is a direct member of the object. */
interface List extends Range {
  readonly items: readonly Range[];
}

async function parseInSlices(text: string): Promise<unknown> {
  const lists = await findLists(text);
  if (lists === undefined) return JSON.parse(text);
  let frame = '';
  let end = 0;
  for (const [index, list] of lists.entries()) {
    frame += `${text.slice(end, list.from)}[${index}]`;
    end = list.to;
  }
  const members: unknown = JSON.parse(frame + text.slice(end));
  if (!isPlainObject(members)) return members;
  const filled: [string, unknown][] = [];
  for (const [name, value] of Object.entries(members)) {
    const list = Array.isArray(value) ? lists[value[0]] : undefined;
    filled.push([name, list === undefined ? value : await parseItems(text, list)]);
  }
  return Object.fromEntries(filled);
}

async function parseItems(text: string, list: List): Promise<unknown[]> {
  const items: unknown[] = [];
  for (const { from, to } of list.items) {
    items.push(JSON.parse(text.slice(from, to)));
    await processSlicer.turn();
  }
  return items;
}

/** Undefined: no object, or one whose brackets do not match; then `JSON.parse` says what is wrong. */
async function findLists(text: string): Promise<readonly List[] | undefined> {
  const scan = new ListScan();
  let steps = 0;
  for (let at = 0; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === '"') {
      at = endOfString(text, at);
      if (at < 0) return undefined;
    } else if (!scan.step(mark, at, text)) {
      return undefined;
    }
    steps += 1;
    if (steps % stride === 0) await processSlicer.turn();
  }
  return scan.depth === 0 ? scan.lists : undefined;
}

class ListScan {
  readonly lists: List[] = [];
  depth = 0;
  #list: { readonly from: number; items: Range[]; itemFrom: number } | undefined;

  /** False when the brackets cannot be those of an object. */
  step(mark: string | undefined, at: number, text: string): boolean {
    if (mark === '{' || mark === '[') {
      if (this.depth === 0 && mark === '[') return false;
      if (this.depth === 1 && mark === '[') this.#list = { from: at, items: [], itemFrom: at + 1 };
      this.depth += 1;
    } else if (mark === '}' || mark === ']') {
      this.depth -= 1;
      if (this.depth === 1 && this.#list !== undefined) {
        if (mark !== ']') return false;
        this.#close(at, text);
      }
      return this.depth >= 0;
    } else if (mark === ',' && this.depth === 2 && this.#list !== undefined) {
      this.#list.items.push({ from: this.#list.itemFrom, to: at });
      this.#list.itemFrom = at + 1;
    }
    return true;
  }

  #close(at: number, text: string): void {
    if (this.#list === undefined) return;
    const { from, items, itemFrom } = this.#list;
    // An empty list has no item; a comma before the end makes an empty one, which does not parse.
    if (items.length > 0 || text.slice(itemFrom, at).trim() !== '') items.push({ from: itemFrom, to: at });
    this.lists.push({ from, to: at + 1, items });
    this.#list = undefined;
  }
}

/** Index of the quote that ends the string which begins at `from`; -1 when none does. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end >= 0 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}

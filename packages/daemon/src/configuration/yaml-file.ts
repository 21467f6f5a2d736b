import { readFileSync } from 'node:fs';
import { IsthmusError, messageOf } from '@isthmus/kernel';
import { type Document, isMap, LineCounter, type Node, parseDocument, visit } from 'yaml';

export interface YamlFile {
  readonly value: Record<string, unknown>;
  /** Where the value of a path is, or the nearest place around it. */
  readonly lineOf: (path: readonly string[]) => number;
}

/** @throws CONFIG_UNREADABLE, with file and line */
export function readYaml(file: string): YamlFile {
  const text = readText(file);
  const lines = new LineCounter();
  const fail = (line: number, fault: string): never => {
    throw new IsthmusError('CONFIG_UNREADABLE', `${file}:${line}: ${fault}`, { details: { file, line } });
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
    const fault = document.errors[0];
    if (fault !== undefined) fail(lines.linePos(fault.pos[0]).line, `not valid YAML: ${fault.message.split('\n')[0]}`);
    if (document.contents !== null && !isMap(document.contents)) fail(1, 'the configuration must be a map of keys');
    const { first, cyclic } = aliasesOf(document);
    const lineOfNode = (node: Node | undefined) => lines.linePos(node?.range?.[0] ?? 0).line;
    if (cyclic !== undefined) fail(lineOfNode(cyclic), `the alias *${cyclic.source} lies inside what it stands for`);
    return {
      value: toValue(document, (message) => fail(lineOfNode(first), message)),
      lineOf: lineFinder(document, lines),
    };
  } catch (error) {
    // what nests deeper than the stack reaches
    if (error instanceof RangeError) return fail(1, 'the configuration nests too deep');
    throw error;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new IsthmusError('CONFIG_UNREADABLE', `the configuration file ${file} cannot be read: ${messageOf(error)}`, {
      cause: error,
      details: { file },
    });
  }
}

function aliasesOf(document: Document) {
  const aliases: (Node & { readonly source: string })[] = [];
  let cyclic: (Node & { readonly source: string }) | undefined;
  visit(document, {
    Alias: (_key, alias, path) => {
      aliases.push(alias);
      const target = alias.resolve(document);
      if (target !== undefined && path.includes(target)) cyclic ??= alias;
    },
  });
  return { first: aliases[0], cyclic };
}

/** The library counts what aliases unfold to and ends a document that would fill the memory. */
function toValue(document: Document, fail: (message: string) => never): Record<string, unknown> {
  try {
    return (document.toJS({ maxAliasCount: 100 }) as Record<string, unknown> | null) ?? {};
  } catch (error) {
    if (error instanceof ReferenceError) return fail(`its aliases cannot be unfolded: ${error.message}`);
    throw error;
  }
}

function lineFinder(document: Document, lines: LineCounter): YamlFile['lineOf'] {
  return (path) => {
    // the nearest place in the file: a missing key is reported at the map that lacks it
    for (let length = path.length; length > 0; length -= 1) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1).map(segment), true);
      const key = path[length - 1];
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === key) : undefined;
      const node = (pair?.key ?? document.getIn(path.slice(0, length).map(segment), true)) as
        | { range?: readonly number[] }
        | undefined;
      if (node?.range?.[0] !== undefined) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
}

/** Keys of lists are numbers to the YAML library. */
function segment(key: string): string | number {
  return /^\d+$/.test(key) ? Number(key) : key;
}

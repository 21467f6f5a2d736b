import fc from 'fast-check';
import { file, folder, type SourceNode } from './fake-source.js';

export type Folder = Extract<SourceNode, { kind: 'folder' }>;

const names = ['a', 'b', 'c', 'd'] as const;
const texts = ['1', '2', '3'] as const;

const randomFile: fc.Arbitrary<SourceNode> = fc
  .record({
    text: fc.constantFrom(...texts),
    columns: fc.uniqueArray(fc.constantFrom('id', 'name', 'total'), { maxLength: 3 }),
    label: fc.option(fc.constantFrom('l', 'm'), { nil: undefined }),
  })
  .map(({ text, columns, label }) => file(text, columns, label));

function randomNode(depth: number): fc.Arbitrary<SourceNode> {
  return depth === 0 ? randomFile : fc.oneof({ weight: 2, arbitrary: randomFile }, randomFolder(depth - 1));
}

/** A small tree of folders and files; names are few, so that one tree after another moves, changes and removes. */
export function randomFolder(depth: number): fc.Arbitrary<Folder> {
  return fc
    .dictionary(fc.constantFrom(...names), randomNode(depth), { maxKeys: 4 })
    .map((children) => folder(children));
}

/** What a person does in the store: the n-th element gets a description, a name, or goes. */
export interface PersonsEdit {
  readonly index: number;
  readonly what: 'describe' | 'rename' | 'rewrite' | 'delete';
}

export const personsEdit: fc.Arbitrary<PersonsEdit> = fc.record({
  index: fc.nat({ max: 50 }),
  what: fc.constantFrom('describe', 'rename', 'rewrite', 'delete'),
});

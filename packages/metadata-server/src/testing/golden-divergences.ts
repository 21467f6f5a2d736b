/** A line of the recordings that this server answers otherwise on purpose. */
export interface Divergence {
  readonly id: string;
  /** Parts that differ, `*` stands for one key; absent = anything in the answer may. */
  readonly pointers?: readonly string[];
  readonly reason: string;
}

export const divergences: readonly Divergence[] = [
  {
    id: 'st-171',
    pointers: ['/element/relationships'],
    reason:
      'A graph tells the relationships between its elements. A real server adds those that leave it: one file would bring the folder, one folder each of its files, without a bound.',
  },
  {
    id: 'st-189',
    reason: 'Effectivity can be changed here. A real 6.1 refuses every such change, as it passes no properties on.',
  },
  {
    id: 'st-191',
    pointers: [
      '/element/effectiveFromTime',
      '/element/elementProperties/propertyValueMap/qualifiedName',
      '/element/elementProperties/propertiesAsStrings/qualifiedName',
    ],
    reason: 'An update may not give an element the qualified name of another one. A real 6.1 does not look.',
  },
  {
    id: 'st-194',
    pointers: ['/elements/3/elementProperties', '/elements/4/elementProperties'],
    reason:
      'A replacing update keeps the qualified name, and a merging one may not take that of another element: the versions that a real 6.1 made so do not exist here.',
  },
];

/** A line of the recordings that this server answers otherwise on purpose. */
export interface Divergence {
  readonly id: string;
  /** Parts that differ, `*` stands for one key; absent = anything in the answer may. */
  readonly pointers?: readonly string[];
  readonly reason: string;
}

const virtualConnections =
  'Virtual connections, which alone can hold secrets stores, can be created here. A real 4.3 takes a GUID for a type name and refuses.';
const latestChange =
  'A real 4.3 attaches the classification LatestChange by itself, with counts of its own; 6.1 gave it up. Here the history of the element tells who changed what.';

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
  {
    id: 'groups-040',
    reason: virtualConnections,
  },
  {
    id: 'groups-049',
    reason: virtualConnections,
  },
  {
    id: 'groups-076',
    reason: virtualConnections,
  },
  {
    id: 'groups-077',
    reason: virtualConnections,
  },
  {
    id: 'groups-126',
    reason: virtualConnections,
  },
  {
    id: 'groups-075',
    pointers: ['/path'],
    reason: virtualConnections,
  },
  {
    id: 'groups-044',
    pointers: ['/element/elementHeader/classifications'],
    reason: latestChange,
  },
  {
    id: 'groups-048',
    pointers: ['/element/elementHeader/classifications'],
    reason: latestChange,
  },
  {
    id: 'groups-052',
    pointers: ['/element/elementHeader/classifications'],
    reason: latestChange,
  },
  {
    id: 'groups-091',
    pointers: ['/element/elementHeader/classifications', '/element/properties/connection/endpoint'],
    reason: `${latestChange} A changed endpoint is changed here; a real 4.3 passes over it in silence.`,
  },
  {
    id: 'store-055',
    pointers: ['/element/versions/version', '/element/classifications'],
    reason: `${latestChange} What changes nothing makes no new version.`,
  },
  {
    id: 'store-066',
    pointers: ['/elementList/0/element/versions/version', '/elementList/0/element/classifications'],
    reason: `${latestChange} What changes nothing makes no new version.`,
  },
];

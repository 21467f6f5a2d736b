import { type Connection, type Static, Type } from '@isthmus/connector-sdk';
import { qualifiedNames } from '@isthmus/connector-sdk/helpers';

const patterns = (title: string, description: string, fallback: string[]) =>
  Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), {
    default: fallback,
    maxItems: 1_000,
    title,
    description,
  });

export const openapiNames = qualifiedNames(['path']);

export const openapiConfiguration = Type.Object(
  {
    locations: Type.Array(Type.String({ minLength: 1, maxLength: 4_000 }), {
      minItems: 1,
      maxItems: 1_000,
      title: 'Locations',
      description:
        'Where documents are: URLs (http, https), files and folders (absolute paths or file:// URLs). `name=` before one says what it is called in the catalogue. The address of the connection is one of them.',
    }),
    qualifiedNames: openapiNames.option(),
    include: patterns(
      'Include',
      'Glob patterns of the files to look at in folders, relative to the folder; one without `/` matches the name alone.',
      ['*.json', '*.yaml', '*.yml'],
    ),
    exclude: patterns('Exclude', 'Glob patterns of files and folders to leave out; wins over include.', []),
    references: Type.Union([Type.Literal('none'), Type.Literal('near'), Type.Literal('listed')], {
      default: 'near',
      title: 'References to other documents',
      description:
        'none: not followed. near: within the origin of the URL, within the folder of the file. listed: also to `referenceOrigins`.',
    }),
    referenceOrigins: Type.Array(Type.String({ pattern: '^https?://[^/?#@]+$', maxLength: 300 }), {
      default: [],
      maxItems: 100,
      title: 'Further origins',
      description: 'Origins (https://schemas.example.org) that references and redirects may lead to as well.',
    }),
    token: Type.Optional(
      Type.String({
        minLength: 1,
        secret: true,
        title: 'Token',
        description: 'Sent as `Authorization: Bearer` to the origins of the locations. Write it as ${env:NAME}.',
      }),
    ),
    user: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        title: 'User',
        description: 'For basic authentication, with `password`.',
      }),
    ),
    password: Type.Optional(
      Type.String({ minLength: 1, secret: true, title: 'Password', description: 'Write it as ${env:NAME}.' }),
    ),
    caFile: Type.Optional(
      Type.String({
        minLength: 1,
        title: 'Authority',
        description: 'File (PEM) with the certificates to trust instead of the usual ones.',
      }),
    ),
    timeoutSeconds: Type.Integer({
      default: 30,
      minimum: 1,
      maximum: 600,
      title: 'Timeout (seconds)',
      description: 'How long one request, or the reading of one document, may take.',
    }),
    maxDocumentMegabytes: Type.Integer({
      default: 32,
      minimum: 1,
      maximum: 256,
      title: 'Largest document (MB)',
      description: 'Larger ones are told as a finding and left as they were.',
    }),
    pollSeconds: Type.Integer({
      default: 60,
      minimum: 0,
      maximum: 86_400,
      title: 'Poll interval (seconds)',
      description: 'How often it is looked whether a document has changed; 0: by the schedule alone.',
    }),
  },
  { additionalProperties: false },
);

export type OpenapiConfiguration = Static<typeof openapiConfiguration>;

/** The address of the connection is a location beside those of the configuration. */
export function fromConnection({ networkAddress, configurationProperties }: Connection): unknown {
  const own = Object.fromEntries(
    Object.entries(configurationProperties).filter(([key]) => !key.startsWith('isthmus.')),
  );
  if (networkAddress === undefined || networkAddress === '') return own;
  const { locations = [] } = own;
  const further = Array.isArray(locations) ? locations : [locations];
  return { ...own, locations: [networkAddress, ...further.filter((location) => location !== networkAddress)] };
}

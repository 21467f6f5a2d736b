import {
  type ConnectorDefinition,
  defineConnector,
  type FilesContext,
  type IntegrationConnector,
  type RefreshRun,
  type Static,
  Type,
} from '@isthmus/connector-sdk';

const trivialConfiguration = Type.Object({
  /** Names of the files in its one folder. */
  files: Type.Array(Type.String(), { default: ['a.txt', 'b.txt'] }),
});
export type TrivialConfiguration = Static<typeof trivialConfiguration>;

/** Replaces single hooks; each gets what the trivial connector would have got, and may call its own `refresh`. */
export interface TrivialBehaviour {
  readonly provider?: string;
  readonly hooks?: (
    context: FilesContext,
    configuration: TrivialConfiguration,
    refresh: (run: RefreshRun<'files'>) => Promise<void>,
  ) => IntegrationConnector<'files'>;
}

/** The smallest provider that is complete: one folder with the files that its configuration names, all of size zero. */
export function trivialProvider(
  behaviour: TrivialBehaviour = {},
): ConnectorDefinition<'files', typeof trivialConfiguration> {
  return defineConnector({
    kind: 'files',
    provider: behaviour.provider ?? 'trivial',
    version: 1,
    configuration: trivialConfiguration,
    create(context, configuration) {
      const refresh = (run: RefreshRun<'files'>) => listFiles(run, configuration.files);
      return behaviour.hooks?.(context, configuration, refresh) ?? { refresh };
    },
  });
}

async function listFiles(run: RefreshRun<'files'>, files: readonly string[]): Promise<void> {
  const root = run.scope('root');
  await root.folder({
    key: '/',
    path: '/',
    name: 'trivial',
    pathName: '/trivial',
    folder: undefined,
    opens: 'folder:/',
  });
  await root.complete();
  const folder = run.scope('folder:/');
  for (const name of files) {
    run.signal.throwIfAborted();
    if (await folder.keep(name, '1')) continue;
    await folder.file({
      key: name,
      sourceVersion: '1',
      path: `/${name}`,
      name,
      pathName: `/trivial/${name}`,
      folder: '/',
      typeName: 'DataFile',
      sizeInBytes: 0,
    });
  }
  run.signal.throwIfAborted();
  await folder.complete();
}

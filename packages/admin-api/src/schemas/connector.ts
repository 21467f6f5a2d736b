import { omisKinds, type Properties } from '@isthmus/model';
import { Type } from 'typebox';
import { ErrorReportSchema } from './problem.js';
import { RunSummarySchema, runPart } from './run.js';
import { freeForm, named, oneOf, permittedSynchronizations, ref, time } from './vocabulary.js';

export const connectorStates = [
  'pending',
  'starting',
  'waiting',
  'refreshing',
  'stalled',
  'engaged',
  'paused',
  'backing-off',
  'stopping',
  'stopped',
  'failed',
  'quarantined',
] as const satisfies readonly import('@isthmus/runtime').ShownState[];

export const connectorHealths = [
  'ok',
  'degraded',
  'stalled',
  'failed',
  'unknown',
] as const satisfies readonly import('@isthmus/runtime').ConnectorStatus['health'][];

const status = {
  connectorId: Type.String({ description: 'GUID of the registration; changes when registered again' }),
  connectorGuid: Type.String({ description: 'GUID of the connector; survives moves between groups' }),
  slot: Type.String(),
  group: Type.Object({ server: Type.String(), qualifiedName: Type.String() }),
  name: Type.String(),
  qualifiedName: Type.String(),
  provider: Type.String(),
  kind: Type.Optional(oneOf(omisKinds, 'OMIS kind')),
  state: oneOf(connectorStates, 'what it does'),
  health: oneOf(connectorHealths, 'stalled: it should make progress and does not'),
  stateSince: time('since when it is in this state'),
  instanceId: Type.Optional(Type.String({ description: 'changes with every new instance' })),
  instanceStartedAt: Type.Optional(time('when the instance was made')),
  reason: Type.Optional(ref(ErrorReportSchema)),
  schedule: Type.String({ description: 'for people, e.g. "every 60 min"' }),
  nextDueAt: Type.Optional(time('next run by time alone')),
  permittedSynchronization: oneOf(permittedSynchronizations, 'direction'),
  paused: Type.Optional(Type.Object({ by: Type.String(), at: time('when'), reason: Type.Optional(Type.String()) })),
  runCount: Type.Integer({ minimum: 0 }),
  restartCount: Type.Integer({ minimum: 0 }),
  currentRun: Type.Optional(ref(RunSummarySchema)),
  lastRun: Type.Optional(ref(RunSummarySchema)),
  progressAgeMs: Type.Optional(Type.Number({ description: 'milliseconds since the last sign of progress' })),
  progressText: Type.Optional(Type.String()),
};

/** As lists show it. */
export const ConnectorSummarySchema = named(
  'ConnectorSummary',
  Type.Object(status, { description: 'A connector that the daemon is held to run' }),
);

export const ConnectorSchema = named(
  'Connector',
  Type.Object(
    {
      ...status,
      conflicts: Type.Optional(
        Type.Object(
          {
            fields: Type.Integer({ description: 'fields that both sides have set' }),
            elements: Type.Integer({ description: 'elements that were there before and are only reported' }),
          },
          { description: 'what waits for a decision of people; absent: nothing' },
        ),
      ),
      heldBack: Type.Optional(
        Type.Array(
          Type.Object({
            runId: Type.String({
              description: 'the run that took them back: releasing it lets refreshes write them again',
            }),
            itemCount: Type.Integer({ description: 'items' }),
          }),
          { description: 'what refreshes leave alone because people took it back; absent: nothing' },
        ),
      ),
      targets: Type.Optional(
        Type.Array(
          Type.Object({
            name: Type.String({ description: 'what it is told, remembered and shown by' }),
            elementGuid: Type.String(),
            elementTypeName: Type.String(),
            elementQualifiedName: Type.Optional(Type.String()),
            source: Type.Optional(
              Type.String({ description: 'middle part of the qualified names of what is found there' }),
            ),
            permittedSynchronization: Type.Optional(oneOf(permittedSynchronizations, 'direction')),
            fault: Type.Optional(ref(ErrorReportSchema)),
            isRunning: Type.Optional(Type.Literal(true, { description: 'a run is at it now' })),
            lastRun: Type.Optional(Type.Object({ ...runPart, endedAt: time('end of this part of the run') })),
          }),
          {
            description:
              'its catalog targets, as they were read last; one without `lastRun` has not been run over since the daemon started',
          },
        ),
      ),
      registration: Type.Optional(
        Type.Object(
          {
            displayName: Type.Optional(Type.String()),
            description: Type.Optional(Type.String()),
            networkAddress: Type.Optional(Type.String({ description: 'root folder or URL' })),
            userId: Type.Optional(Type.String()),
            source: Type.String({ description: 'middle part of the qualified names of what it finds' }),
            refreshTimeInterval: Type.Integer({ description: 'minutes between refreshes; 0: once' }),
            schedule: Type.Optional(Type.String({ description: 'cron expression; wins over the interval' })),
            timeZone: Type.Optional(Type.String()),
            approval: Type.Optional(
              Type.String({ description: 'required: runs stop at a plan until a person approves it' }),
            ),
            startDate: Type.Optional(time('not before')),
            stopDate: Type.Optional(time('not after')),
            usesBlockingCalls: Type.Boolean(),
            generateConnectorActivityReports: Type.Boolean(),
            version: Type.Integer(),
            configuration: freeForm<Properties>('what the provider is given; secrets are masked'),
          },
          { description: 'What it is held to run' },
        ),
      ),
    },
    { description: 'A connector with its registration' },
  ),
);

export const ConnectorPageSchema = named(
  'ConnectorPage',
  Type.Object({
    items: Type.Array(ref(ConnectorSummarySchema)),
    total: Type.Integer({ description: 'connectors that fit the filters, over all pages' }),
    nextCursor: Type.Optional(Type.String({ description: 'pass as `cursor`; absent on the last page' })),
  }),
);

export const AddedConnectorSchema = named(
  'AddedConnector',
  Type.Object({
    connectorGuid: Type.String(),
    connectorId: Type.String(),
    see: Type.String({ description: 'path that shows the effect' }),
  }),
);

/** Answer of verbs: accepted, the effect shows at `see`. */
export const AcceptedSchema = named(
  'Accepted',
  Type.Object({ see: Type.String({ description: 'path that shows the effect' }) }),
);

export const ProbeSchema = named(
  'Probe',
  Type.Object({
    steps: Type.Array(
      Type.Object({
        name: oneOf(['resolve', 'reach', 'authenticate', 'authorise', 'sample'], 'what was tried'),
        ok: Type.Boolean(),
        message: Type.String({ description: 'what was found, or what is wrong and what to do about it' }),
      }),
      { description: 'in their order; the first that fails is the last' },
    ),
  }),
);

/** Of what people decide about several catalog targets. */
export const leftOut = Type.Optional(
  Type.Array(
    Type.Object({
      target: Type.String({ description: 'name of the catalog target' }),
      ids: Type.Array(Type.String(), { description: 'of the part: of the plan, of the run, or of the conflicts' }),
      code: Type.String(),
      message: Type.String(),
      next: Type.String({ description: 'what can be done' }),
    }),
    { description: 'what the run leaves out, as it cannot be carried out at these catalog targets; absent: nothing' },
  ),
);

export const StartedRunSchema = named(
  'StartedRun',
  Type.Object({
    runId: Type.String({ description: 'run that serves the request; it may wait for one in progress' }),
    see: Type.String({ description: 'path that shows the run' }),
    leftOut,
  }),
);

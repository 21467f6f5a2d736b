import { Type } from 'typebox';
import { ErrorReportSchema } from './problem.js';
import { named, oneOf, ref, time } from './vocabulary.js';

const count = (description: string) => Type.Integer({ minimum: 0, description });

export const RunCountsSchema = Type.Object({
  seen: count('items that the connector listed'),
  unchanged: count('items that cost no write'),
  created: count('elements made'),
  updated: count('elements changed'),
  restored: count('elements brought back from the archive'),
  deleted: count('elements removed'),
  setAside: count('items refused by the server or left out by the connector'),
  scopesCompleted: count('scopes listed completely; only these may cause deletes'),
  scopesOpen: count('scopes that were not listed completely'),
  requests: count('requests to the metadata access server'),
});

const scopeCounts = {
  seen: count('items that were listed'),
  unchanged: count('items that cost no write'),
  created: count('items made'),
  updated: count('items changed'),
  restored: count('items brought back'),
  deleted: count('items removed'),
  setAside: count('items refused or left out'),
  kept: count('items that are no longer listed, but kept'),
};

const scopesReport = Type.Object({
  items: Type.Array(
    Type.Object({
      scope: Type.String(),
      ...scopeCounts,
      why: Type.Optional(Type.String({ description: 'why something was kept or failed' })),
    }),
    { description: 'the largest scopes, at most 100, of a catalog target at most 20; those with a reason first' },
  ),
  restCount: count('scopes that are only summed'),
  rest: Type.Optional(Type.Object(scopeCounts)),
});

/** How a part of a run fared. */
export const runPart = {
  id: Type.String({ description: 'of this part of the run' }),
  name: Type.String({ description: 'name of the catalog target' }),
  outcome: oneOf(['succeeded', 'partial', 'failed', 'cancelled'], 'of this part of the run'),
  counts: RunCountsSchema,
  findingCount: count('findings of this part'),
  scopes: Type.Optional(scopesReport),
  error: Type.Optional(ref(ErrorReportSchema)),
};

const summary = {
  id: Type.String(),
  connectorGuid: Type.String(),
  connectorName: Type.String(),
  mode: oneOf(['preview', 'apply'], 'preview writes nothing'),
  reasons: Type.Array(oneOf(['start', 'schedule', 'demand', 'event', 'retry', 'configuration'], 'why it ran')),
  acts: Type.Optional(
    Type.Array(
      Type.Object({
        kind: oneOf(['apply-plan', 'undo', 'resolve'], 'what people asked for instead of a refresh'),
        planId: Type.Optional(Type.String({ description: 'the run that made the plan' })),
        disputeIds: Type.Optional(
          Type.Array(Type.String(), { description: 'conflicts in which the values of the source are taken' }),
        ),
        undoneRunId: Type.Optional(Type.String({ description: 'the run that is taken back' })),
        target: Type.String({ description: 'the catalog target that it is about; empty: none' }),
        by: Type.String({ description: 'who asked for it' }),
      }),
    ),
  ),
  startedAt: time('begin'),
  endedAt: Type.Optional(time('end; absent while it runs')),
  outcome: oneOf(
    ['running', 'succeeded', 'partial', 'failed', 'cancelled', 'interrupted'],
    'partial: not everything was listed or written; interrupted: the daemon ended',
  ),
  counts: RunCountsSchema,
  findingCount: count('findings in all; `findings` holds the first of them'),
  error: Type.Optional(ref(ErrorReportSchema)),
};

/** A run without its findings, as lists show it. */
export const RunSummarySchema = named(
  'RunSummary',
  Type.Object(summary, { description: 'One refresh of one connector' }),
);

export const RunSchema = named(
  'Run',
  Type.Object(
    {
      ...summary,
      slot: Type.String(),
      undone: Type.Optional(
        Type.Object(
          { by: Type.String(), at: time('when'), runId: Type.String({ description: 'the run that took it back' }) },
          { description: 'it was taken back' },
        ),
      ),
      scopes: Type.Optional(scopesReport),
      operations: Type.Optional(
        Type.Array(
          Type.Object({
            operation: Type.String({ description: 'name in the context' }),
            calls: count('calls that wrote something, or would have in a preview'),
            created: count('elements made'),
            updated: count('elements changed'),
            deleted: count('elements taken away'),
          }),
          { description: 'what operations of the context did, at most 100; they are among the counts' },
        ),
      ),
      token: Type.Integer({ description: 'grant under which it wrote; only grows' }),
      targets: Type.Optional(
        Type.Array(Type.Object(runPart), { description: 'where it went over catalog targets: how each fared' }),
      ),
      findings: Type.Array(
        Type.Object({
          severity: oneOf(['info', 'warning', 'error'], 'how bad it is'),
          code: Type.String(),
          message: Type.String(),
          scope: Type.Optional(Type.String()),
          key: Type.Optional(Type.String()),
        }),
      ),
    },
    { description: 'One refresh of one connector, with what it found' },
  ),
);

export const RunListSchema = named('RunList', Type.Object({ items: Type.Array(ref(RunSummarySchema)) }));

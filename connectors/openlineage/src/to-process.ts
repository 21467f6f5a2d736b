import type { OmisScopes } from '@isthmus/connector-sdk';
import { definedTexts, type Versioned, versioned } from '@isthmus/connector-sdk/helpers';
import type { RunState } from './event.js';
import { textOfTime } from './event-time.js';
import { facetOf, fieldsIn, textIn } from './facet-values.js';
import { identityOf, type JobRecord, keyOf, type RunRecord, runKey } from './graph.js';
import type { DatasetMapping } from './openlineage-config.js';
import { clipped, ownershipOf, ownersOf, tagsOf } from './said-of-things.js';
import { sameThing } from './same-thing.js';

export type JobDescription = Parameters<OmisScopes['lineage']['job']>[0];
export type RunDescription = Parameters<OmisScopes['lineage']['run']>[0];
type Flows = NonNullable<RunDescription['reads']>;

const mostFlows = 5_000;
/** What went wrong; the rest of it is in the log of the job. */
const longestError = 2_000;

export interface ProcessNames {
  readonly unify: readonly DatasetMapping[];
  /** Qualified name of a job by its names. */
  readonly nameOfJob: (names: readonly string[]) => string;
}

/** @param runs - those of its kept runs that told of data last: it reads and writes what any of them did */
export function toJob(
  record: JobRecord,
  runs: readonly RunRecord[],
  { unify, nameOfJob }: ProcessNames,
): Versioned<JobDescription> {
  const { namespace, name, facets } = record;
  const sql = textIn(facetOf(facets, 'sql'), 'query');
  const code = facetOf(facets, 'sourceCode');
  const formula = sql ?? textIn(code, 'sourceCode');
  const location = facetOf(facets, 'sourceCodeLocation');
  const type = facetOf(facets, 'jobType');
  const declared = record.declared?.[1];
  const above = facets.parent?.[1];
  return versioned({
    names: [namespace, name],
    displayName: name,
    parent: 'none',
    description: textIn(facetOf(facets, 'documentation'), 'description'),
    deployedImplementationType: 'OpenLineage Job',
    resourceName: name,
    namespacePath: namespace,
    implementationLanguage: textIn(code, 'language'),
    ...(formula === undefined
      ? {}
      : { formula: clipped(formula), formulaType: sql === undefined ? textIn(code, 'language') : 'SQL' }),
    url: textIn(location, 'url'),
    versionIdentifier: textIn(location, 'version'),
    additionalProperties: definedTexts({
      processingType: textIn(type, 'processingType'),
      integration: textIn(type, 'integration'),
      jobType: textIn(type, 'jobType'),
      owners: ownersOf(facets),
      tags: tagsOf(facets),
    }),
    classifications: ownershipOf(facets),
    reads: flows([...keysIn(declared, 'inputs'), ...runs.flatMap(({ inputs }) => inputs)], unify),
    writes: flows([...keysIn(declared, 'outputs'), ...runs.flatMap(({ outputs }) => outputs)], unify),
    // a link and no parent: jobs may name each other, and the one above may never be heard of itself
    ...(typeof above === 'string'
      ? {
          linked: [
            {
              relationshipTypeName: 'ProcessHierarchy',
              qualifiedName: nameOfJob(namesOf(above)),
              selfAtEnd1: false,
              properties: { containmentType: 'USED' },
            },
          ],
        }
      : {}),
  });
}

export function toRun(job: JobRecord, record: RunRecord, { unify }: ProcessNames): Versioned<RunDescription> {
  const { id, state, started, ended, facets } = record;
  const nominal = facetOf(facets, 'nominalTime');
  const error = facetOf(facets, 'errorMessage');
  const engine = facetOf(facets, 'processing_engine');
  return versioned({
    names: [job.namespace, job.name, id],
    key: runKey(keyOf(job), id),
    displayName: `${job.name} ${started === undefined ? id : textOfTime(started)}`,
    deployedImplementationType: 'OpenLineage Run',
    resourceName: id,
    ...(started === undefined ? {} : { startTime: Math.floor(started / 1_000) }),
    ...(ended === undefined ? {} : { completionTime: Math.floor(ended / 1_000) }),
    activityStatus: statuses[state],
    additionalProperties: definedTexts({
      state,
      nominalStartTime: textIn(nominal, 'nominalStartTime'),
      nominalEndTime: textIn(nominal, 'nominalEndTime'),
      errorMessage: textIn(error, 'message')?.slice(0, longestError),
      errorLanguage: textIn(error, 'programmingLanguage'),
      engine: textIn(engine, 'name'),
      engineVersion: textIn(engine, 'version'),
      externalQuery: textIn(facetOf(facets, 'externalQuery'), 'externalQueryId'),
      parentRun: textIn(fieldsIn(facetOf(facets, 'parent'), 'run'), 'runId'),
      ...measured(record),
    }),
    reads: flows(record.inputs, unify),
    writes: flows(record.outputs, unify),
  });
}

const statuses = {
  START: 'IN_PROGRESS',
  RUNNING: 'IN_PROGRESS',
  COMPLETE: 'COMPLETED',
  FAIL: 'FAILED',
  ABORT: 'CANCELLED',
  OTHER: 'OTHER',
} as const satisfies Readonly<Record<RunState, string>>;

const mostMeasured = 50;

/** Rows and bytes by what was read or written. */
function measured({ uses }: RunRecord): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [use, facets] of Object.entries(uses).sort(([one], [other]) => (one < other ? -1 : 1))) {
    const isOutput = use.startsWith('out:');
    const { namespace, name } = identityOf(use.slice(isOutput ? 4 : 3));
    const statistics = facetOf(facets, isOutput ? 'outputStatistics' : 'inputStatistics');
    for (const [what, word] of [
      ['rowCount', 'rows'],
      ['size', 'bytes'],
      ['fileCount', 'files'],
    ] as const) {
      const value = textIn(statistics, what);
      if (value === undefined || Object.keys(texts).length >= mostMeasured) continue;
      texts[`${word} ${isOutput ? 'written to' : 'read from'} ${namespace}/${name}`] = value;
    }
  }
  return texts;
}

/** To the data itself where somebody else catalogues it. */
function flows(keys: readonly string[], unify: readonly DatasetMapping[]): Flows {
  const all = new Map<string, Flows[number]>();
  for (const key of [...new Set(keys)].sort().slice(0, mostFlows)) {
    const same = sameThing(identityOf(key), unify);
    all.set(same ?? key, same === undefined ? namesOf(key) : { qualifiedName: same });
  }
  return [...all.values()];
}

function keysIn(declared: unknown, part: 'inputs' | 'outputs'): readonly string[] {
  if (typeof declared !== 'object' || declared === null || !(part in declared)) return [];
  const listed: unknown = Reflect.get(declared, part);
  return Array.isArray(listed) ? listed.filter((key) => typeof key === 'string') : [];
}

function namesOf(key: string): readonly string[] {
  const { namespace, name } = identityOf(key);
  return [namespace, name];
}

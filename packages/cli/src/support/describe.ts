import type { Connector, ConnectorSummary, ErrorReport, Group, Plan, RunSummary } from '@isthmus/admin-client';
import type { Tone } from '../terminal/style.js';
import type { Cell } from '../terminal/table.js';

const connectorTones: Readonly<Record<ConnectorSummary['state'], Tone>> = {
  pending: 'waiting',
  starting: 'busy',
  waiting: 'good',
  refreshing: 'busy',
  stalled: 'bad',
  engaged: 'good',
  paused: 'waiting',
  'backing-off': 'waiting',
  stopping: 'busy',
  stopped: 'faint',
  failed: 'bad',
  quarantined: 'bad',
};

/** The state in a word; the health beside it where the state alone would look better than it is. */
export function connectorState({ state, health }: Pick<Connector, 'state' | 'health'>): Cell {
  if (health === 'ok' || health === 'unknown' || health === state) return { text: state, tone: connectorTones[state] };
  return { text: `${state} (${health})`, tone: health === 'failed' ? 'bad' : 'waiting' };
}

/** What an operator should look at: nothing that comes and goes by itself. */
export function needsAttention({ state, health, reason }: Pick<Connector, 'state' | 'health' | 'reason'>): boolean {
  // Waiting for its start date is as it should be; any other reason not to begin is not.
  if (state === 'pending') return reason !== undefined && reason.code !== 'CONNECTOR_OUTSIDE_DATES';
  return (
    ['failed', 'quarantined', 'backing-off', 'stalled'].includes(state) || health === 'failed' || health === 'degraded'
  );
}

const groupWords: Readonly<Record<Group['state'], readonly [string, Tone]>> = {
  loading: ['loading', 'busy'],
  'in-step': ['in step', 'good'],
  'from-journal': ['from journal', 'waiting'],
  'waiting-for-confirmation': ['waiting for confirmation', 'waiting'],
  rejected: ['list rejected', 'bad'],
  missing: ['missing', 'bad'],
};

export function groupState(state: Group['state']): Cell {
  const [text, tone] = groupWords[state];
  return { text, tone };
}

const groupMeanings: Readonly<Partial<Record<Group['state'], string>>> = {
  'from-journal': 'the metadata access server is away; what was accepted last goes on running',
  rejected: 'a list of the server was not accepted; what ran before goes on running',
  missing: 'the metadata access server has no such group',
};

export function groupMeaning(state: Group['state']): string | undefined {
  return groupMeanings[state];
}

const outcomeTones: Readonly<Record<RunSummary['outcome'], Tone>> = {
  running: 'busy',
  succeeded: 'good',
  partial: 'waiting',
  failed: 'bad',
  cancelled: 'faint',
  interrupted: 'waiting',
};

export function runOutcome({ outcome }: Pick<RunSummary, 'outcome'>): Cell {
  return { text: outcome, tone: outcomeTones[outcome] };
}

const planTones: Readonly<Record<Plan['state'], Tone>> = {
  recording: 'busy',
  open: 'waiting',
  'too-large': 'bad',
  approved: 'busy',
  applied: 'good',
  stale: 'bad',
  superseded: 'faint',
  rejected: 'faint',
};

/** @param counts - absent where they are not known: a plan that changes nothing waits for nobody */
export function planState({
  state,
  counts,
  itemCount,
  approval,
}: Pick<Plan, 'state'> & Partial<Pick<Plan, 'counts' | 'itemCount' | 'approval'>>): Cell {
  if (state === 'applied' && approval !== undefined && itemCount !== undefined && approval.itemCount < itemCount)
    return { text: `applied in part (${grouped(approval.itemCount)} of ${grouped(itemCount)})`, tone: 'good' };
  if (state === 'open' && counts !== undefined && !hasChanges(counts))
    return { text: 'nothing to approve', tone: 'good' };
  return { text: state === 'open' ? 'waits for approval' : state, tone: planTones[state] };
}

export function waitsForApproval({ state, counts }: Pick<Plan, 'state' | 'counts'>): boolean {
  return state === 'open' && hasChanges(counts);
}

function hasChanges({ keep: _, ...changes }: Plan['counts']): boolean {
  return Object.values(changes).some((count) => count > 0);
}

/** `3 to create, 1 to update, 2 to delete; 4 kept` */
export function planCounts({ counts, links }: Pick<Plan, 'counts'> & Partial<Pick<Plan, 'links'>>): string {
  const changes = (['create', 'update', 'restore', 'delete', 'adopt'] as const).flatMap((kind) =>
    counts[kind] > 0 ? [`${grouped(counts[kind])} to ${kind}`] : [],
  );
  const kept = counts.keep > 0 ? `; ${grouped(counts.keep)} kept` : '';
  const { make = 0, remove = 0 } = links ?? {};
  const ofLinks = [
    ...(make > 0 ? [`${grouped(make)} to make`] : []),
    ...(remove > 0 ? [`${grouped(remove)} to take away`] : []),
  ];
  const relationships = ofLinks.length === 0 ? '' : `; relationships: ${ofLinks.join(', ')}`;
  return `${changes.length === 0 ? 'nothing to change' : changes.join(', ')}${relationships}${kept}`;
}

const changeWords = [
  ['created', 'to create'],
  ['updated', 'to update'],
  ['restored', 'to restore'],
  ['deleted', 'to delete'],
] as const;

/** `1,204 seen: 3 created, 1 updated`; of a preview, which writes nothing, `3 to create`. */
export function runCounts({
  counts,
  mode,
  acts,
}: Pick<RunSummary, 'counts'> & Partial<Pick<RunSummary, 'mode' | 'acts'>>): string {
  const isPreview = mode === 'preview';
  const changes = changeWords.flatMap(([done, planned]) =>
    counts[done] > 0 ? [`${grouped(counts[done])} ${isPreview ? planned : done}`] : [],
  );
  const aside = counts.setAside > 0 ? [`${grouped(counts.setAside)} set aside`] : [];
  const none = isPreview ? 'nothing to change' : 'nothing changed';
  const text = [...(changes.length === 0 ? [none] : changes), ...aside].join(', ');
  // What people asked for lists nothing.
  return acts !== undefined && counts.seen === 0 ? text : `${grouped(counts.seen)} seen: ${text}`;
}

/** `CODE: message; next step` */
export function errorText({ code, message, next }: Pick<ErrorReport, 'code' | 'message' | 'next'>): string {
  return `${code}: ${message}; next: ${next}`;
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 connector`, `3 connectors` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2 fields and 1 element wait for a decision` */
export function conflictText({ fields, elements }: { readonly fields: number; readonly elements: number }): string {
  const parts = [
    ...(fields > 0 ? [counted(fields, 'field')] : []),
    ...(elements > 0 ? [counted(elements, 'element')] : []),
  ];
  return `${parts.join(' and ')} held back for a decision`;
}

/** A word of the command line as a shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** What a run was to do for people, with the runs that it is about. */
export function actsText({ acts = [] }: Pick<RunSummary, 'acts'>): string | undefined {
  const told = acts.map((act) => {
    const where = act.target === '' ? '' : ` at ${act.target}`;
    if (act.kind === 'resolve') return `conflicts ${(act.disputeIds ?? []).join(', ')}${where}`;
    return act.kind === 'apply-plan' ? `the plan of run ${act.planId}` : `taking back run ${act.undoneRunId}`;
  });
  return told.length === 0 ? undefined : told.join('; ');
}

/** Why a run ran. What people asked for says more than that they asked. */
export function runReasons({ reasons, acts, mode }: Pick<RunSummary, 'reasons' | 'acts' | 'mode'>): string {
  if (acts !== undefined) return acts.map(actText).join(', ');
  return `${reasons.join(', ')}${mode === 'preview' ? ' (preview)' : ''}`;
}

function actText({ kind, by }: NonNullable<RunSummary['acts']>[number]): string {
  if (kind === 'resolve') return `conflicts decided by ${by}`;
  return kind === 'apply-plan' ? `plan approved by ${by}` : `undo by ${by}`;
}

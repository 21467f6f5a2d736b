import type { Explanation } from '@isthmus/admin-client';
import type { Command } from 'commander';
import type { CliIo } from '../io.js';
import { withExamples } from '../support/command-help.js';
import { fieldText } from '../support/field-text.js';
import { openSession, type Session } from '../support/session.js';
import type { Screen } from '../terminal/screen.js';
import type { Tone } from '../terminal/style.js';
import type { Cell } from '../terminal/table.js';

const origins: Readonly<Record<Explanation['fields'][number]['from'], readonly [string, Tone]>> = {
  source: ['the source', 'good'],
  person: ['a person', 'busy'],
  pushed: ['a person; the source took it over', 'busy'],
  kept: ['a person; the source says otherwise', 'waiting'],
  unknown: ['not known', 'faint'],
};

export function addExplainCommand(program: Command, io: CliIo): void {
  withExamples(
    program
      .command('explain')
      .summary('tell who wrote an element and where its fields are from')
      .description(
        'Tell which connector found an element, in which scope of its source, which runs made and wrote it, where each field is from, and why something is kept.',
      )
      .argument('<qualified-name>', 'as `isthmus find` shows it')
      .action(async (name: string, _options: unknown, command: Command) =>
        explain(await openSession(io, command), name),
      ),
    'explain "DataFile::QuickStart.landing-area:/sales/2026-02/orders.csv"',
    'explain "DataFile::QuickStart.landing-area:/sales/2026-02/orders.csv" --json',
  );
}

async function explain({ client, screen, io }: Session, qualifiedName: string): Promise<void> {
  const found = await client.explainElement({ qualifiedName }, io.signal);
  if (screen.json) return screen.answer(found);
  printElement(screen, found);
  for (const holder of found.holders) printHolder(screen, holder);
  for (const operator of found.operated) printOperator(screen, operator);
  const former = found.former ?? [];
  for (const { connectorName, connectorGuid, at } of former)
    screen.line(
      `${connectorName ?? `The former connector ${connectorGuid}`} wrote it and let it go or removed it ${screen.ago(at)}: it is back, as after the metadata server was restored. No run removes it; when its source has it no longer, delete it.`,
    );
  if (found.holders.length + found.operated.length + former.length === 0)
    screen.line(
      'No run of a connector of this daemon wrote it: people or other programs did, or a connector outside of its runs.',
    );
  printFields(screen, found);
}

function printElement(screen: Screen, { qualifiedName, element }: Explanation): void {
  screen.fields([
    ['qualified name', qualifiedName],
    ['type', element?.typeName],
    ['in the catalogue', element === undefined ? { text: 'no', tone: 'waiting' } : 'yes'],
    ['created', element && `${screen.at(element.versions.createTime)} by ${element.versions.createdBy}`],
    [
      'changed',
      element?.versions.updateTime &&
        `${screen.at(element.versions.updateTime)} by ${element.versions.updatedBy ?? element.versions.createdBy}`,
    ],
  ]);
}

function printHolder(screen: Screen, holder: Explanation['holders'][number]): void {
  screen.heading(`Found by ${holder.connectorName ?? `the former connector ${holder.connectorGuid}`}`);
  screen.fields([
    ['target', holder.target],
    ['scope', holder.scope],
    ['key', holder.key],
    ['made by', holder.madeBy ? markText(screen, holder.madeBy) : 'no run that is known: it was there before'],
    ['written by', holder.wroteBy && markText(screen, holder.wroteBy)],
    ...holder.notes.map((note) => ['note', { text: note, tone: 'waiting' }] as const),
  ]);
}

function printOperator(screen: Screen, operator: Explanation['operated'][number]): void {
  const name = operator.connectorName ?? `the former connector ${operator.connectorGuid}`;
  screen.heading(`Written by operations of ${name}`);
  screen.fields([
    ['target', operator.target],
    ['operation', operator.operation],
    ['made by', operator.madeBy ? markText(screen, operator.madeBy) : 'no run of it: it was there before'],
    ['written by', operator.wroteBy && markText(screen, operator.wroteBy)],
  ]);
}

function markText(screen: Screen, { runId, at }: { readonly runId: string; readonly at: string }): string {
  return `run ${runId}, ${screen.ago(at)}`;
}

function printFields(screen: Screen, { fields, holders, operated }: Explanation): void {
  if (fields.length === 0) return;
  const writers = [...holders, ...operated];
  const several = new Set(writers.map(({ connectorGuid }) => connectorGuid)).size > 1;
  screen.heading('Fields');
  screen.table(
    [{ title: 'FIELD' }, { title: 'FROM' }, { title: 'VALUE', minimum: 16 }],
    fields.map(({ field, from, connectorGuid, value, at }): Cell[] => {
      const [word, tone] = origins[from];
      const name = writers.find((writer) => writer.connectorGuid === connectorGuid)?.connectorName;
      const who = several && name !== undefined ? ` (${name})` : '';
      const since = at === undefined ? '' : `, ${screen.ago(at)}`;
      return [field, { text: `${word}${who}${since}`, tone }, fieldText(field, value)];
    }),
  );
  if (fields.some(({ from }) => from === 'person'))
    screen.line('A person, or what a connector called outside of its runs: of that nothing is kept.');
}

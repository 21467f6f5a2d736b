import { fakePlan, fakePlanItems, fakeRun } from '@isthmus/admin-api/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type CliSetting,
  runCli,
  startTestDaemon,
  stopTestDaemon,
  type TestDaemon,
  testNow,
} from '../testing/run-cli.js';

let test: TestDaemon;
beforeAll(async () => {
  test = await startTestDaemon();
});
afterAll(() => stopTestDaemon(test));
beforeEach(() => {
  test.daemon.clear();
  test.daemon.addGroup('Sales');
});

const run = (argv: readonly string[], setting: CliSetting = {}) => runCli(test.url, argv, setting);

/** A connector with a run that made a plan. */
function planned() {
  const connector = test.daemon.put('Sales', 'landing');
  const made = {
    mode: 'preview',
    startedAt: testNow - 60_000,
    endedAt: testNow - 58_000,
    outcome: 'succeeded',
  } as const;
  test.daemon.runsById.set('run-a', fakeRun(connector, 'run-a', made));
  test.daemon.plansById.set('run-a', fakePlan(connector, 'run-a', { madeAt: testNow - 60_000 }));
  test.daemon.planItemsById.set('run-a', fakePlanItems);
  return connector;
}

describe('isthmus run list', () => {
  it('shows what the runs of a connector did, why, and the state of their plans', async () => {
    const connector = planned();
    const acts = [{ kind: 'apply-plan', planId: 'run-a', by: 'ann', target: '' }] as const;
    test.daemon.runsById.set('run-b', fakeRun(connector, 'run-b', { startedAt: testNow, acts }));
    expect((await run(['run', 'list', 'landing'])).stdout.split('\n')).toEqual([
      'STARTED    OUTCOME    TOOK  WHY                   ITEMS                      PLAN                RUN',
      'now        running    -     plan approved by ann  nothing changed            -                   run-b',
      '1 min ago  succeeded  2 s   demand (preview)      0 seen: nothing to change  waits for approval  run-a',
      '',
    ]);
  });

  it('says what to do when there are none', async () => {
    test.daemon.put('Sales', 'landing');
    expect(await run(['run', 'list', 'landing'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: 'No runs yet: ask for one with `isthmus connector refresh landing`.\n',
    });
    expect((await run(['run', 'list', 'nothing'])).exitCode).toBe(3);
  });
});

describe('isthmus run plan', () => {
  it('shows old and new values, reasons, and how to approve', async () => {
    planned();
    const { stdout, stderr } = await run(['run', 'plan', 'run-a']);
    expect(stdout).toContain('state      waits for approval');
    expect(stdout).toContain('would      1 to update, 1 to delete');
    expect(stdout).toContain('  additionalProperties.sizeInBytes  "12" -> "48"');
    expect(stdout).toMatch(/ {2}description +stays "by hand"/);
    expect(stdout).toContain('no longer listed in folder:/, which was listed completely (4 seen)');
    expect(stderr).toBe('Approve it with: isthmus run approve run-a\n');
  });

  it('says of each item what became of it, and of the whole that it was applied in part', async () => {
    const connector = planned();
    const approval = { by: 'ann', at: testNow, itemCount: 1 };
    test.daemon.plansById.set('run-a', fakePlan(connector, 'run-a', { state: 'applied', approval }));
    test.daemon.planItemsById.set(
      'run-a',
      fakePlanItems.map((item, index) => ({ ...item, decision: index === 0 ? 'applied' : 'left-out' })),
    );
    const { stdout } = await run(['run', 'plan', 'run-a']);
    expect(stdout).toMatch(/state +applied in part \(1 of 2\)/);
    expect(stdout).toContain('left out: no longer listed in folder:/');
    expect((await run(['connector', 'show', 'landing'])).stdout).not.toContain('waits for approval');
    test.daemon.plansById.set('run-a', fakePlan(connector, 'run-a'));
    expect((await run(['connector', 'show', 'landing'])).stdout).toMatch(
      /plan +waits for approval: 1 to update, 1 to delete: `isthmus run plan run-a`/,
    );
  });

  it('does not ask to approve what there is nothing of to approve', async () => {
    const connector = planned();
    const counts = { create: 0, update: 0, restore: 0, delete: 0, adopt: 0, keep: 1 };
    test.daemon.plansById.set('run-a', fakePlan(connector, 'run-a', { counts }));
    const { stdout, stderr } = await run(['run', 'plan', 'run-a']);
    expect(stdout).toMatch(/state +nothing to approve/);
    expect(stderr).toBe('');
  });

  it('shows only what is asked for, page by page', async () => {
    planned();
    const { stdout } = await run(['run', 'plan', 'run-a', '--action', 'delete', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({ plan: { runId: 'run-a' }, items: [{ number: 2, action: 'delete' }] });
    expect((await run(['run', 'plan', 'run-a', '-n', '1', '--type', 'DataFile'])).stderr).toContain(
      'There is more: isthmus run plan run-a --type DataFile --after 1\n',
    );
    expect((await run(['run', 'plan', 'run-a', '--text', 'nothing'])).stderr).toBe('No items fit.\n');
  });

  it('answers 3 when there is no such plan, 2 when the action is none', async () => {
    expect((await run(['run', 'plan', 'none'])).exitCode).toBe(3);
    expect((await run(['run', 'plan', 'none', '--action', 'x'])).exitCode).toBe(2);
  });
});

describe('isthmus run approve', () => {
  it('asks first, then approves with the reason, and says which run applies the plan', async () => {
    planned();
    const no = await run(['run', 'approve', 'run-a'], { answer: false });
    expect(no).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('Apply the plan of landing: 1 to update, 1 to delete?'),
    });
    expect(test.daemon.calls).toEqual([]);
    const yes = await run(['run', 'approve', 'run-a', '--yes', '--except', '2', '--reason', 'checked']);
    expect(yes).toMatchObject({ exitCode: 0, stdout: 'applying the plan: run run-1\n' });
    expect(test.daemon.calls).toContainEqual([
      'approvePlan',
      'run-a',
      expect.any(String),
      { reason: 'checked', except: [2] },
    ]);
  });

  it('names what is left out, and a plan tells why nothing came of its approval', async () => {
    const connector = planned();
    const fault = { code: 'PLAN_NOT_OPEN', message: 'south was taken away', next: 'reject it' };
    test.daemon.leftOut = [{ target: 'south', ids: ['run-a.1'], ...fault }];
    const { stdout, stderr } = await run(['run', 'approve', 'run-a', '--yes']);
    expect(stdout).toBe('applying the plan: run run-1\n');
    expect(stderr).toContain(
      'left out: catalog target south (run-a.1): PLAN_NOT_OPEN: south was taken away; next: reject it\n',
    );
    const notApplied = { at: testNow - 60_000, runId: 'run-z', ...fault };
    test.daemon.plansById.set('run-a', fakePlan(connector, 'run-a', { notApplied }));
    expect((await run(['run', 'plan', 'run-a'])).stdout).toMatch(
      /not applied +1 min ago by run run-z: PLAN_NOT_OPEN: south was taken away; next: reject it/,
    );
  });

  it('waits for the run where asked to', async () => {
    planned();
    const onWait = () => test.daemon.endRun('run-1', { outcome: 'failed' });
    expect((await run(['run', 'approve', 'run-a', '--yes', '--wait'], { onWait })).exitCode).toBe(7);
  });

  it('is refused where nobody can answer, for a plan that does not wait, and with contradicting choices', async () => {
    const connector = planned();
    expect((await run(['run', 'approve', 'run-a'])).exitCode).toBe(2);
    expect((await run(['run', 'approve', 'run-a', '--only', '1', '--except', '2'])).exitCode).toBe(2);
    expect((await run(['run', 'approve', 'run-a', '--only', '0'])).exitCode).toBe(2);
    test.daemon.plansById.set('run-a', fakePlan(connector, 'run-a', { state: 'stale' }));
    expect((await run(['run', 'approve', 'run-a', '--yes'])).exitCode).toBe(4);
  });
});

describe('isthmus run undo', () => {
  it('asks first, says what it is about, and which run takes it back', async () => {
    planned();
    const no = await run(['run', 'undo', 'run-a'], { answer: false });
    expect(no.stderr).toContain('Take back what this run wrote (landing, 0 seen: nothing to change)?');
    const yes = await run(['run', 'undo', 'run-a', '--yes', '--reason', 'wrong folder']);
    expect(yes).toMatchObject({ exitCode: 0, stdout: 'taking it back: run run-1\n' });
    expect(test.daemon.calls).toContainEqual(['undoRun', 'run-a', expect.any(String), 'wrong folder']);
    expect((await run(['run', 'list', 'landing'])).stdout).toMatch(/undo by /);
    expect((await run(['run', 'undo', 'none', '--yes'])).exitCode).toBe(3);
  });

  it('is refused when nothing is kept of the run', async () => {
    planned();
    test.daemon.fail('undoRun', 'UNDO_NOT_POSSIBLE', 'too old');
    expect((await run(['run', 'undo', 'run-a', '--yes'])).exitCode).toBe(4);
  });

  it('is told of the run that was taken back, and by the connector, whose last runs tell previews and undos apart', async () => {
    planned();
    await run(['run', 'undo', 'run-a', '--yes']);
    const [taken] = test.daemon.runsById.values();
    if (taken === undefined) throw new Error('no run');
    test.daemon.runsById.set('run-a', { ...taken, id: 'run-a', undone: { by: 'ann', at: testNow, runId: 'run-1' } });
    test.daemon.held = [{ runId: 'run-1', itemCount: 2 }];
    expect((await run(['run', 'show', 'run-a'])).stdout).toMatch(/taken back +by ann .*, in run run-1/);
    const { stdout } = await run(['connector', 'show', 'landing']);
    expect(stdout).toMatch(/held back +2 items taken back, .*`isthmus run release run-1`/);
    expect(stdout).toMatch(/undo by /);
    expect(stdout).toMatch(/\(preview\)/);
  });

  it('is ended by a release', async () => {
    planned();
    expect((await run(['run', 'release', 'run-a'])).stdout).toBe(
      'released 3 items: the next refresh writes what the source has\n',
    );
  });
});

describe('isthmus run reject', () => {
  it('rejects with the reason', async () => {
    planned();
    expect(await run(['run', 'reject', 'run-a', '--reason', 'no'])).toMatchObject({
      exitCode: 0,
      stdout: 'rejected the plan of run run-a\n',
    });
    expect(test.daemon.plansById.get('run-a')?.state).toBe('rejected');
  });
});

describe('isthmus connector preview', () => {
  it('asks for a plan, or waits for it and shows it', async () => {
    const connector = planned();
    expect(await run(['connector', 'preview', 'landing'])).toEqual({
      exitCode: 0,
      stdout: 'preview of landing asked for: run run-1\n',
      stderr: 'See its plan with: isthmus run plan run-1\n',
    });
    const onWait = () => {
      test.daemon.plansById.set('run-2', fakePlan(connector, 'run-2'));
      test.daemon.planItemsById.set('run-2', fakePlanItems);
      test.daemon.endRun('run-2', { outcome: 'succeeded' });
    };
    const { exitCode, stdout } = await run(['connector', 'preview', 'landing', '--wait'], { onWait });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('"12" -> "48"');
  });
});

describe('isthmus run show', () => {
  it('shows a run with its findings', async () => {
    const connector = test.daemon.put('Sales', 'landing');
    const findings = [{ severity: 'warning', code: 'DELETE_WITHHELD', message: 'kept', scope: 'folder:/' }] as const;
    test.daemon.runsById.set('run-a', fakeRun(connector, 'run-a', { outcome: 'partial', findings, findingCount: 1 }));
    const { stdout } = await run(['run', 'show', 'run-a']);
    expect(stdout).toContain('outcome    partial');
    expect(stdout).toContain('warning   DELETE_WITHHELD  folder:/  kept');
    expect((await run(['run', 'show', 'none'])).exitCode).toBe(3);
  });
});

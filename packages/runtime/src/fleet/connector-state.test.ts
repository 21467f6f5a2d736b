import { ManualClock } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { StateMachine, transitions } from './connector-state.js';
import type { ConnectorState } from './connector-status.js';

const states = Object.keys(transitions).filter((state): state is ConnectorState => state in transitions);

/** A machine that was led to a state by legal steps alone. */
function machineIn(state: ConnectorState, isStrict: boolean): { machine: StateMachine; clock: ManualClock } {
  const clock = new ManualClock();
  const machine = new StateMachine(clock, silentLogger, isStrict, () => undefined);
  const paths: ConnectorState[][] = [['pending']];
  for (const path of paths) {
    const last = path.at(-1);
    if (last === state) {
      for (const step of path) machine.become(step);
      break;
    }
    for (const next of last === undefined ? [] : transitions[last]) {
      if (!path.includes(next)) paths.push([...path, next]);
    }
  }
  expect(machine.state).toBe(state);
  return { machine, clock };
}

describe('the states of a connector', () => {
  it('follow each other as the table says and in no other way', async () => {
    for (const from of states) {
      for (const to of states) {
        const isLegal = from === to || transitions[from].includes(to);
        const { machine } = machineIn(from, true);
        if (isLegal) machine.become(to);
        else expect(() => machine.become(to)).toThrow(`from ${from} to ${to}`);
        expect(machine.state).toBe(isLegal ? to : from);
      }
    }
  });

  it('are kept when an illegal change is asked for outside of tests', () => {
    const { machine } = machineIn('stopping', false);
    machine.become('refreshing');
    expect(machine.state).toBe('stopping');
  });

  it('remember since when, and coming to the same state again is no change', async () => {
    const { machine, clock } = machineIn('waiting', true);
    await clock.advance(5_000);
    const { since } = machine;
    machine.become('waiting');
    expect(machine.since).toBe(since);
    machine.become('refreshing');
    expect(machine.since).toBe(clock.now());
  });

  it('can all be reached, and all be left', () => {
    for (const state of states) {
      expect(transitions[state].length).toBeGreaterThan(0);
      machineIn(state, true);
    }
  });
});

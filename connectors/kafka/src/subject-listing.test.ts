import { describe, expect, it } from '@jest/globals';
import { SourceFault } from './source-fault.js';
import { versionsOf } from './subject-listing.js';

const placed = (subjects: readonly string[]) =>
  subjects.map((subject) => ({ subject, place: { topic: undefined, usage: undefined } }));

/** Reads subjects but those whose names begin with the step at which they fail. */
const registry = {
  async versions(subject: string) {
    if (subject === 'gone') return undefined;
    for (const step of ['sample', 'authorise', 'reach'] as const)
      if (subject.startsWith(step)) throw new SourceFault(step, `${subject} failed`);
    return [1, 2];
  },
};

describe('the versions of subjects', () => {
  it('are known of those that can be read beside one that cannot, so that the others are followed', async () => {
    const found = await versionsOf(registry, placed(['a', 'sample', 'gone', 'authorise', 'b']));
    expect(found.map(({ subject, versions, fault }) => [subject, versions, fault])).toEqual([
      ['a', [1, 2], undefined],
      ['sample', [], 'sample failed'],
      ['authorise', [], 'authorise failed'],
      ['b', [1, 2], undefined],
    ]);
  });

  it('are known of none where it is the registry that fails', async () => {
    await expect(versionsOf(registry, placed(['a', 'reach']))).rejects.toThrow('reach failed');
    const many = Array.from({ length: 25 }, (_, number) => `sample-${number}`);
    await expect(versionsOf(registry, placed(many))).rejects.toThrow('failed');
  });
});

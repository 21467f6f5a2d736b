// A sync engine that takes everything and writes nothing: what is proved here is who runs when.
import { noCounts } from '@isthmus/runtime';

const run = {
  counts: noCounts,
  progressText: undefined,
  keep: async () => true,
  offer: async () => [],
  deliver: async () => undefined,
  finding: async () => undefined,
  complete: async () => undefined,
  progress: () => undefined,
  finish: async () => ({ counts: noCounts, findings: [], findingCount: 0, isPartial: false }),
};

export const silentEngine = {
  open: async () => run,
  // nobody approved anything in these histories
  approvedActs: async () => new Map(),
};

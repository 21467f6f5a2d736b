// A sync engine that takes everything and writes nothing: what is proved here is who runs when.

const counts = {
  seen: 0,
  unchanged: 0,
  created: 0,
  updated: 0,
  restored: 0,
  deleted: 0,
  setAside: 0,
  scopesCompleted: 0,
  scopesOpen: 0,
  requests: 0,
};

const run = {
  counts,
  progressText: undefined,
  keep: async () => true,
  offer: async () => [],
  deliver: async () => undefined,
  finding: async () => undefined,
  complete: async () => undefined,
  progress: () => undefined,
  finish: async () => ({ counts, findings: [], findingCount: 0, isPartial: false }),
};

export const silentEngine = { open: async () => run };

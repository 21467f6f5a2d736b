export { ChangeSignal } from './change-signal.js';
export { orAborted } from './or-aborted.js';
export { hasPathPattern, type PatternFilter, patternFilter } from './pattern-filter.js';
export { ProbeSteps } from './probe-steps.js';
export { nodeTimers, type Timers } from './timers.js';
export { Gate, workThrough } from './work-through.js';

export { type Clock, delay, type Scheduled, systemClock } from './clock.js';
export { withDeadline } from './deadline.js';
export { type ErrorCode, type ErrorEntry, errorCatalogue, isErrorCode } from './error-catalogue.js';
export {
  type ErrorDetails,
  type ErrorReport,
  IsthmusError,
  isAbort,
  messageOf,
  toErrorReport,
} from './isthmus-error.js';
export { type LogFields, type Logger, silentLogger } from './logger.js';
export { Resources } from './resources.js';
export { processSlicer, TimeSlicer, type Urgency } from './time-slicer.js';
export { KernelTokens } from './tokens.js';

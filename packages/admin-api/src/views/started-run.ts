import type { DecidedRun } from '@isthmus/runtime';
import type { Static } from 'typebox';
import { seePath } from '../http/see-path.js';
import type { StartedRunSchema } from '../schemas/connector.js';
import { present } from './fields.js';

export function toStarted({ runId, leftOut }: DecidedRun): Static<typeof StartedRunSchema> {
  const parts = leftOut?.map((part) => ({ ...part, ids: [...part.ids] }));
  return present({ runId, see: seePath('runs', runId), leftOut: parts });
}

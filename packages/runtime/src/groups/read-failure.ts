import { type ErrorReport, IsthmusError } from '@isthmus/kernel';

/** Nobody answers, or nobody who would answer us. */
export function isAway({ code }: ErrorReport): boolean {
  return code === 'STORE_UNREACHABLE' || code === 'STORE_NOT_AUTHORIZED' || code === 'STORE_REFUSED';
}

export function isTimeout(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'name' in error && error.name === 'TimeoutError';
}

export function tooSlow(deadlineMs: number): IsthmusError {
  return new IsthmusError('STORE_UNREACHABLE', `the list was not read within ${deadlineMs} ms`);
}

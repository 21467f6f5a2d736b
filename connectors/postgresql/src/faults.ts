import { codeOf } from '@isthmus/connector-sdk/helpers';

/** Whether the server refuses the user, for a database or as such (classes 28 and 42501 of SQLSTATE). */
export function isForbidden(error: unknown): boolean {
  const code = codeOf(error);
  return code === '42501' || (code?.startsWith('28') ?? false);
}

/** The database is not there (any more). */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === '3D000';
}

/** The server itself has answered so, and goes on answering: SQLSTATE, but for what ends connections (57P, 08). */
export function isAnswer(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^(57P|08|XX)/.test(code) && /\d/.test(code);
}

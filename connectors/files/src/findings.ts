import type { Finding } from '@isthmus/connector-sdk';

/** Something was not seen, so that the run is not wholly a success. */
export function fault(code: string, path: string, what: string): Finding {
  return { severity: 'error', code, message: `${path}: ${what}` };
}

export function notice(code: string, path: string, what: string): Finding {
  return { severity: 'info', code, message: `${path}: ${what}` };
}

import { IsthmusError } from '@isthmus/kernel';

/**
 * One segment of a path. Names are free text, so everything is percent-encoded.
 *
 * @throws REQUEST_INVALID for what no path can carry: empty names, `.` and `..` (clients and proxies resolve them), half characters
 */
export function segment(parameter: string, value: string): string {
  if (value === '' || value === '.' || value === '..') throw notSendable(parameter, value);
  return encoded(parameter, value);
}

/** @throws REQUEST_INVALID for half characters (lone surrogates) */
export function encoded(parameter: string, value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    throw notSendable(parameter, value);
  }
}

function notSendable(parameter: string, value: string): IsthmusError {
  return new IsthmusError('REQUEST_INVALID', `${JSON.stringify(value)} cannot be sent as ${parameter}`, {
    details: { field: parameter, fault: 'cannot be sent in an address' },
    next: `give another ${parameter}`,
  });
}

import type { Finding } from '@isthmus/connector-sdk';

const scopesNamed = 10;

/** What is told of scopes that the connector never completed. */
export function scopesNotCompleted(open: readonly string[]): Finding {
  const more = open.length > scopesNamed ? ` and ${open.length - scopesNamed} more` : '';
  const names = `${open.slice(0, scopesNamed).join(', ')}${more}`;
  return {
    severity: 'warning',
    code: 'SCOPE_NOT_COMPLETED',
    message: `${open.length === 1 ? '1 scope was' : `${open.length} scopes were`} not listed to the end, so nothing is concluded from what is missing there: ${names}`,
  };
}

import { IsthmusError } from '@isthmus/kernel';
import { type Grant, isthmusFace } from '@isthmus/model';

/**
 * Grant under which a write comes: header `<token> <slot, percent-encoded>`. Undefined without the header.
 *
 * @throws REQUEST_INVALID when the header is there but cannot be read: such a write must not pass unfenced
 */
export function grantOf(headers: Readonly<Record<string, string | string[] | undefined>>): Grant | undefined {
  const header = headers[isthmusFace.grantHeader];
  if (header === undefined) return undefined;
  const match = typeof header === 'string' ? /^(\d{1,15}) (\S{1,2000})$/.exec(header) : null;
  const slot = match?.[2] === undefined ? undefined : decoded(match[2]);
  if (match === null || slot === undefined)
    throw new IsthmusError('REQUEST_INVALID', `the header ${isthmusFace.grantHeader} is not "<token> <slot>"`, {
      details: { fault: 'value', field: isthmusFace.grantHeader },
    });
  return { token: Number(match[1]), slot };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

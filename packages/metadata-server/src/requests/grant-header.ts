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

/**
 * The grant of a batch, which may stand in the header, in the body, or in both.
 *
 * @throws REQUEST_INVALID when they differ: whoever looks at one of them must see the grant under which it is written
 */
export function grantOfBatch(inHeader: Grant | undefined, inBody: Grant | undefined): Grant | undefined {
  if (inHeader === undefined || inBody === undefined) return inHeader ?? inBody;
  if (inHeader.slot === inBody.slot && inHeader.token === inBody.token) return inBody;
  throw new IsthmusError(
    'REQUEST_INVALID',
    `the header ${isthmusFace.grantHeader} and the batch name different grants`,
    {
      details: { fault: 'value', field: 'grant' },
    },
  );
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

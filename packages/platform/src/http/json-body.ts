import { IsthmusError, messageOf } from '@isthmus/kernel';

/**
 * Parses a body. An empty one is no body (undefined). Keys that could reach a prototype are refused: no caller has a
 * reason to send them.
 *
 * @throws REQUEST_INVALID with `details.fault` = `json`
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  const text = body.toString('utf8');
  try {
    return text.includes('__proto__') ? JSON.parse(text, refusePrototype) : JSON.parse(text);
  } catch (error) {
    if (IsthmusError.is(error)) throw error;
    throw new IsthmusError('REQUEST_INVALID', `the body is not JSON: ${messageOf(error)}`, {
      cause: error,
      details: { fault: 'json' },
    });
  }
}

function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__')
    throw new IsthmusError('REQUEST_INVALID', 'the body has a key __proto__', { details: { fault: 'json' } });
  return value;
}

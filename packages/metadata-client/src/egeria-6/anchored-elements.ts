import { IsthmusError } from '@isthmus/kernel';
import { asList, asRecord, asText, type JsonObject, optionalRecord } from '../guards.js';

export const anchoredAtOnce = 500;
const mostPages = 20;

/**
 * GUIDs of what is anchored to an element and would go with it. Where the server cannot say, none: it is found out with the
 * next comparison of everything.
 */
export async function anchoredGuids(
  element: string,
  page: (startFrom: number) => Promise<JsonObject>,
): Promise<readonly string[]> {
  const found = new Set<string>();
  try {
    for (let count = 0; count < mostPages; count += 1) {
      const body = optionalRecord((await page(count * anchoredAtOnce)).element, 'element');
      const before = found.size;
      for (const each of asList(body?.matchingElements, 'matchingElements'))
        found.add(asText(asRecord(each, 'matchingElements').elementGUID, 'matchingElements.elementGUID'));
      if (found.size === before) break;
    }
  } catch (error) {
    const cannotSay = ['STORE_REFUSED', 'STORE_ANSWER_INVALID', 'ELEMENT_NOT_FOUND'];
    if (!IsthmusError.is(error) || !cannotSay.includes(error.code)) throw error;
  }
  found.delete(element);
  return [...found];
}

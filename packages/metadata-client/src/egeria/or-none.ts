import { IsthmusError } from '@isthmus/kernel';

/** Undefined when the server says that there is no such element, or one that only lineage may see. */
export async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (IsthmusError.is(error) && (error.code === 'ELEMENT_NOT_FOUND' || error.code === 'ELEMENT_ARCHIVED'))
      return undefined;
    throw error;
  }
}

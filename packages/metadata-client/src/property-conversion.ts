import type { Properties } from '@isthmus/model';

/** Between plain values and a release's wrapped ones. The type system of that release stands behind it. */
export interface PropertyConversion {
  /**
   * ElementProperties of the named entity, relationship or classification type.
   *
   * @throws TYPE_UNKNOWN, PROPERTY_UNKNOWN, PROPERTY_TYPE_WRONG
   */
  wrap(typeName: string, properties: Properties): object;
  /** @throws STORE_ANSWER_INVALID or any other error when it is no ElementProperties */
  unwrap(wrapped: unknown): Properties;
}

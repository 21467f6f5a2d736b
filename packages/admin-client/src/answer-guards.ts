/** A guard that asks for the fields that an answer must have: enough to notice that something else answered. */
export function answerWith<T>(...fields: readonly (keyof T & string)[]): (value: unknown) => value is T {
  return (value): value is T =>
    typeof value === 'object' && value !== null && fields.every((field) => Object.hasOwn(value, field));
}

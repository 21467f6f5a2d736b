import type { OperationEffect } from '@isthmus/connector-host';
import { fieldsOf, printOf } from '@isthmus/model';

type Prints = Readonly<Record<string, string>>;

/** By field, what was written of an element, once the effect came over what was written before. */
export function writtenPrints(before: Prints, effect: OperationEffect): Prints {
  switch (effect.of) {
    case 'element': {
      const { properties = {}, classifications = {} } = effect.to ?? {};
      const gone = fieldsOf(effect.from?.properties ?? {}).map(([field]) => field);
      return { ...without(before, gone), ...printsOf(fieldsOf(properties, classifications)) };
    }
    case 'classification': {
      const { name, to } = effect;
      const left = without(
        before,
        Object.keys(before).filter((field) => field === `@${name}` || field.startsWith(`@${name}.`)),
      );
      return to === undefined ? left : { ...left, ...printsOf(fieldsOf({}, { [name]: to })) };
    }
    default:
      return before;
  }
}

function printsOf(fields: ReturnType<typeof fieldsOf>): Prints {
  return Object.fromEntries(fields.map(([field, value]) => [field, printOf(value)]));
}

function without(prints: Prints, fields: readonly string[]): Prints {
  const gone = new Set(fields);
  return Object.fromEntries(Object.entries(prints).filter(([field]) => !gone.has(field)));
}

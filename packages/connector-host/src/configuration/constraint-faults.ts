import type { ErrorObject } from 'ajv';

const typeWords: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const formatWords: Readonly<Record<string, string>> = {
  uri: 'an address with its scheme, such as https://example.org',
  url: 'an address with its scheme, such as https://example.org',
  date: 'a day such as 2026-03-31',
  time: 'a time of day with its zone, such as 06:30:00Z',
  'date-time': 'a time such as 2026-03-31T06:30:00Z',
  duration: 'a duration such as PT15M',
  email: 'an e-mail address',
  hostname: 'the name of a host',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uuid: 'a UUID',
  regex: 'a regular expression',
};

/** What a value has to be, in our words: those of the validator are for people who write schemas. Never holds a value. */
export function constraintFault({ keyword, params, parentSchema }: ErrorObject): string {
  const limit = String(params.limit);
  switch (keyword) {
    case 'type':
      return `must be ${typeText(params.type)}`;
    case 'minLength':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${limit} characters`;
    case 'maxLength':
      return `must have no more than ${counted(params.limit, 'character')}`;
    case 'minItems':
    case 'minProperties':
      return params.limit === 1 ? 'must not be empty' : `must have at least ${limit} entries`;
    case 'maxItems':
    case 'maxProperties':
      return `must have no more than ${limit} ${params.limit === 1 ? 'entry' : 'entries'}`;
    case 'uniqueItems':
      return 'must not have the same entry twice';
    case 'minimum':
      return `must be at least ${limit}`;
    case 'maximum':
      return `must be at most ${limit}`;
    case 'exclusiveMinimum':
      return `must be more than ${limit}`;
    case 'exclusiveMaximum':
      return `must be less than ${limit}`;
    case 'multipleOf':
      return `must be a multiple of ${String(params.multipleOf)}`;
    case 'pattern':
      return patternText(String(params.pattern), parentSchema?.description);
    case 'format':
      return `must be ${formatWords[String(params.format)] ?? `of the format ${String(params.format)}`}`;
    default:
      return `does not fit what the schema of the provider says under \`${keyword}\``;
  }
}

function typeText(type: unknown): string {
  const types: readonly unknown[] = Array.isArray(type) ? type : String(type).split(',');
  return types.map((name) => typeWords[String(name)] ?? String(name)).join(' or ');
}

/** A pattern that only asks for a beginning is told as such; of others people get what the provider says of the field. */
function patternText(pattern: string, description: unknown): string {
  const beginning = /^\^((?:[\w /:@#%&=~-]|\\[./+*?()[\]{}|$^])+)$/.exec(pattern)?.[1];
  if (beginning !== undefined) return `must begin with ${JSON.stringify(beginning.replaceAll('\\', ''))}`;
  const meant = typeof description === 'string' ? `: ${description.slice(0, 200)}` : '';
  return `does not have the form that is wanted (as a regular expression: ${pattern})${meant}`;
}

function counted(limit: unknown, noun: string): string {
  return `${String(limit)} ${noun}${limit === 1 ? '' : 's'}`;
}

import type { MqttConfiguration } from './mqtt-config.js';

/** How topics are called in the catalogue. */
export interface TopicNaming {
  /** The name of a topic, or of the many that it is one of; undefined = it is not catalogued. */
  nameOf(topic: string): string | undefined;
}

type Rules = Pick<MqttConfiguration, 'include' | 'exclude' | 'collapse' | 'collapseIds'>;

export function topicNaming({ include, exclude, collapse, collapseIds }: Rules): TopicNaming {
  return {
    nameOf(topic) {
      if (topic.startsWith('$') || !include.some((filter) => fits(filter, topic))) return undefined;
      if (exclude.some((filter) => fits(filter, topic))) return undefined;
      const pattern = collapse.find((filter) => fits(filter, topic));
      if (pattern !== undefined) return pattern;
      return collapseIds ? topic.split('/').map(withoutId).join('/') : topic;
    },
  };
}

/** What has to be listened to for all topics of that name: `device-+` is no filter of brokers, `+` is one. */
export function filterOf(name: string): string {
  return name
    .split('/')
    .map((level) => (level.endsWith('+') ? '+' : level))
    .join('/');
}

/** As brokers match: `+` is one level, `#` at the end any number of them, none too. */
export function fits(filter: string, topic: string): boolean {
  const [wanted, levels] = [filter.split('/'), topic.split('/')];
  for (const [place, part] of wanted.entries()) {
    if (part === '#') return true;
    const level = levels[place];
    if (level === undefined || (part !== '+' && part !== level)) return false;
  }
  return wanted.length === levels.length;
}

/** UUIDs, hardware addresses, long hexadecimal and decimal numbers, also after a word: `device-00a1b2c3d4e5`. */
const identifiers = [
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  /^(?:[0-9a-f]{2}[:-]){5,7}[0-9a-f]{2}$/i,
  /^(?=.*\d)[0-9a-f]{12,}$/i,
  /^\d{5,}$/,
];

function withoutId(level: string): string {
  if (identifiers.some((pattern) => pattern.test(level))) return '+';
  const [, word, rest] = /^([a-z]+[-_])(.+)$/i.exec(level) ?? [];
  return word !== undefined && rest !== undefined && identifiers.some((pattern) => pattern.test(rest))
    ? `${word}+`
    : level;
}

import type { OmisContexts, OmisScopes } from '@isthmus/connector-sdk';
import { decodedName } from '@isthmus/connector-sdk/helpers';
import { shapeOfText } from './payload-shape.js';
import { payloadName } from './to-catalogue.js';
import type { TopicBook } from './topic-book.js';

type Reader = Pick<OmisContexts['topic'], 'findElements'>;

const pageSize = 500;
/** However many the catalogue holds, the book takes only so many. */
const mostPages = 400;

export interface Remembered {
  readonly brokerName: string;
  /** Topics that earlier runs have told of. */
  readonly known: readonly string[];
}

/**
 * What the catalogue holds of the broker goes into the book: a topic that has been silent since the connector began is
 * still there, and a field of a payload that is rare too. Read once more when something known was not found: pages shift
 * when people delete meanwhile.
 */
export async function recallTopics(
  context: Reader,
  names: Pick<OmisScopes['topic'], 'nameOf'>,
  { brokerName, known }: Remembered,
  book: TopicBook,
  signal: AbortSignal,
): Promise<void> {
  await readTopics(context, names, brokerName, book, signal);
  if (!known.every((name) => book.has(name) || !book.wouldHold(name)))
    await readTopics(context, names, brokerName, book, signal);
}

async function readTopics(
  context: Reader,
  names: Pick<OmisScopes['topic'], 'nameOf'>,
  brokerName: string,
  book: TopicBook,
  signal: AbortSignal,
): Promise<void> {
  const shapes = new Map<string, Facts>();
  await eachElement(context, 'EventType', belowBroker('eventType', names, brokerName), signal, (name, facts) => {
    const [topic, last] = name.split('/');
    if (topic !== undefined && last === payloadName) shapes.set(topic, facts);
  });
  await eachElement(context, 'Topic', belowBroker('topic', names, brokerName), signal, (name, facts) => {
    const topic = decodedName(name);
    const { encoding, shape, contentType } = shapes.get(name) ?? {};
    const known = shape === undefined ? undefined : shapeOfText(shape);
    book.recall(topic, {
      isRetained: facts.retained === 'true',
      encodings: new Set(encoding?.split(', ') ?? []),
      contentTypes: new Set(contentType?.split(', ') ?? []),
      ...(known === undefined ? {} : { shape: known }),
    });
  });
}

interface Facts {
  readonly encoding?: string | undefined;
  readonly shape?: string | undefined;
  readonly contentType?: string | undefined;
  readonly retained?: string | undefined;
}

/** With what the qualified names of all things of a broker begin. */
function belowBroker(
  noun: 'topic' | 'eventType',
  names: Pick<OmisScopes['topic'], 'nameOf'>,
  brokerName: string,
): string {
  const nameless = '%';
  return names.nameOf(noun, [brokerName, '']).slice(0, -nameless.length);
}

/** @param told - the rest of the qualified name, and what else is of interest */
async function eachElement(
  context: Reader,
  typeName: string,
  prefix: string,
  signal: AbortSignal,
  told: (name: string, facts: Facts) => void,
): Promise<void> {
  let startFrom: number | undefined = 0;
  for (let page = 0; page < mostPages && startFrom !== undefined; page += 1) {
    signal.throwIfAborted();
    const { elements, next }: Awaited<ReturnType<Reader['findElements']>> = await context.findElements({
      typeName,
      search: prefix,
      startsWith: true,
      ignoreCase: false,
      startFrom,
      pageSize,
    });
    for (const { properties } of elements) {
      const { qualifiedName, encodingStandard, additionalProperties } = properties;
      if (typeof qualifiedName !== 'string' || !qualifiedName.startsWith(prefix)) continue;
      told(qualifiedName.slice(prefix.length), {
        encoding: textIn({ encodingStandard }, 'encodingStandard'),
        shape: textIn(additionalProperties, 'shape'),
        contentType: textIn(additionalProperties, 'contentType'),
        retained: textIn(additionalProperties, 'retained'),
      });
    }
    startFrom = next;
  }
}

function textIn(values: unknown, name: string): string | undefined {
  if (typeof values !== 'object' || values === null) return undefined;
  const value: unknown = Object.entries(values).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}

/** To what a subject of the registry belongs. */
export interface SubjectPlace {
  /** Undefined: it is named after its record alone, so that it may be of any topic. */
  readonly topic: string | undefined;
  readonly usage: 'key' | 'value' | undefined;
}

/**
 * By its name, as the naming strategies of Kafka's serialisers make it: `<topic>-key` and `<topic>-value`
 * (TopicNameStrategy), `<topic>-<record>` (TopicRecordNameStrategy), `<record>` (RecordNameStrategy). As topics may hold
 * dashes, the longest topic that there is counts, and a topic's own strategy before that of its records.
 *
 * @param isTopic - whether there is such a topic in the cluster
 */
export function placeOf(subject: string, isTopic: (name: string) => boolean): SubjectPlace {
  const [, named, usage] = /^(.+)-(key|value)$/s.exec(subject) ?? [];
  if (named !== undefined && isTopic(named)) return { topic: named, usage: usage === 'key' ? 'key' : 'value' };
  for (let dash = subject.lastIndexOf('-'); dash > 0; dash = subject.lastIndexOf('-', dash - 1)) {
    const topic = subject.slice(0, dash);
    if (isTopic(topic)) return { topic, usage: undefined };
  }
  return { topic: undefined, usage: undefined };
}

/** `:.team:` of `:.team:orders-value`: a registry of Confluent's may be divided into contexts. Empty: the usual one. */
export function contextOf(subject: string): string {
  return /^:[^:]*:/.exec(subject)?.[0] ?? '';
}

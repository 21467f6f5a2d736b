/** By what things are known in their scopes, and what is to be asked for when one of them is missing. */
export interface ItemKeys {
  topic(name: string): string;
  group(id: string): string;
  /** Of a subject that moves to another topic the place in the catalogue is another: it counts as another thing. */
  subject(subject: string, topic: string | undefined): string;
  sample(topic: string): string;
  /** Undefined: the key is of another cluster. */
  topicOf(key: string): string | undefined;
  groupOf(key: string): string | undefined;
  subjectOf(key: string): string | undefined;
  sampleOf(key: string): string | undefined;
}

/** Keys hold the cluster: another one at the same address has none of the things of the one before. */
export function keysIn(cluster: string): ItemKeys {
  const before = (kind: string): string => `${kind}:${encodeURIComponent(cluster)}/`;
  const [topics, groups, subjects] = [before('topic'), before('group'), before('subject')];
  const after = (prefix: string, key: string): string | undefined =>
    key.startsWith(prefix) ? key.slice(prefix.length) : undefined;
  return {
    topic: (name) => `${topics}${name}`,
    group: (id) => `${groups}${id}`,
    // no topic's name holds a `/`
    subject: (subject, topic) => `${subjects}${topic ?? ''}/${subject}`,
    sample: (topic) => `${before('sample')}${topic}`,
    topicOf: (key) => after(topics, key),
    sampleOf: (key) => after(before('sample'), key),
    groupOf: (key) => after(groups, key),
    subjectOf: (key) => {
      const place = after(subjects, key);
      return place?.slice(place.indexOf('/') + 1);
    },
  };
}

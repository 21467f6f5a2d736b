import { createAPI, fetchV13, listOffsetsV7, type Reader } from '@platformatic/kafka';
import { recordValues } from './record-values.js';
import type { TopicRow } from './rows.js';

/** Partitions that are looked into: messages of one topic have one shape or few. */
const mostPartitions = 4;
const bytesOfPartition = 256 * 1024;
const waitMs = 100;
const newest = -1n;
const oldest = -2n;
const anyReplica = -1;
const committedOnly = 1;

interface FetchedPartition {
  readonly errorCode: number;
  readonly records: Buffer;
}

/** As the client's own, but with the records as they come: what is packed in them is unpacked within bounds. */
const fetch = createAPI<Parameters<typeof fetchV13.createRequest>, readonly FetchedPartition[]>(
  fetchV13.api.key,
  fetchV13.api.version,
  fetchV13.createRequest,
  (_correlationId, _apiKey, _apiVersion, reader) => fetchedPartitions(reader),
);

/** What a sampler asks brokers through: one question to the leader of a partition. */
export interface LeaderAsk {
  leadersOf(topic: string): readonly number[];
  askLeader<A extends unknown[], T>(
    broker: number,
    api: import('@platformatic/kafka').API<A, T>,
    ...args: A
  ): Promise<T>;
}

export interface TopicRange {
  readonly partition: number;
  readonly leader: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** Where the messages of a topic begin and end, of its first partitions. Undefined: the user may not know. */
export async function rangesOf(client: LeaderAsk, { name }: TopicRow): Promise<readonly TopicRange[] | undefined> {
  const ranges: TopicRange[] = [];
  for (const [partition, leader] of client.leadersOf(name).slice(0, mostPartitions).entries()) {
    // nobody leads it now
    if (leader < 0) continue;
    const [from, to] = [
      await offsetOf(client, name, partition, leader, oldest),
      await offsetOf(client, name, partition, leader, newest),
    ];
    if (from === undefined || to === undefined) return undefined;
    ranges.push({ partition, leader, from, to });
  }
  return ranges;
}

/** The newest messages, at most so many. Undefined: the user may not read them. */
export async function newestMessages(
  client: LeaderAsk,
  topic: TopicRow,
  ranges: readonly TopicRange[],
  most: number,
): Promise<readonly Buffer[] | undefined> {
  const values: Buffer[] = [];
  for (const { partition, leader, from, to } of ranges) {
    if (values.length >= most) break;
    const start = to - BigInt(most) > from ? to - BigInt(most) : from;
    if (start >= to) continue;
    const asked = {
      partition,
      currentLeaderEpoch: -1,
      fetchOffset: start,
      lastFetchedEpoch: -1,
      partitionMaxBytes: bytesOfPartition,
    };
    const topics = [{ topicId: topic.id, partitions: [asked] }];
    const [found] = await client.askLeader(
      leader,
      fetch,
      waitMs,
      1,
      bytesOfPartition,
      committedOnly,
      0,
      -1,
      topics,
      [],
      '',
    );
    if (found === undefined || found.errorCode !== 0) return undefined;
    values.push(...recordValues(found.records, most));
  }
  return values.slice(0, most);
}

async function offsetOf(client: LeaderAsk, name: string, partitionIndex: number, leader: number, timestamp: bigint) {
  const partitions = [{ partitionIndex, currentLeaderEpoch: -1, timestamp }];
  const answer = await client.askLeader(leader, listOffsetsV7.api, anyReplica, committedOnly, [{ name, partitions }]);
  const [found] = answer.topics[0]?.partitions ?? [];
  return found === undefined || found.errorCode !== 0 ? undefined : found.offset;
}

function fetchedPartitions(reader: Reader): readonly FetchedPartition[] {
  reader.readInt32();
  reader.readInt16();
  reader.readInt32();
  const topics = reader.readArray((topic) => {
    topic.readUUID();
    return topic.readArray((one) => {
      one.readInt32();
      const errorCode = one.readInt16();
      one.skip(3 * 8);
      one.readArray((aborted) => aborted.skip(2 * 8));
      one.readInt32();
      const length = Math.max(0, one.readUnsignedVarInt() - 1);
      const records = one.buffer.slice(one.position, one.position + length);
      one.skip(length);
      return { errorCode, records };
    });
  });
  return topics.flat();
}

import type { TopicFollower } from '@isthmus/metadata-client';
import type { ChangeFeed, ElementFeed, RunningDaemonParts } from '@isthmus/runtime';

type Followed = ReturnType<RunningDaemonParts['follow']>;

/** Both ways on which a metadata access server may tell changes; whichever it has shortens the wait. */
export class FeedAndTopic implements Followed {
  constructor(
    private readonly feed: ChangeFeed,
    private readonly topic: TopicFollower,
    /** For connectors that listen to changes of elements. */
    private readonly elements: ElementFeed,
  ) {}

  start(): void {
    this.feed.start();
    this.topic.start();
    this.elements.start();
  }

  reachability(): ReturnType<Followed['reachability']> {
    const { state, ...known } = this.topic.status();
    return { ...this.feed.reachability(), ...(state !== 'absent' && { outTopic: { state, ...known } }) };
  }

  async close(): Promise<void> {
    await Promise.all([this.feed.close(), this.topic.close(), this.elements.close()]);
  }
}

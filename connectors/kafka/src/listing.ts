import type { OmisScopes, RefreshRun } from '@isthmus/connector-sdk';
import type { ClusterClient } from './cluster-client.js';
import type { ItemKeys } from './item-keys.js';
import type { KafkaConfiguration } from './kafka-config.js';
import type { ClusterRow } from './rows.js';
import type { Choice } from './topic-choice.js';

export type Run = RefreshRun<'topic', KafkaConfiguration>;
export type Scope = OmisScopes['topic'];

/** What one run has at hand to list a cluster. */
export interface Listing {
  readonly run: Run;
  readonly client: ClusterClient;
  readonly configuration: KafkaConfiguration;
  readonly choice: Choice;
  readonly row: ClusterRow;
  /** What the cluster is called in the catalogue. */
  readonly cluster: string;
  readonly keys: ItemKeys;
}

/**
 * The certificate, on this very cluster: of another one at its address nothing is concluded.
 *
 * @param within - what else the listing depends on, which may be another one in the same cluster's name
 */
export async function complete(
  scope: Scope,
  { run, row }: Pick<Listing, 'run' | 'row'>,
  within?: string,
): Promise<void> {
  run.signal.throwIfAborted();
  await scope.complete({ place: within === undefined ? row.id : `${row.id} ${within}` });
}

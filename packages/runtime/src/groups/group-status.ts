import type { ErrorReport } from '@isthmus/kernel';
import type { GroupKey } from '@isthmus/model';

export interface GroupCondition {
  readonly type: 'Reachable' | 'Found' | 'ListAccepted' | 'ConfirmationNeeded';
  readonly status: boolean;
  readonly since: number;
  readonly reason?: ErrorReport;
  readonly message?: string;
}

export interface GroupStatus {
  readonly key: GroupKey;
  readonly guid?: string;
  readonly displayName?: string;
  readonly description?: string;
  /** `in-step`; `from-journal`: the server is away; `waiting-for-confirmation`; `rejected`; `missing`: no such group; `loading`: never read. */
  readonly state: 'loading' | 'in-step' | 'from-journal' | 'waiting-for-confirmation' | 'rejected' | 'missing';
  readonly conditions: readonly GroupCondition[];
  readonly lastReadAt?: number;
  readonly acceptedAt?: number;
  readonly nextReadAt?: number;
  readonly connectorCount: number;
  /** What waits for `isthmus group confirm`. */
  readonly pending?: {
    readonly stops: readonly string[];
    readonly total: number;
    readonly since: number;
    /** The server says that there is no such group any more. */
    readonly groupIsGone?: boolean;
  };
}

/** Weakest first; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who calls. In the quick start on loopback everybody is `quick-start` with role admin. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
}

/** An account of the configuration, its token already resolved from the secret reference. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly token: string;
}

/** Weakest first; each may do what those before it may. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** Who calls. In the quick start on loopback everybody is `quick-start` with role admin. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  /** Names that this caller may act for beside its own (`/users/{userId}/`, `delegatingUserId`). Default: none. */
  readonly actsFor?: ActsFor;
}

/** `*` = everybody: for servers that write in the name of their connectors, and for administrators. */
export type ActsFor = '*' | readonly string[];

/** An account of the configuration, its token already resolved from the secret reference. */
export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly token: string;
  /** Default `*`: such accounts are those of servers and scripts, whose token an operator handed out. */
  readonly actsFor?: ActsFor;
}

/** A person of the users file, as far as others may see it. */
export interface User {
  readonly name: string;
  readonly displayName?: string;
  readonly role: Role;
  /** Keeps everything but cannot log in; tokens given out before no longer hold. */
  readonly disabled: boolean;
  /** Default `*` for role admin, else none. */
  readonly actsFor: ActsFor;
}

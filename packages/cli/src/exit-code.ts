import type { ErrorCode } from '@isthmus/kernel';

/** What scripts may rely on. Shown by `isthmus --help`. */
export const ExitCode = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  notAuthorised: 6,
  conditionNotMet: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

export const exitCodeHelp = `Exit codes:
  0  done
  1  unexpected fault
  2  the command line is not understood, or not confirmed
  3  no such group, connector, run, plan, conflict, element or user
  4  refused or invalid: it exists already, or the configuration or schedule does not fit
  5  the daemon, or the metadata access server behind it, does not answer
  6  not authorised: no token, or the role of the account is too weak
  7  condition not met: \`status --check\` found something, a run awaited failed, or the wait ended
  130  interrupted`;

const special: Readonly<Partial<Record<ErrorCode, ExitCode>>> = {
  DAEMON_UNREACHABLE: ExitCode.unreachable,
  DAEMON_ANSWER_INVALID: ExitCode.unreachable,
  STORE_UNREACHABLE: ExitCode.unreachable,
  UNAUTHENTICATED: ExitCode.notAuthorised,
  LOGIN_FAILED: ExitCode.notAuthorised,
  FORBIDDEN: ExitCode.notAuthorised,
  REQUEST_FORBIDDEN_ORIGIN: ExitCode.notAuthorised,
  USAGE: ExitCode.usage,
  NOT_CONFIRMED: ExitCode.usage,
  WAIT_ENDED: ExitCode.conditionNotMet,
  INTERNAL: ExitCode.unexpected,
};

/** A code that is not named here says that what was asked for was refused. */
export function exitCodeOf(code: string): ExitCode {
  if (code.endsWith('NOT_FOUND')) return ExitCode.notFound;
  return new Map<string, ExitCode>(Object.entries(special)).get(code) ?? ExitCode.refused;
}

/** Thrown to end a command with a code after it has said why. */
export class CommandEnd extends Error {
  constructor(readonly exitCode: number) {
    super(`the command ends with ${exitCode}`);
    this.name = 'CommandEnd';
  }
}

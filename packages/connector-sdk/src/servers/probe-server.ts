import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ProbeStep } from '../connector.js';
import { orAborted } from '../helpers/or-aborted.js';
import { ProbeSteps } from '../helpers/probe-steps.js';
import { codeOf, reasonOf } from '../helpers/reason-of.js';
import { adviceOfFault, networkFaultOf, type ServerNames } from './network-fault.js';

/** In which step a log-in failed, and what to do about it. */
export interface LoginFault {
  readonly step: 'reach' | 'authenticate' | 'authorise';
  readonly advice: string;
}

/** A server that one act of its driver reaches and logs in to. */
export interface ProbedServer<S extends AsyncDisposable> extends ServerNames {
  readonly user: string;
  open(signal: AbortSignal): Promise<S>;
  /** What a refusal by the server itself means; undefined = it is none: the way to it is looked at. */
  judge(error: unknown): LoginFault | undefined;
  /** The steps once it is logged in: `authorise` and `sample`, and `authenticate` if it is to say more. */
  look(session: S, steps: ProbeSteps): Promise<void>;
}

/** Tries the way to a server step by step; ends with the first step that fails, and what to do about it. */
export async function probeServer<S extends AsyncDisposable>(
  server: ProbedServer<S>,
  signal: AbortSignal,
): Promise<readonly ProbeStep[]> {
  const { host, port, user } = server;
  const steps = new ProbeSteps(signal);
  const isPlain = host.startsWith('/') || isIP(host) !== 0;
  await steps.try(
    'resolve',
    isPlain ? `${host} needs no name service` : `${host} is known`,
    async () => (isPlain ? undefined : orAborted(lookup(host), signal)),
    (error) => adviceOfFault('name', reasonOf(error), server),
  );
  if (steps.hasFailed) return steps.steps;
  let session: S;
  try {
    session = await server.open(signal);
  } catch (error) {
    signal.throwIfAborted();
    const { step, advice } = loginFault(server, error);
    if (step !== 'reach') steps.passed('reach', `${host}:${port} answers`);
    if (step === 'authorise') steps.passed('authenticate', `${user} is known`);
    steps.failed(step, advice);
    return steps.steps;
  }
  try {
    steps.passed('reach', `${host}:${port} answers`);
    await server.look(session, steps);
    return steps.steps;
  } finally {
    await session[Symbol.asyncDispose]();
  }
}

function loginFault<S extends AsyncDisposable>(server: ProbedServer<S>, error: unknown): LoginFault {
  const judged = server.judge(error);
  if (judged !== undefined) return judged;
  const reason = reasonOf(error);
  // our own words, e.g. of a file that the configuration names
  if (codeOf(error) === 'SOURCE_UNREADABLE')
    return { step: 'reach', advice: error instanceof Error ? error.message : reason };
  const fault = networkFaultOf(error);
  if (fault !== undefined) return { step: 'reach', advice: adviceOfFault(fault, reason, server) };
  const { kind, host, port } = server;
  return {
    step: 'reach',
    advice: `what answers at ${host}:${port} does not speak like ${kind} (${reason}): correct \`${server.fields?.host ?? 'host'}\` or \`${server.fields?.port ?? 'port'}\``,
  };
}

import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { type Readable, Writable } from 'node:stream';
import { delay, systemClock } from '@isthmus/kernel';

/** A stream to people or scripts. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal, in columns; only terminals have one. */
  readonly columns?: number | undefined;
}

/** All that the command line touches of the world. */
export interface CliIo {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths begin. */
  readonly directory: string;
  /** Whether somebody is there to answer questions. */
  readonly interactive: boolean;
  /** Aborted when the person has had enough (Ctrl-C). */
  readonly signal: AbortSignal;
  /** Epoch milliseconds. */
  now(): number;
  wait(delayMs: number, signal: AbortSignal): Promise<void>;
  /** Asks on the terminal; true for `y` or `yes` alone. */
  confirm(question: string, signal: AbortSignal): Promise<boolean>;
  readText(path: string): Promise<string>;
  /** A secret: typed on the terminal without being shown, else the first line of stdin. */
  password(question: string, signal: AbortSignal): Promise<string>;
}

/** The process as it is. `signal`: aborted on Ctrl-C. */
export function processIo(signal: AbortSignal): CliIo {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    directory: process.cwd(),
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    signal,
    now: () => Date.now(),
    wait: waitAwake,
    confirm: askOnTerminal,
    readText: (path) => readFile(path, 'utf8'),
    password: (question, signal) =>
      process.stdin.isTTY === true ? askForSecret(question, signal) : firstLine(process.stdin, signal),
  };
}

/** `isthmus connector list | head`: who has seen enough closes the pipe, and that is no fault. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** The kernel's clock does not keep the process alive; a command that waits must. */
async function waitAwake(delayMs: number, signal: AbortSignal): Promise<void> {
  const awake = setInterval(() => undefined, 1_000_000);
  try {
    await delay(systemClock, delayMs, signal);
  } finally {
    clearInterval(awake);
  }
}

async function askOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Readline takes Ctrl-C for itself; hand it on, so that it ends the command as everywhere.
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `, { signal })).trim());
  } finally {
    terminal.close();
  }
}

/** The terminal's echo goes into a stream that shows nothing. */
async function askForSecret(question: string, signal: AbortSignal): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
    return await Promise.race([terminal.question('', { signal }), ended]);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

/** What comes before the first end of line, or before the input ends: `printf secret |` writes none. */
export async function firstLine(input: Readable, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input, signal });
  const line = await new Promise<string>((resolve) => {
    lines.once('line', resolve);
    lines.once('close', () => resolve(''));
  });
  signal.throwIfAborted();
  lines.close();
  return line;
}

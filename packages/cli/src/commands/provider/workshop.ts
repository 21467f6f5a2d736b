import { spawn } from 'node:child_process';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { IsthmusError, messageOf } from '@isthmus/kernel';

/** What making a provider does to the machine: it writes files and runs programs. */
export interface Workshop {
  /** Whether the folder is absent or empty. */
  isFree(folder: string): Promise<boolean>;
  /** Whether there is a file. */
  isThere(file: string): Promise<boolean>;
  write(folder: string, files: ReadonlyMap<string, string>): Promise<void>;
  /** Runs npm to its end. @throws PROVIDER_NOT_MADE with the last lines that it wrote as detail `output` */
  npm(folder: string, args: readonly string[], signal: AbortSignal): Promise<void>;
  /** Runs a Node script until the signal is aborted. @returns its first line, once it was written */
  serve(folder: string, script: string, env: Readonly<Record<string, string>>, signal: AbortSignal): Promise<string>;
}

const keptOutput = 20_000;
const keptLines = 40;

export const machineWorkshop: Workshop = {
  async isFree(folder) {
    try {
      return (await readdir(folder)).length === 0;
    } catch (error) {
      if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return true;
      throw new IsthmusError('USAGE', `${folder} cannot be used: ${messageOf(error)}`, {
        next: 'name another folder with --directory',
      });
    }
  },
  async isThere(file) {
    return await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
  },
  async write(folder, files) {
    for (const [path, text] of files) {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { flag: 'wx' });
    }
  },
  npm: (folder, args, signal) =>
    new Promise((resolve, reject) => {
      let output = '';
      const child = spawn(process.platform === 'win32' ? 'npm.cmd' : 'npm', [...args], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
        env: withoutNpm(process.env),
      });
      const keep = (chunk: Buffer): void => {
        output = (output + chunk.toString('utf8')).slice(-keptOutput);
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('error', reject);
      child.once('close', (code) => {
        if (code === 0) return resolve();
        const message = `\`npm ${args.join(' ')}\` in ${folder} ended with ${code}`;
        const lines = output.trimEnd().split('\n').slice(-keptLines);
        reject(new IsthmusError('PROVIDER_NOT_MADE', message, { details: { output: lines } }));
      });
    }),
  serve: (folder, script, env, signal) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [script], {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...env },
      });
      signal.addEventListener('abort', () => child.kill(), { once: true });
      child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString('utf8').trim()));
      child.once('error', reject);
      child.once('close', (code) => reject(new IsthmusError('PROVIDER_NOT_MADE', `${script} ended with ${code}`)));
    }),
};

/** What npm set for the program that runs now would lead another npm to the wrong package. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^npm_(package|lifecycle|config_(prefix|local_prefix|workspace))/i.test(name),
    ),
  );
}

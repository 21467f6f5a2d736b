// Virtual environments with one package of the Python Package Index, each made once in the lab's folder.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { labFolder } from './lab-folder.mjs';

/**
 * @param leastMinor of Python 3
 * @param mayInstall false: only what is there already counts
 * @returns {{ python: string } | { why: string }} an interpreter that can import the package, or why there is none
 */
export function pythonEnvironment({ name, version, leastMinor, mayInstall = true }) {
  const folder = join(labFolder(), `${name}-${version}`);
  const python = join(folder, 'bin/python');
  // an interpreter that was removed since leaves a folder of dead links
  if (existsSync(folder) && minorOf(python) !== undefined) return { python };
  if (!mayInstall) return { why: `${name} ${version} is not installed` };
  const base = findPython(leastMinor);
  if (base === undefined)
    return { why: `there is no Python of version 3.${leastMinor} or newer on the PATH or in pyenv` };
  rmSync(folder, { recursive: true, force: true });
  // scripts of an environment name its folder: it is made where it will be, and marked when it is complete
  const made = run(base, ['-m', 'venv', folder]);
  const problem = made ?? run(python, ['-m', 'pip', 'install', '-q', `${name}==${version}`]);
  if (problem === undefined) return { python };
  const broken = `${folder}.broken`;
  rmSync(broken, { recursive: true, force: true });
  if (existsSync(folder)) renameSync(folder, broken);
  return { why: `${name} ${version} could not be installed: ${problem}` };
}

function findPython(leastMinor) {
  const names = Array.from({ length: 8 }, (_, index) => `python3.${leastMinor + index}`);
  const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
  const versions = existsSync(pyenv) ? readdirSync(pyenv).map((version) => join(pyenv, version, 'bin/python3')) : [];
  return [...names, 'python3', 'python', ...versions].find((command) => (minorOf(command) ?? 0) >= leastMinor);
}

/** Of Python 3; undefined when the command is not there or does not run. */
function minorOf(command) {
  const { status, stdout } = spawnSync(command, ['-c', 'import sys; print(*sys.version_info[:2])'], {
    encoding: 'utf8',
  });
  const match = status === 0 ? /^3 (\d+)/.exec(stdout) : null;
  return match === null ? undefined : Number(match[1]);
}

/** @returns what went wrong, else undefined */
function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  return status === 0 ? undefined : (error?.message ?? stderr.trim().slice(-500));
}

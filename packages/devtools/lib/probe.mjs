// Looks into a measured process: the environment that loads the probe, and what it wrote.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Environment for `serve(..., { env })`; the process then writes a line a second to `file`. */
export function probeEnvironment(file) {
  const probe = new URL('./loop-probe.mjs', import.meta.url);
  return {
    ISTHMUS_PROBE: file,
    NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${fileURLToPath(probe)}`.trim(),
  };
}

/** @returns the lines written since `sinceMs` (wall clock), oldest first */
export function readProbe(file, sinceMs = 0) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line))
    .filter((line) => line.at >= sinceMs);
}

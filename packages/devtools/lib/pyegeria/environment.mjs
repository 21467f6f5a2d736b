import { pythonEnvironment } from '../python-environment.mjs';

export const pyegeriaVersion = '6.2.12';

/** @returns {{ python: string } | { why: string }} an interpreter that can import pyegeria, or why there is none */
export function pyegeriaPython() {
  // it asks for Python 3.12
  return pythonEnvironment({ name: 'pyegeria', version: pyegeriaVersion, leastMinor: 12 });
}

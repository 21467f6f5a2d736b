import { pythonEnvironment } from '../python-environment.mjs';

/** Known to the tests of the connector too. */
const version = '1.54.0';

/** @returns {{ python: string } | { why: string }} an interpreter that can import the OpenLineage client, or why there is none */
export function openLineagePython({ mayInstall }) {
  return pythonEnvironment({ name: 'openlineage-python', version, leastMinor: 9, mayInstall });
}

import type { TestCertificate } from '@isthmus/connector-testing';
import { describe } from '@jest/globals';
import { type ServerKind, serverKinds, serverPrograms } from './testing-programs.js';
import { startServer, type TestServer } from './testing-server.js';

/**
 * Runs suites with each kind of server. Where one is not installed they are skipped aloud and counted;
 * `npm run servers -- --install` brings both.
 */
export function describeEachServer(
  body: (start: (certificate?: TestCertificate) => Promise<TestServer>, kind: ServerKind) => void,
  kinds: readonly ServerKind[] = serverKinds,
): void {
  for (const kind of kinds) {
    const programs = serverPrograms(kind);
    if (programs === undefined) console.warn(`SKIP connectors/mysql: ${kind} is not installed`);
    // where it is not installed these are skipped aloud and counted
    (programs === undefined ? describe.skip : describe)(`with ${kind}`, () =>
      body(async (certificate) => {
        if (programs === undefined) throw new Error(`${kind} is not installed`);
        return await startServer(programs, certificate);
      }, kind),
    );
  }
}

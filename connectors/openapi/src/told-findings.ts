import type { OmisScopes } from '@isthmus/connector-sdk';
import type { DocumentPlace, Reading } from './document-reader.js';
import { keyOfDocument } from './to-catalogue.js';

type Scope = OmisScopes['api'];

const mostCutNamed = 5;

export async function tellNameTaken(scope: Scope, { names }: DocumentPlace): Promise<void> {
  const name = names.join('/');
  await scope.finding({
    severity: 'error',
    code: 'NAME_TAKEN',
    message: `another location has a document called ${name} already: give one of them a name of its own, as name=<location>`,
  });
}

export async function tellFaults(
  scope: Scope,
  name: string,
  { faults, faultCount, cut }: Extract<Reading, { kind: 'api' }>['facts'],
) {
  for (const fault of faults)
    await scope.finding({ severity: 'warning', code: 'REFERENCE_UNRESOLVED', message: `${name}: ${fault}` });
  if (faultCount > faults.length)
    await scope.finding({
      severity: 'warning',
      code: 'REFERENCE_UNRESOLVED',
      message: `${name}: ${faultCount - faults.length} further references lead to nothing`,
    });
  if (cut.length > 0)
    await scope.finding({
      severity: 'warning',
      code: 'FIELDS_LEFT_OUT',
      message: `${name}: ${cut.length} things have more fields than are catalogued, e.g. ${cut.slice(0, mostCutNamed).join(', ')}`,
    });
}

/** What lies behind a link in place of a folder is not looked at, and not gone either. `links`: their names. */
export async function tellLinks(scope: Scope, links: readonly (readonly string[])[]): Promise<void> {
  if (links.length === 0) return;
  const keys = new Set(links.map(keyOfDocument));
  for (const key of await scope.missing()) {
    const parts = key.split('/');
    const link = parts.map((_, position) => parts.slice(0, position + 1).join('/')).find((above) => keys.has(above));
    if (link === undefined) continue;
    const [name, above] = [key, link].map(decodeURIComponent);
    const message = `${name}: ${above} is a link now, and links to folders are not followed; what is known of it stays. Name the folder that it leads to in \`locations\`, or, if the API is gone, remove the link`;
    await scope.finding({ severity: 'error', code: 'DOCUMENT_UNREADABLE', key, message });
  }
}

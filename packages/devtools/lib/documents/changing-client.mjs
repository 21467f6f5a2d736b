// One of several clients that change the same document at once, and what must be there when all are done.
import { groupConfig } from './admin-rest.mjs';

/**
 * @param admin - `adminRest` of the document
 * @param metadataServer - `{url, name}` of every group
 * @param name - of the client; its groups begin with it, so that what it expects does not hang on the others
 * @param next - numbers from 0 to 1, seeded
 */
export function changingClient(admin, metadataServer, name, next) {
  /** Its groups, by name: the mark that each was last given. */
  const groups = new Map();
  /** Lines of the audit trail that its changes must have left. */
  const lines = [];
  let counted = 0;
  let conflicts = 0;
  const latencies = [];

  async function setGroup() {
    const groupName = `${name}:group ${Math.floor(next() * 12)}/ü`;
    const mark = String(Math.floor(next() * 1000));
    await admin.setGroup(groupConfig(metadataServer, groupName, mark));
    groups.set(groupName, mark);
    lines.push(`updated configuration for integration group ${groupName}.`);
  }

  async function removeGroup() {
    const names = [...groups.keys()];
    const groupName = names[Math.floor(next() * names.length)];
    if (groupName === undefined) return setGroup();
    await admin.removeGroup(groupName);
    groups.delete(groupName);
    lines.push(`updated configuration for integration group ${groupName}.`);
  }

  /** Reads the whole document, counts one up in it and sends it back, until nobody was in between. */
  async function count() {
    for (;;) {
      const { etag, document } = await admin.document();
      const before = Number(document.localServerDescription ?? 0);
      if (await admin.replace({ ...document, localServerDescription: String(before + 1) }, etag)) break;
      conflicts += 1;
    }
    counted += 1;
    lines.push('deployed configuration for server.');
  }

  async function setOrganization() {
    const organization = `${name} ${Math.floor(next() * 1_000_000)}`;
    await admin.must('POST', `/organization-name?name=${encodeURIComponent(organization)}`);
    lines.push(`updated configuration for local server's owning organization's name to ${organization}.`);
  }

  return {
    async change() {
      const at = performance.now();
      const dice = next();
      if (dice < 0.55) await setGroup();
      else if (dice < 0.75) await removeGroup();
      else if (dice < 0.82) await count();
      else await setOrganization();
      latencies.push(performance.now() - at);
    },
    expected: () => ({ groups, lines, counted }),
    figures: () => ({ conflicts, latencies }),
  };
}

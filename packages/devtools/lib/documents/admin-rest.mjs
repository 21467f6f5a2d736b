// The admin services of a platform, as a client without any knowledge of Isthmus calls them.

/**
 * @param base - of the platform, e.g. http://127.0.0.1:9080
 * @param serverName - whose document it is
 * @param headers - sent with every request, e.g. `{authorization}`
 */
export function adminRest(base, serverName, headers = {}) {
  const root = `${base}/open-metadata/admin-services/servers/${encodeURIComponent(serverName)}`;

  /** @returns {Promise<{status: number, etag: string | null, body: any}>} */
  async function ask(method, path, body, more = {}) {
    const response = await fetch(`${root}${path}`, {
      method,
      headers: { ...headers, ...more, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, etag: response.headers.get('etag'), body: await response.json() };
  }

  /** @throws when the answer is not a good one */
  async function must(method, path, body, more) {
    const answer = await ask(method, path, body, more);
    if (answer.status === 200 && answer.body.relatedHTTPCode === 200) return answer;
    throw new Error(`${method} ${path}: HTTP ${answer.status} ${JSON.stringify(answer.body).slice(0, 300)}`);
  }

  return {
    ask,
    must,
    setGroup: (group) => must('POST', '/integration-groups/configuration', group),
    removeGroup: (name) => must('DELETE', `/integration-groups/${encodeURIComponent(name)}`),
    groups: async () => (await must('GET', '/integration-groups/configuration')).body.groups ?? [],
    async document() {
      const { etag, body } = await must('GET', '/configuration');
      return { etag, document: body.omagserverConfig };
    },
    /** @returns false when somebody else was faster */
    async replace(document, etag) {
      const { status, body } = await ask('POST', '/configuration', document, { 'if-match': etag });
      if (status === 412) return false;
      if (status === 200 && body.relatedHTTPCode === 200) return true;
      throw new Error(`the document was refused: HTTP ${status} ${JSON.stringify(body).slice(0, 300)}`);
    },
    /** Newest first. */
    audit: async (limit) => (await must('GET', `/configuration/audit?limit=${limit}`)).body.auditLines,
    revisions: async () => (await must('GET', '/configuration/revisions')).body.revisions,
    restore: (revision) => must('POST', `/configuration/revisions/${revision}/restore`),
  };
}

/** @param {{ url: string, name: string }} metadataServer @param mark - something of the group that a change changes */
export function groupConfig(metadataServer, name, mark = '0') {
  return {
    class: 'IntegrationGroupConfig',
    omagserverPlatformRootURL: metadataServer.url,
    omagserverName: metadataServer.name,
    integrationGroupQualifiedName: name,
    secretsStoreCollection: mark,
  };
}

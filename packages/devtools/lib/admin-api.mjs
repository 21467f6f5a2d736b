/**
 * One call of a daemon's admin API.
 *
 * @param {string} url of the daemon
 * @param {string | undefined} token none where there are no accounts
 * @param {string} path below /api/v1
 * @returns { status, body }; body is undefined when the answer has none
 */
export async function callApi(url, token, path, { method = 'GET', body } = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** The same for callers who can do nothing with a refusal. @returns the body */
export async function mustCallApi(url, token, path, request) {
  const { status, body } = await callApi(url, token, path, request);
  if (status >= 300) throw new Error(`${request?.method ?? 'GET'} ${path}: ${status} ${JSON.stringify(body)}`);
  return body;
}

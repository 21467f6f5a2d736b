// Batches that a daemon posted, and posting them ready-made to another server: the least that the same writes cost.
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import { fileURLToPath } from 'node:url';

/** Environment for `serve(..., { env })` that records; see post-recorder.mjs. Merges with that of probe.mjs. */
export function recorderEnvironment({ posts, requests }, env = {}) {
  const recorder = fileURLToPath(new URL('./post-recorder.mjs', import.meta.url));
  return {
    ...env,
    ...(posts === undefined ? {} : { ISTHMUS_POSTS: posts }),
    ...(requests === undefined ? {} : { ISTHMUS_REQUESTS: requests }),
    NODE_OPTIONS: `${env.NODE_OPTIONS ?? process.env.NODE_OPTIONS ?? ''} --import=${recorder}`.trim(),
  };
}

/** @returns {{ path: string, headers: Record<string, string>, body: Buffer }[]} in the order in which they were posted */
export function readPosts(file) {
  const bytes = readFileSync(file);
  const posts = [];
  for (let at = 0; at < bytes.length; ) {
    const bodyFrom = at + 8 + bytes.readUInt32BE(at);
    const end = bodyFrom + bytes.readUInt32BE(at + 4);
    posts.push({ ...JSON.parse(bytes.toString('utf8', at + 8, bodyFrom)), body: bytes.subarray(bodyFrom, end) });
    at = end;
  }
  return posts;
}

/** @returns {{ at: number, method: string, url: string }[]} requests that a process served, oldest first */
export function readRequests(file) {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
}

/**
 * Per post, after how many of the others (from the first on) its elements' parents are written: what may not be posted
 * before. Worked out beforehand, so that posting costs nothing but posting.
 */
export function parentsWritten(posts) {
  const writtenBy = new Map();
  return posts.map(({ body }, index) => {
    const { operations } = JSON.parse(body.toString('utf8'));
    let after = 0;
    for (const { qualifiedName, parent, anchor } of operations) {
      for (const name of [parent?.qualifiedName, anchor])
        if (writtenBy.has(name) && writtenBy.get(name) !== index) after = Math.max(after, writtenBy.get(name) + 1);
      if (qualifiedName !== undefined) writtenBy.set(qualifiedName, index);
    }
    return after;
  });
}

/** Posts all of them over so many connections, children never before their parents. @returns ms, and results of refused operations */
export async function postAll(url, posts, { connections = 4, token, after = parentsWritten(posts) }) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const answered = posts.map(() => false);
  let answeredToo = 0;
  let next = 0;
  let wake = [];
  const answers = [];
  const started = performance.now();
  const worker = async () => {
    while (next < posts.length) {
      const index = next;
      next += 1;
      while (answeredToo < after[index]) await new Promise((settle) => wake.push(settle));
      answers.push(await post(agent, url, posts[index], token));
      answered[index] = true;
      while (answered[answeredToo]) answeredToo += 1;
      for (const settle of wake.splice(0)) settle();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  const ms = performance.now() - started;
  agent.destroy();
  wake = [];
  const refused = answers.flatMap((answer) =>
    (JSON.parse(answer).result?.items ?? [{ outcome: 'refused', error: answer.slice(0, 500) }]).filter(
      ({ outcome }) => outcome === 'refused',
    ),
  );
  return { ms, refused };
}

function post(agent, url, { path, headers, body }, token) {
  return new Promise((settle, fail) => {
    const request = http.request(
      new URL(path, url),
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          authorization: `Bearer ${token}`,
          ...(headers['x-isthmus-grant'] === undefined ? {} : { 'x-isthmus-grant': headers['x-isthmus-grant'] }),
        },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => settle(Buffer.concat(chunks).toString('utf8')));
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}

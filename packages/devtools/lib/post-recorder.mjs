// Loaded into a measured process by `--import=<this file>`: keeps what only a look from inside can tell of its HTTP.
// ISTHMUS_POSTS=<file>: every batch that the process posts, as it was posted; `readPosts` of posts.mjs reads it.
// ISTHMUS_REQUESTS=<file>: a line for every request that the process serves; `readRequests` of posts.mjs reads it.
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, openSync, writeSync } from 'node:fs';
import http from 'node:http';
import { isMainThread } from 'node:worker_threads';

const { ISTHMUS_POSTS: posts, ISTHMUS_REQUESTS: requests } = process.env;
if (posts !== undefined && isMainThread) recordPosts(openSync(posts, 'a'));
if (requests !== undefined && isMainThread)
  subscribe('http.server.request.start', ({ request }) => {
    appendFileSync(requests, `${JSON.stringify({ at: Date.now(), method: request.method, url: request.url })}\n`);
  });

/** A frame of two lengths, the request's line as JSON, the body. Written at once: it is gone with `kill -9` otherwise. */
function recordPosts(file) {
  const { write, end } = http.ClientRequest.prototype;
  const bodies = new WeakMap();
  const keep = (request, chunk) => {
    if (!request.path.includes('/write-batch') || typeof chunk === 'function' || chunk == null) return;
    const kept = bodies.get(request) ?? [];
    kept.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    bodies.set(request, kept);
  };
  http.ClientRequest.prototype.write = function (chunk, ...rest) {
    keep(this, chunk);
    return write.call(this, chunk, ...rest);
  };
  http.ClientRequest.prototype.end = function (chunk, ...rest) {
    keep(this, chunk);
    const kept = bodies.get(this);
    if (kept !== undefined) {
      bodies.delete(this);
      const line = Buffer.from(JSON.stringify({ path: this.path, headers: this.getHeaders() }));
      const lengths = Buffer.alloc(8);
      lengths.writeUInt32BE(line.length, 0);
      lengths.writeUInt32BE(
        kept.reduce((sum, { length }) => sum + length, 0),
        4,
      );
      // nothing is copied: the memory of this process is measured
      for (const piece of [lengths, line, ...kept]) writeSync(file, piece);
    }
    return end.call(this, chunk, ...rest);
  };
}

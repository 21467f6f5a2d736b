// An HTTP relay on a port of its own before a server that comes and goes; it notes who asked for what.
import { createServer, request as httpRequest } from 'node:http';

/**
 * @param {{ hidden?: RegExp }} [options] paths that are answered 404, as by a server that does not know them
 * @returns { url, seen: [{ at: performance.now(), method, path, status }], target(url), close() }
 */
export async function relay({ hidden } = {}) {
  const seen = [];
  let target;
  const server = createServer((incoming, outgoing) => {
    const entry = { at: performance.now(), method: incoming.method, path: incoming.url, status: undefined };
    seen.push(entry);
    if (hidden?.test(incoming.url)) {
      incoming.resume();
      entry.status = 404;
      outgoing.writeHead(404, { 'content-type': 'application/json' });
      return void outgoing.end(JSON.stringify({ status: 404, error: 'Not Found', path: incoming.url }));
    }
    const { hostname, port } = new URL(target);
    const onward = httpRequest(
      {
        hostname,
        port,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, host: `${hostname}:${port}` },
      },
      (answer) => {
        entry.status = answer.statusCode;
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
        answer.on('error', () => outgoing.destroy());
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
    outgoing.on('close', () => onward.destroy());
  });
  await new Promise((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    seen,
    target: (url) => {
      target = url;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

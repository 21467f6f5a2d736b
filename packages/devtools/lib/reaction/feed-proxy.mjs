// Stands between daemon and metadata server and, when told, refuses the change feed and nothing else; what it hides is
// not there from the beginning.
import { Agent, createServer, request as send } from 'node:http';

/**
 * @param hides - paths that are answered with 404
 * @returns { url, cut(), refused(): feed requests refused so far, moved(target): the server is elsewhere now, close() }
 */
export async function feedProxy(target, { hides } = {}) {
  let { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const following = new Set();
  let isCut = false;
  let refused = 0;
  const server = createServer((request, response) => {
    if (hides?.test(request.url)) return notFound(request, response);
    // runs read changes too, to tell whose they are: those calls do not wait
    const isFeed = request.url.includes('/isthmus/changes') && !request.url.includes('waitMs=0');
    if (isFeed && isCut) {
      refused += 1;
      return request.socket.destroy();
    }
    if (isFeed) following.add(request.socket);
    const { method, url: path, headers } = request;
    const onward = send({ hostname, port, method, path, headers, agent }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => request.socket.destroy());
    response.on('close', () => {
      following.delete(request.socket);
      if (!response.writableFinished) onward.destroy();
    });
    request.pipe(onward);
  });
  await new Promise((settle) => server.listen(0, '127.0.0.1', settle));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut() {
      isCut = true;
      for (const socket of following) socket.destroy();
    },
    refused: () => refused,
    moved: (url) => ({ hostname, port } = new URL(url)),
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

/** As Egeria's platform answers what it does not know. */
function notFound(request, response) {
  const answer = { timestamp: new Date().toISOString(), status: 404, error: 'Not Found', path: request.url };
  response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

// Stands between daemon and metadata server and, when told, refuses the change feed and nothing else.
import { Agent, createServer, request as send } from 'node:http';

/** @returns { url, cut(), refused(): feed requests refused so far, close() } */
export async function feedProxy(target) {
  const { hostname, port } = new URL(target);
  const agent = new Agent({ keepAlive: true });
  const following = new Set();
  let isCut = false;
  let refused = 0;
  const server = createServer((request, response) => {
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
    close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
    },
  };
}

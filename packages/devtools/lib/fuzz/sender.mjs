// Sends one request as it is, whatever it is, and says how it ended.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';

export const hangMs = 8_000;

export function sender(base, timeout = hangMs) {
  const { hostname, port } = new URL(base);
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });

  /**
   * A connection that was kept may be closed by the other end just then: once more on another one.
   * @returns { status, text, headers, tookMs, begunMs: until the answer began, failure }
   */
  async function send(wanted) {
    const first = await sendOnce(wanted);
    return first.failure === 'cut' && first.wasReused ? sendOnce(wanted, false) : first;
  }

  function sendOnce({ method, path, headers, body }, kept = agent) {
    const started = performance.now();
    return new Promise((resolve) => {
      const end = (outcome) => {
        const tookMs = performance.now() - started;
        resolve({ tookMs, begunMs: tookMs, text: '', headers: {}, ...outcome });
      };
      let sent;
      try {
        const upgraded = headers.upgrade === undefined ? {} : { connection: 'upgrade' };
        sent = request({
          agent: headers.upgrade === undefined ? kept : false,
          hostname,
          port,
          method,
          path,
          headers: { ...lengthOf(body, headers), ...headers, ...upgraded },
          timeout,
        });
      } catch (error) {
        return end({ failure: 'unsendable', why: error.code });
      }
      sent.on('timeout', () => sent.destroy(Object.assign(new Error('hang'), { code: 'HANG' })));
      sent.on('error', (error) =>
        end({ failure: error.code === 'HANG' ? 'hang' : 'cut', why: error.code, wasReused: sent.reusedSocket }),
      );
      sent.on('response', (response) => {
        const begunMs = performance.now() - started;
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', () => end({ failure: 'cut' }));
        response.on('end', () =>
          end({
            status: response.statusCode,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
            begunMs,
          }),
        );
      });
      sent.end(body);
    });
  }

  /** Bytes on a connection of their own; what comes back within a second. */
  function sendRaw(bytes) {
    const started = performance.now();
    return new Promise((resolve) => {
      let text = '';
      const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
      const done = () => {
        socket.destroy();
        resolve({
          tookMs: performance.now() - started,
          text,
          status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0),
        });
      };
      socket.setTimeout(1_000, done);
      socket
        .on('data', (chunk) => (text += chunk))
        .on('close', done)
        .on('error', done);
    });
  }

  return { send, sendRaw, close: () => agent.destroy() };
}

/** Node leaves it out of a DELETE, and what follows is then no HTTP. */
function lengthOf(body, headers) {
  return body === undefined || headers['transfer-encoding'] !== undefined ? {} : { 'content-length': body.length };
}

/** What is no HTTP, or HTTP with a trap in it. */
export function rawRequests(token) {
  const to = (line, ...headers) =>
    [line, 'Host: localhost', `Authorization: Bearer ${token}`, ...headers, '', ''].join('\r\n');
  return [
    '\r\n\r\n',
    '\u0000\u0000\u0000',
    'GET\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    to('GET /api/v1/status HTTP/1.1', 'Connection: close').replace('Host: localhost\r\n', ''),
    to('GET http://evil.example/api/v1/status HTTP/1.1', 'Connection: close'),
    to('GET //api/v1/status HTTP/1.1', 'Connection: close'),
    to('GET /api/v1/\u0001 HTTP/1.1', 'Connection: close'),
    to('GET /%ff%fe HTTP/1.1', 'Connection: close'),
    to('GET /api/v1/../../x HTTP/1.1', 'Connection: close'),
    to('OPTIONS * HTTP/1.1', 'Connection: close'),
    to('CONNECT localhost:1 HTTP/1.1', 'Connection: close'),
    to(
      'POST /api/token HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      'Connection: close',
    ),
    to('POST /api/token HTTP/1.1', 'Content-Type: application/json', 'Content-Length: -1', 'Connection: close'),
    to(
      'POST /api/token HTTP/1.1',
      'Content-Type: application/json',
      'Content-Length: 2',
      'Content-Length: 4',
      'Connection: close',
    ),
    to('POST /api/token HTTP/1.1', 'Content-Type: application/json', 'Transfer-Encoding: chunked') +
      'zz\r\n{}\r\n0\r\n\r\n',
    to('GET /api/v1/status HTTP/1.1', `X: ${'a'.repeat(40_000)}`),
    to(`GET /${'a'.repeat(70_000)} HTTP/1.1`),
    to(
      'GET /api/v1/status HTTP/1.1',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    ),
    to(
      'GET /api/v1/status HTTP/1.1',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Key: x',
      'Sec-WebSocket-Version: 13',
    ),
    to('GET /api/v1/status HTTP/1.1', 'Authorization: Bearer other', 'Connection: close'),
  ];
}

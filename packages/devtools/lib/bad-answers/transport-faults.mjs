// Ways in which an answer does not arrive, or not as one. `instead`: the real server is not asked at all.
import { gzipSync } from 'node:zlib';

const page = '<!DOCTYPE html><html><head><title>502</title></head><body><h1>Bad gateway</h1></body></html>';
const later = (ms) => new Promise((settle) => setTimeout(settle, ms));

/** Longest delay, somewhat above what one attempt is given. */
export const longestDelayMs = 800;

export const transportFaults = {
  delay: {
    async apply({ random, answer }) {
      await later(10 + random() ** 2 * longestDelayMs);
      answer();
    },
  },
  // The answer is on its way when the server is well again: what it says is old by then.
  'html with 200': status(200, page, 'text/html'),
  'empty body with 200': status(200, '', 'application/json'),
  'a list for an object': status(200, '[]', 'application/json'),
  'null for an object': status(200, 'null', 'application/json'),
  'no content': status(204, ''),
  redirect: status(302, '', 'text/html', { location: '/login' }),
  '404 of a gateway': status(404, page, 'text/html'),
  '429 too many requests': status(429, '', 'text/plain', { 'retry-after': '1' }),
  500: status(500, page, 'text/html'),
  502: status(502, page, 'text/html'),
  503: status(503, '{"status":503,"error":"Service Unavailable"}', 'application/json'),
  504: status(504, '', 'text/plain'),
  401: status(401, '', 'text/plain'),
  403: status(403, page, 'text/html'),
  'envelope without code': status(200, '{"class":"VoidResponse"}', 'application/json'),
  'envelope 500 with 200': envelope(500, 'OMAG-COMMON-400-016', 'NullPointerException'),
  'envelope 503 with 200': envelope(503, 'OMAG-COMMON-503-001', 'the repository is not there'),
  'envelope 404: server not known': envelope(404, 'OMAG-MULTI-TENANT-404-001', 'The OMAG server is not active'),
  'envelope 400 with 200': envelope(400, 'OMAG-COMMON-400-004', 'The user identifier is null'),
  'envelope 403 with 200': envelope(
    403,
    'OPEN-METADATA-SECURITY-403-001',
    'not authorized',
    'UserNotAuthorizedException',
  ),
  'never answers': { instead: true, apply: () => undefined },
  'headers and no body': {
    instead: true,
    apply({ response }) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
      response.flushHeaders();
    },
  },
  'half a body, then silence': {
    apply({ response, real }) {
      response.writeHead(real.status, { ...real.headers, 'content-length': real.body.length + 10 });
      response.write(real.body.subarray(0, real.body.length / 2));
    },
  },
  'half a body, then reset': {
    async apply({ response, real }) {
      response.writeHead(real.status, { ...real.headers, 'content-length': real.body.length + 10 });
      response.write(real.body.subarray(0, real.body.length / 2));
      await later(5);
      response.socket?.resetAndDestroy();
    },
  },
  'half a chunked body, then the end of the connection': {
    async apply({ response, real }) {
      response.writeHead(real.status, real.headers);
      response.write(real.body.subarray(0, real.body.length / 2));
      await later(5);
      response.destroy();
    },
  },
  reset: { instead: true, apply: ({ response }) => response.socket?.resetAndDestroy() },
  'closed without a word': { instead: true, apply: ({ response }) => response.socket?.end() },
  'not HTTP': { instead: true, apply: ({ response }) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n') },
  'cut JSON': {
    apply({ response, real, random }) {
      const cut = real.body.subarray(0, Math.floor(real.body.length * random()));
      response.writeHead(real.status, { ...real.headers, 'content-length': cut.length });
      response.end(cut);
    },
  },
  'plain text called gzip': {
    apply({ response, real }) {
      response.writeHead(real.status, {
        ...real.headers,
        'content-encoding': 'gzip',
        'content-length': real.body.length,
      });
      response.end(real.body);
    },
  },
  'cut gzip': {
    apply({ response, real }) {
      const packed = gzipSync(real.body);
      const cut = packed.subarray(0, packed.length / 2);
      response.writeHead(real.status, { ...real.headers, 'content-encoding': 'gzip', 'content-length': cut.length });
      response.end(cut);
    },
  },
  'byte by byte': {
    async apply({ response, real }) {
      response.writeHead(real.status, { ...real.headers, 'content-length': real.body.length });
      for (const byte of real.body) {
        if (response.destroyed) return;
        response.write(Buffer.of(byte));
        await later(20);
      }
      response.end();
    },
  },
  'a body without end': {
    instead: true,
    async apply({ response }) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"class":"VoidResponse","relatedHTTPCode":200,"filler":"');
      const filler = Buffer.alloc(1 << 20, 0x61);
      // twice what is accepted: whoever reads on for ever is told so by the figures, not by the machine
      for (let sent = 0; sent < 128 && !response.destroyed; sent++)
        if (!response.write(filler)) await new Promise((settle) => onceAny(response, ['drain', 'close'], settle));
      response.destroy();
    },
  },
};

/** Costs a hundred milliseconds of work: not in every scenario. */
export const costly = 'a body without end';

function status(code, body, type, headers = {}) {
  return {
    instead: true,
    apply({ response }) {
      response.writeHead(code, { ...(type && { 'content-type': type }), ...headers });
      response.end(body === '' ? undefined : body);
    },
  };
}

/** A failure as Egeria tells it: HTTP 200, and the code inside. */
function envelope(relatedHTTPCode, exceptionErrorMessageId, message, exception = 'PropertyServerException') {
  return status(
    200,
    JSON.stringify({
      class: 'FFDCResponseBase',
      relatedHTTPCode,
      exceptionClassName: `org.odpi.openmetadata.frameworks.openmetadata.ffdc.${exception}`,
      exceptionErrorMessageId,
      exceptionErrorMessage: `${exceptionErrorMessageId} ${message}`,
    }),
    'application/json',
  );
}

function onceAny(emitter, events, settle) {
  const end = () => {
    for (const event of events) emitter.off(event, end);
    settle();
  };
  for (const event of events) emitter.once(event, end);
}

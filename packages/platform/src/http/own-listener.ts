import { timingSafeEqual } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Plain HTTP on loopback for the process itself: who carries another token is cut off without an answer. */
export class OwnListener {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async open(token: string, handler: RequestListener): Promise<OwnListener> {
    const expected = Buffer.from(`Bearer ${token}`);
    const server = createServer({ keepAliveTimeout: 75_000 }, (request, response) => {
      const { authorization } = request.headers;
      const given = Buffer.from(authorization ?? '');
      // without a token there is no more to see than on the other listener: which release this is, who is alive
      if (authorization === undefined) handler(request, response);
      else if (given.length === expected.length && timingSafeEqual(given, expected)) handler(request, response);
      else request.destroy();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    const address: AddressInfo | string | null = server.address();
    return new OwnListener(server, typeof address === 'object' && address !== null ? address.port : 0);
  }

  /** Settles when the requests that run have been answered, or cut. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
  }

  cut(): void {
    this.#server.closeAllConnections();
  }
}

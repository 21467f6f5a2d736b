import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** What goes wrong on the way to a source, from the moment it is set. */
export type TcpFault =
  | { readonly kind: 'none' }
  /** New connections are closed at once. */
  | { readonly kind: 'refuse' }
  /** Half open: what is sent arrives nowhere and nothing comes back, on old connections and new ones. */
  | { readonly kind: 'hang' }
  /** A connection ends after so many bytes of the source's answers. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Each piece of an answer arrives so much later. */
  | { readonly kind: 'delay'; readonly delayMs: number };

/** A way to a real server on which things can go wrong: any protocol, byte by byte. */
export interface FaultyTcp extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly connectionCount: number;
  fail(fault: TcpFault): void;
  /** Ends every connection that is open, as a restart of the server does. */
  reset(): void;
}

/** @param target - where the real server listens */
export async function faultyTcp(target: { readonly host?: string; readonly port: number }): Promise<FaultyTcp> {
  const open = new Set<Socket>();
  let fault: TcpFault = { kind: 'none' };
  const server = createServer({ allowHalfOpen: false }, (client) => {
    if (fault.kind === 'refuse') return void client.destroy();
    const source = connect(target.port, target.host ?? '127.0.0.1');
    let given = 0;
    for (const socket of [client, source]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        source.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (fault.kind !== 'hang') source.write(chunk);
    });
    source.on('data', (chunk) => {
      if (fault.kind === 'hang') return;
      given += chunk.length;
      if (fault.kind === 'cut' && given > fault.afterBytes) {
        client.end(chunk.subarray(0, Math.max(0, chunk.length - (given - fault.afterBytes))));
        source.destroy();
      } else if (fault.kind === 'delay') setTimeout(() => client.write(chunk), fault.delayMs).unref();
      else client.write(chunk);
    });
  });
  const port = await listening(server);
  return {
    host: '127.0.0.1',
    port,
    get connectionCount() {
      return open.size / 2;
    },
    fail(next) {
      fault = next;
    },
    reset() {
      for (const socket of open) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** Listens on a free port of this machine. */
export async function listening(server: {
  listen(port: number, host: string, done: () => void): unknown;
  address(): AddressInfo | string | null;
}): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return address.port;
}

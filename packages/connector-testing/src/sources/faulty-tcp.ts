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
  /** Each piece of an answer arrives so much later, its end too. */
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
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (fault.kind === 'refuse') return void client.destroy();
    const source = connect({ port: target.port, host: target.host ?? '127.0.0.1', allowHalfOpen: true });
    open.add(client);
    client.on('close', () => {
      open.delete(client);
      source.destroy();
    });
    carry(client, source, () => fault);
  });
  const port = await listening(server);
  const reset = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    host: '127.0.0.1',
    port,
    get connectionCount() {
      return open.size;
    },
    fail(next) {
      fault = next;
    },
    reset,
    async [Symbol.asyncDispose]() {
      reset();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** Each end of one is told to the other after all that was sent before it; what cannot be taken yet is waited for. */
function carry(client: Socket, source: Socket, now: () => TcpFault): void {
  let given = 0;
  let before: Promise<unknown> = Promise.resolve();
  const inOrder = (action: () => void): void => {
    const fault = now();
    if (fault.kind === 'hang') return;
    before = Promise.all([before, fault.kind === 'delay' ? pause(fault.delayMs) : undefined]).then(action);
  };
  client.on('error', () => undefined);
  client.on('data', (chunk) => {
    if (now().kind !== 'hang') pass(client, source, chunk);
  });
  client.on('end', () => {
    if (now().kind !== 'hang') source.end();
  });
  source.on('error', () => inOrder(() => client.destroy()));
  source.on('end', () => inOrder(() => client.end()));
  source.on('data', (chunk) => {
    const fault = now();
    given += chunk.length;
    if (fault.kind !== 'cut' || given <= fault.afterBytes) return inOrder(() => pass(source, client, chunk));
    const piece = chunk.subarray(0, Math.max(0, chunk.length - (given - fault.afterBytes)));
    source.destroy();
    inOrder(() => client.end(piece, () => client.destroy()));
  });
}

function pass(from: Socket, to: Socket, chunk: Buffer): void {
  if (to.destroyed || to.write(chunk)) return;
  from.pause();
  to.once('drain', () => from.resume());
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs).unref());
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

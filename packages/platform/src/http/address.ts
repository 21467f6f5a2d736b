import type { FastifyRequest } from 'fastify';

/** Where a request comes from; a client that has gone by now has left no address. */
export function addressOf({ ip }: { readonly ip: FastifyRequest['ip'] | undefined }): string {
  return ip ?? 'gone';
}

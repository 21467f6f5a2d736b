import { isDeepStrictEqual } from 'node:util';
import type { HookPort, HostAnswer, HostMessage, HostPort } from '@isthmus/connector-sdk';

/**
 * A port whose messages and answers cross as JSON text, as they do to a connector in another process or on another
 * machine. What JSON would lose or change on the way (a function, a date, a live object) is refused by name.
 */
export function serialisedPort(port: HostPort): HostPort {
  return {
    async call<M extends HostMessage>(message: M): Promise<HostAnswer<M>> {
      const sent = crossed(message, `message ${message.type}`);
      return crossed(await port.call(sent), `answer to ${message.type}`);
    },
  };
}

/** The same the other way: hooks whose arguments and answers cross as text. */
export function serialisedHooks(port: HookPort): HookPort {
  return {
    hooks: crossed(port.hooks, 'the list of hooks'),
    async call(message, signal) {
      const answer = await port.call(crossed(message, `hook ${message.hook}`), signal);
      return crossed(answer, `answer of hook ${message.hook}`);
    },
  };
}

/** What arrives of a value at the other side. */
function crossed<T>(value: T, what: string): T {
  if (value === undefined) return value;
  const arrived: T = JSON.parse(JSON.stringify(value));
  if (!isDeepStrictEqual(arrived, withoutUndefined(value)))
    throw new TypeError(`${what} holds something that is no plain data, so it does not arrive as it was sent`);
  return arrived;
}

/** A member that is undefined is as good as none. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : [[key, withoutUndefined(member)]])),
  );
}

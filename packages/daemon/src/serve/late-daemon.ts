import { IsthmusError } from '@isthmus/kernel';
import type { IntegrationDaemon } from '@isthmus/runtime';

/**
 * Stands for a daemon that is made later: faces are built before the listener is up, the daemon after it.
 *
 * @returns calls go to the daemon once it is there; before that they throw SERVER_NOT_RUNNING
 */
export function lateDaemon(find: () => IntegrationDaemon | undefined, describe: () => string): IntegrationDaemon {
  return new Proxy({} as IntegrationDaemon, {
    get(_target, method) {
      const daemon = find();
      if (daemon === undefined) throw new IsthmusError('SERVER_NOT_RUNNING', describe());
      const member: unknown = Reflect.get(daemon, method);
      return typeof member === 'function' ? member.bind(daemon) : member;
    },
  });
}

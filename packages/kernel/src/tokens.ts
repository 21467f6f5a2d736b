import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

/** Container tokens of what every package may ask for. A token is a plain symbol, so kernel needs no container. */
export const KernelTokens = {
  Clock: Symbol.for('kernel.Clock') as symbol & { readonly __of?: Clock },
  Logger: Symbol.for('kernel.Logger') as symbol & { readonly __of?: Logger },
} as const;

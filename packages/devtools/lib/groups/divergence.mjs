/** The daemon did something else than the model. */
export class Divergence extends Error {}

/** @returns never */
export function fail(message) {
  throw new Divergence(message);
}

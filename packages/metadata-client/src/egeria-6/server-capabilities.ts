import { type Clock, IsthmusError } from '@isthmus/kernel';
import { isthmusFace, type StoreCapabilities } from '@isthmus/model';
import { plainEgeria } from '../egeria/plain-egeria.js';
import type { StoreHttp } from '../http/store-http.js';
import { toCapabilities } from './store-face.js';

/** A gateway says 404 too while it is set up: that a server can do nothing more is believed for so long. */
const plainForMs = 10 * 60_000;

/** What one server can do beyond Egeria, asked once and again after the connection was lost. */
export class ServerCapabilities {
  #known: StoreCapabilities | undefined;
  #wasOurs = false;
  /** Steady milliseconds until which a plain Egeria is not asked again. */
  #plainUntil = 0;

  constructor(
    private readonly http: StoreHttp,
    private readonly serverName: string,
    private readonly clock: Pick<Clock, 'monotonic'>,
  ) {}

  /** @throws as every call; a server that once told its capabilities is not taken for a plain Egeria later */
  async get(signal: AbortSignal): Promise<StoreCapabilities> {
    if (this.#known === plainEgeria && this.clock.monotonic() >= this.#plainUntil) this.#known = undefined;
    this.#known ??= await this.#ask(signal);
    return this.#known;
  }

  forget(): void {
    this.#known = undefined;
  }

  async #ask(signal: AbortSignal): Promise<StoreCapabilities> {
    const path = isthmusFace.capabilities(this.serverName);
    const answer = await this.http.send({ method: 'GET', path, mode: 'repeated', alsoGood: 404 }, signal);
    if (answer.status !== 404) {
      const capabilities = toCapabilities(answer.body);
      this.#wasOurs = true;
      return capabilities;
    }
    // A gateway that answers 404 for a moment must not make fenced writes unfenced ones.
    if (this.#wasOurs)
      throw new IsthmusError('STORE_ANSWER_INVALID', `${path}: the server no longer tells what it can do`);
    this.#plainUntil = this.clock.monotonic() + plainForMs;
    return plainEgeria;
  }
}

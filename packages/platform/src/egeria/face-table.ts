import type { FastifyContextConfig, FastifyReply, FastifyRequest } from 'fastify';
import createRouter, { type HTTPVersion, type Instance } from 'find-my-way';

export type FaceHandler = (request: FastifyRequest, reply: FastifyReply) => unknown;

export interface FaceRoute {
  readonly method: FaceMethod;
  /** Below the root of the face. */
  readonly url: string;
  readonly config: FastifyContextConfig;
  readonly handler: FaceHandler;
}

export type FaceMethod = 'GET' | 'POST' | 'DELETE';

/** What routes of a face of Egeria's are added to; as Fastify has it. */
export interface FaceScope {
  route(route: FaceRoute): void;
  get(url: string, options: Pick<FaceRoute, 'config'>, handler: FaceHandler): void;
  post(url: string, options: Pick<FaceRoute, 'config'>, handler: FaceHandler): void;
}

export type AddFaceRoutes = (scope: FaceScope) => void;

/** The route that a request meets, whoever found it. */
export interface Place {
  /** With the names of its parameters. */
  readonly url: string;
  readonly config: FastifyContextConfig;
  /** Of routes that Fastify does not know. */
  readonly handler?: FaceHandler;
  /** The verbs that the path has, when it has not that of the request. */
  readonly allow?: string;
}

export interface FoundPlace {
  readonly place: Place;
  readonly params: Readonly<Record<string, string | undefined>>;
}

export interface PlaceOfVerb {
  readonly method: string;
  readonly place: Place;
}

export interface FaceTableOptions {
  /** Path below which all of the routes lie. */
  readonly root: string;
  /** Whether the face answers verbs that a path has not; else such a request is for an unknown path. */
  readonly answersOtherVerbs: boolean;
  /** That of the router of the process. */
  readonly maxParamLength: number;
}

/** What a face answers at least to say that it has not the verb. */
export const commonVerbs = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS'] as const;

interface KnownPath {
  readonly url: string;
  readonly places: Map<string, Place>;
  otherVerb?: Place;
}

/**
 * The routes below one root, of which Fastify knows a single one: a process has hundreds of them, most are never asked
 * for, and to register them all takes a good part of its start and of its memory. Made by the first request for one.
 */
export class FaceTable {
  readonly #options: FaceTableOptions;
  readonly #adders: AddFaceRoutes[] = [];
  #made: { readonly router: Instance<HTTPVersion.V1>; readonly paths: readonly KnownPath[] } | undefined;

  constructor(options: FaceTableOptions) {
    this.#options = options;
  }

  /** @param add - called when the routes are needed */
  include(add: AddFaceRoutes): void {
    this.#adders.push(add);
    this.#made = undefined;
  }

  /**
   * @param url - of the request, its query may follow
   * @returns undefined: there is no such path; `too-long`: a part of it is longer than a parameter may be
   */
  find(method: string, url: string): FoundPlace | 'too-long' | undefined {
    const { router } = this.#table();
    const found = router.find(this.#treeOf(method), url);
    if (found?.store === null) return 'too-long';
    const path = isKnownPath(found?.store) ? found.store : undefined;
    const place = path?.places.get(method) ?? path?.otherVerb;
    return place && { place, params: found?.params ?? {} };
  }

  /** All of them, with the answers to other verbs. */
  all(): readonly PlaceOfVerb[] {
    return this.#table().paths.flatMap(({ places, otherVerb }) => {
      const own = [...places].map(([method, place]) => ({ method, place }));
      const verbs = places.has('HEAD') || otherVerb === undefined ? commonVerbs : [...commonVerbs, 'HEAD'];
      const others = otherVerb === undefined ? [] : verbs.filter((verb) => !places.has(verb));
      return [...own, ...others.flatMap((method) => (otherVerb === undefined ? [] : [{ method, place: otherVerb }]))];
    });
  }

  /**
   * With answers to other verbs, a path that has not the verb hides a pattern that has it; else the pattern is met: a
   * tree for all, or one for each verb.
   */
  #treeOf(method: string): FaceMethod {
    if (this.#options.answersOtherVerbs) return 'GET';
    return method === 'POST' || method === 'DELETE' ? method : 'GET';
  }

  #table() {
    this.#made ??= this.#make();
    return this.#made;
  }

  #make() {
    const { root, answersOtherVerbs, maxParamLength } = this.#options;
    const paths = new Map<string, KnownPath>();
    const add = ({ method, url, config, handler }: FaceRoute) => {
      const whole = `${root}${url}`;
      const key = `${this.#treeOf(method)} ${whole}`;
      const path = paths.get(key) ?? { url: whole, places: new Map<string, Place>() };
      paths.set(key, path);
      if (path.places.has(method)) throw new Error(`two routes for ${method} ${whole}`);
      const place = { url: whole, config, handler };
      path.places.set(method, place);
      if (method === 'GET') path.places.set('HEAD', place);
    };
    for (const each of this.#adders) each(scopeOf(add));
    // without it the router takes a part that is too long for an unknown path
    const router = createRouter({ maxParamLength, onMaxParamLength: () => undefined });
    for (const [key, path] of paths) {
      if (answersOtherVerbs) path.otherVerb = otherVerbOf(path);
      router.on(this.#treeOf(key.slice(0, key.indexOf(' '))), path.url, () => undefined, path);
    }
    return { router, paths: [...paths.values()] };
  }
}

function scopeOf(route: (route: FaceRoute) => void): FaceScope {
  return {
    route,
    get: (url, { config }, handler) => route({ method: 'GET', url, config, handler }),
    post: (url, { config }, handler) => route({ method: 'POST', url, config, handler }),
  };
}

/** Of the release that the path belongs to. */
function otherVerbOf({ url, places }: KnownPath): Place {
  const [first] = places.values();
  const release = first?.config.release;
  const config = { role: 'viewer', otherVerb: true, ...(release === undefined ? {} : { release }) } as const;
  return { url, config, allow: [...places.keys(), 'OPTIONS'].join(', ') };
}

function isKnownPath(store: unknown): store is KnownPath {
  return typeof store === 'object' && store !== null && 'places' in store;
}

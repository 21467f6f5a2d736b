import { IsthmusError, type Logger } from '@isthmus/kernel';
import { isRecord } from './guards.js';
import type { StoreHttp, TextAnswer } from './http/store-http.js';

/** Releases of Egeria that there is an adapter for. 6.1 stands for all of 6. */
export const supportedReleases = ['4.3', '6.1'] as const;
export type SupportedRelease = (typeof supportedReleases)[number];

export interface DetectionOptions {
  readonly url: string;
  readonly serverName: string;
  readonly userId: string;
  /** As configured. */
  readonly release: 'auto' | SupportedRelease;
}

/** What the origin of a platform tells. */
type Told = SupportedRelease | { readonly unsupported: string } | undefined;

/**
 * Asks a platform which release it is: its origin in the paths of both lines, and where that says nothing, which of their
 * stores it knows. A release that is configured is only checked against what the origin tells.
 *
 * @throws STORE_ANSWER_INVALID, which names the key of the configuration and its fix; STORE_UNREACHABLE
 */
export async function detectRelease(
  http: StoreHttp,
  options: DetectionOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<SupportedRelease> {
  const told = await toldByOrigin(http, options.userId, signal);
  if (options.release !== 'auto') {
    if (told !== undefined && told !== options.release) throw contradiction(options, nameOf(told));
    return options.release;
  }
  const release = typeof told === 'string' ? told : await probed(http, options, told, signal);
  logger.info('release of the metadata server is known', { release, by: told === undefined ? 'probe' : 'origin' });
  return release;
}

async function toldByOrigin(http: StoreHttp, userId: string, signal: AbortSignal): Promise<Told> {
  for (const path of [
    '/open-metadata/platform-services/server-platform/origin',
    `/open-metadata/platform-services/users/${encodeURIComponent(userId)}/server-platform/origin`,
  ]) {
    const told = releaseOf(await http.text({ method: 'GET', path }, signal));
    if (told !== undefined) return told;
  }
  return undefined;
}

function releaseOf({ status, text }: TextAnswer): Told {
  const match = status === 200 ? /\(version (\d{1,4})(?:\.(\d{1,4}))?[^)]*\)/.exec(text.slice(0, 1000)) : null;
  if (match === null) return undefined;
  const major = Number(match[1]);
  if (major === 4) return '4.3';
  if (major >= 6) return '6.1';
  return { unsupported: `${match[1]}.${match[2] ?? '0'}` };
}

/** Releases that are told apart; there is no adapter for 5. */
const probedReleases = ['6.1', '5', '4.3'] as const;

/**
 * A path that a server of the release answers in Egeria's envelope, whatever it answers, and those that are asked after
 * it do not. 5 has the store of 4.3 under the same root: its service for groups is what no other has.
 */
function probePath(release: (typeof probedReleases)[number], { serverName, userId }: DetectionOptions): string {
  const server = `/servers/${encodeURIComponent(serverName)}/open-metadata`;
  const user = `users/${encodeURIComponent(userId)}`;
  switch (release) {
    case '6.1':
      return `${server}/access-services/open-metadata-store/${user}/open-metadata-types/name/IntegrationGroup`;
    case '5':
      return `${server}/framework-services/governance-server/governance-configuration-service/${user}/integration-groups/by-name/none`;
    case '4.3':
      return `${server}/repository-services/${user}/metadata-collection-id`;
  }
}

async function probed(
  http: StoreHttp,
  options: DetectionOptions,
  told: Exclude<Told, string>,
  signal: AbortSignal,
): Promise<SupportedRelease> {
  if (told !== undefined) throw unsupported(options, nameOf(told));
  for (const release of probedReleases) {
    const answer = await http.text({ method: 'GET', path: probePath(release, options) }, signal);
    // Without a token 6 answers nothing but 401; 4.3 knows no tokens.
    if (!isEnvelope(answer) && !(release === '6.1' && answer.status === 401)) continue;
    if (release === '5') throw unsupported(options, '5');
    return release;
  }
  throw unsupported(options, undefined);
}

function isEnvelope({ status, text }: TextAnswer): boolean {
  if (status !== 200) return false;
  try {
    const body: unknown = JSON.parse(text);
    return isRecord(body) && typeof body.relatedHTTPCode === 'number';
  } catch {
    return false;
  }
}

function nameOf(told: Exclude<Told, undefined>): string {
  return typeof told === 'string' ? told : told.unsupported;
}

function unsupported({ url }: DetectionOptions, told: string | undefined): IsthmusError {
  const what = told === undefined ? 'does not tell which release of Egeria it is' : `is Egeria ${told}`;
  const releases = supportedReleases.join(', ');
  return new IsthmusError('STORE_ANSWER_INVALID', `metadataServer.release is auto, and the platform ${url} ${what}`, {
    details: { field: 'metadataServer.release', url },
    next:
      told === undefined
        ? `check \`metadataServer.url\`; if it is right set \`metadataServer.release\` to one of ${releases}`
        : `bring the platform to one of ${releases}, or leave its groups to a daemon of its own release until then; if that is not what it is, set \`metadataServer.release\``,
  });
}

function contradiction({ url, release }: DetectionOptions, told: string): IsthmusError {
  return new IsthmusError(
    'STORE_ANSWER_INVALID',
    `metadataServer.release is ${release}, but the platform ${url} says that it is Egeria ${told}`,
    {
      details: { field: 'metadataServer.release', url },
      next: 'set `metadataServer.release` to auto, or `metadataServer.url` to the right platform',
    },
  );
}

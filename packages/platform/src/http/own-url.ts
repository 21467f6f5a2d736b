/** How a process may be addressed beside its address. */
export interface PublicNames {
  readonly host: string;
  readonly hostNames?: readonly string[];
  /** Root URL under which others reach it. */
  readonly publicUrl?: string | undefined;
}

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a root URL, in a configuration document say, is that of this process.
 *
 * @param baseUrl - with the address and port that it listens on
 */
export function isOwnUrl(url: string, baseUrl: string, names: PublicNames): boolean {
  const [asked, own] = [parsed(url), parsed(baseUrl)];
  if (asked === undefined || own === undefined) return false;
  const open = names.publicUrl === undefined ? undefined : parsed(names.publicUrl);
  if (open !== undefined && asked.origin === open.origin && trimmed(asked.pathname) === trimmed(open.pathname))
    return true;
  const hosts = new Set(
    [...loopback, own.hostname, names.host, ...(names.hostNames ?? [])].map((it) => it.toLowerCase()),
  );
  return asked.protocol === own.protocol && asked.port === own.port && hosts.has(asked.hostname);
}

/** The path of the public URL that requests may carry; undefined when there is none. */
export function pathPrefixOf(publicUrl: string | undefined): string | undefined {
  const path = publicUrl === undefined ? '' : trimmed(parsed(publicUrl)?.pathname ?? '');
  return path === '' ? undefined : path;
}

export function hostNameOf(publicUrl: string | undefined): string | undefined {
  return publicUrl === undefined ? undefined : parsed(publicUrl)?.hostname;
}

function parsed(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined;
}

function trimmed(path: string): string {
  return path.replace(/\/+$/, '');
}

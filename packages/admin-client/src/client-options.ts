import { IsthmusError } from '@isthmus/kernel';

/** @throws USAGE */
export function baseUrlOf(text: string): URL {
  const url = parsed(text);
  const fault = url === undefined ? 'is no URL' : faultOf(url);
  if (url === undefined || fault !== undefined)
    throw new IsthmusError(
      'USAGE',
      `the address of the daemon ${fault ?? 'is no URL'}: ${JSON.stringify(safe(text))}`,
      {
        next: 'give an address such as http://127.0.0.1:9080 with --url or ISTHMUS_URL',
      },
    );
  return url;
}

/** A token is written into a header as it is. @throws USAGE, without the token */
export function checkedToken(token: string | undefined): string | undefined {
  if (token === undefined || /^[\x21-\x7e]+$/.test(token)) return token;
  throw new IsthmusError(
    'USAGE',
    'the token has characters that no token has (blanks, line breaks, control or other non-ASCII characters)',
    {
      next: 'copy the token again; --token-file takes it from a file and drops the line break at its end',
    },
  );
}

export function isLoopback(url: URL): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function faultOf(url: URL): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is neither http nor https';
  if (url.username !== '' || url.password !== '') return 'holds a user or password; accounts have tokens';
  if (url.search !== '' || url.hash !== '') return 'has a query or fragment';
  return undefined;
}

/** What stands before an `@` may be a password. */
function safe(text: string): string {
  return text.replace(/\/\/[^/]*@/, '//…@').slice(0, 200);
}

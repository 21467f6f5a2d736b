import { type Fields, fieldsOf, listOf, textOf, textsOf } from './json.js';
import type { ServerModel } from './model.js';
import { described } from './read-schema.js';

const mostServers = 500;

/** Where the API answers; what is written relative counts from where the document lies, if that is on the web. */
export function serversOf(document: Fields, uri: string): readonly ServerModel[] {
  const base = /^https?:/.test(uri) ? uri : undefined;
  const servers = document.swagger === undefined ? serversOf3(document, base) : serversOf2(document, base);
  return servers.slice(0, mostServers);
}

function serversOf3(document: Fields, base: string | undefined): readonly ServerModel[] {
  const listed = listOf(document.servers).map(fieldsOf);
  // without servers there is one, where the document is
  const servers = listed.length === 0 && base !== undefined ? [{ url: '/' }] : listed;
  return servers.flatMap((server: Fields) => {
    const template = textOf(server.url);
    if (template === undefined) return [];
    const variables = fieldsOf(server.variables);
    const filled = template.replace(
      /\{([^{}]+)\}/g,
      (whole, name: string) => textOf(fieldsOf(variables[name]).default) ?? whole,
    );
    return [
      {
        url: absolute(filled, base),
        description: described(server.description),
        template: filled === template ? undefined : template,
      },
    ];
  });
}

function serversOf2({ host, basePath, schemes }: Fields, base: string | undefined): readonly ServerModel[] {
  const own = base === undefined ? undefined : new URL(base);
  const authority = textOf(host) ?? own?.host;
  if (authority === undefined) return [];
  const listed = textsOf(schemes);
  const spoken = listed.length > 0 ? listed : [own?.protocol.slice(0, -1) ?? 'https'];
  return spoken.map((scheme) => ({
    url: `${scheme}://${authority}${textOf(basePath) ?? ''}`,
    description: undefined,
    template: undefined,
  }));
}

function absolute(url: string, base: string | undefined): string {
  if (base === undefined || /^[a-z][a-z0-9+.-]*:/i.test(url)) return url;
  return (URL.parse(url, base)?.href ?? url).replace(/\/$/, '');
}

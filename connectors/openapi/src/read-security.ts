import { defined, type Fields, fieldsOf, isFields, listOf, textOf, textsOf } from './json.js';

/** `security scheme <name>` -> what it is, and what is asked for by default. */
export function securityFacts(document: Fields): Record<string, string> {
  const schemes = {
    ...fieldsOf(document.securityDefinitions),
    ...fieldsOf(fieldsOf(document.components).securitySchemes),
  };
  return defined({
    ...Object.fromEntries(
      Object.entries(schemes).map(([name, scheme]) => [`security scheme ${name}`, schemeText(fieldsOf(scheme))]),
    ),
    security: securityText(document.security),
  });
}

/** `oauth (read, write) and key, or none`: alternatives, of which each asks for all of its schemes. */
export function securityText(security: unknown): string | undefined {
  if (!Array.isArray(security)) return undefined;
  if (security.length === 0) return 'none';
  return listOf(security)
    .map((alternative) => {
      const schemes = Object.entries(fieldsOf(alternative)).map(([name, scopes]) => withScopes(name, textsOf(scopes)));
      return schemes.length === 0 ? 'none' : schemes.join(' and ');
    })
    .join(', or ');
}

function schemeText(scheme: Fields): string {
  const { type } = scheme;
  if (type === 'apiKey') return `apiKey in ${textOf(scheme.in) ?? '?'} ${textOf(scheme.name) ?? '?'}`;
  if (type === 'http') return `http ${textOf(scheme.scheme) ?? ''}${bearer(scheme)}`;
  if (type === 'openIdConnect') return `openIdConnect ${textOf(scheme.openIdConnectUrl) ?? ''}`;
  if (type !== 'oauth2') return textOf(type) ?? textOf(scheme.$ref) ?? 'unknown';
  const flows = isFields(scheme.flows)
    ? Object.entries(scheme.flows)
    : [[textOf(scheme.flow) ?? 'flow', scheme] as const];
  return `oauth2 ${flows.map(([name, flow]) => withScopes(name, Object.keys(fieldsOf(fieldsOf(flow).scopes)))).join(', ')}`;
}

function bearer(scheme: Fields): string {
  const format = textOf(scheme.bearerFormat);
  return format === undefined ? '' : ` (${format})`;
}

function withScopes(name: string, scopes: readonly string[]): string {
  return scopes.length === 0 ? name : `${name} (${scopes.join(', ')})`;
}

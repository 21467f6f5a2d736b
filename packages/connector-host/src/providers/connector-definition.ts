import {
  type ConnectorDefinition,
  type Direction,
  isSupportedKind,
  type SupportedKind,
  type TSchema,
} from '@isthmus/connector-sdk';
import type { ProviderManifest } from '../connector-host.js';

export type LoadedDefinition = ConnectorDefinition<SupportedKind, TSchema, Direction>;

const directions: readonly unknown[] = ['BOTH_DIRECTIONS', 'FROM_THIRD_PARTY', 'TO_THIRD_PARTY'];

/** @returns what is wrong with the export of a provider's module, or undefined when it is the definition promised */
export function definitionFault(
  value: unknown,
  promised: { readonly provider: string; readonly kind: ProviderManifest['kind'] },
): string | undefined {
  if (!isObject(value)) return 'it is not a connector definition (use defineConnector)';
  if (value.provider !== promised.provider) {
    return `it says provider "${String(value.provider)}", its manifest says "${promised.provider}"`;
  }
  if (value.kind !== promised.kind) {
    return `it says kind "${String(value.kind)}", its manifest says "${promised.kind}"`;
  }
  if (!isObject(value.configuration)) return 'its `configuration` is not a schema';
  if (!Number.isSafeInteger(value.version) || Number(value.version) < 1) {
    return 'its `version` is not a whole number from 1';
  }
  if (typeof value.create !== 'function') return 'it has no function `create`';
  for (const name of ['migrate', 'fromConnection', 'naming', 'boundary']) {
    if (value[name] !== undefined && typeof value[name] !== 'function') return `its \`${name}\` is not a function`;
  }
  if (value.direction !== undefined && !directions.includes(value.direction)) {
    return `its \`direction\` is none of ${directions.join(', ')}`;
  }
  if (value.targets !== undefined && typeof value.targets !== 'boolean')
    return 'its `targets` is neither true nor false';
  if (value.listensTo !== undefined && !isTexts(value.listensTo))
    return 'its `listensTo` is not a list of names of types';
  if (value.pushes !== undefined && !isTexts(value.pushes)) return 'its `pushes` is not a list of names of types';
  if (value.pushes !== undefined && value.direction === 'FROM_THIRD_PARTY')
    return 'it has `pushes`, and its direction FROM_THIRD_PARTY carries nothing to the third party';
  const replaces = value.replaces;
  if (replaces !== undefined && !(isObject(replaces) && Object.values(replaces).every(isFunction))) {
    return 'its `replaces` is not a table of functions';
  }
  return undefined;
}

export function isConnectorDefinition(
  value: unknown,
  promised: { readonly provider: string; readonly kind: ProviderManifest['kind'] },
): value is LoadedDefinition {
  return isSupportedKind(promised.kind) && definitionFault(value, promised) === undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

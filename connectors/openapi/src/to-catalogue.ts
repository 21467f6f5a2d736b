import type { OmisScopes } from '@isthmus/connector-sdk';
import { versioned } from '@isthmus/connector-sdk/helpers';
import { defined } from './json.js';
import type { ApiModel, FieldModel, OperationModel, SchemaModel, ServerModel } from './model.js';

type Told<N extends 'api' | 'operation' | 'schema'> = Parameters<OmisScopes['api'][N]>[0];
type Parameters_ = NonNullable<NonNullable<Told<'operation'>['request']>['parameters']>;
type Fields = NonNullable<Told<'schema'>['fields']>;

/** A thing as its scope takes it, with what it is known by. `isPartial`: what is known of it may be more. */
export type ToldThing = { readonly isPartial: boolean } & (
  | { readonly noun: 'schema'; readonly told: Told<'schema'> & { readonly sourceVersion: string } }
  | { readonly noun: 'operation'; readonly told: Told<'operation'> & { readonly sourceVersion: string } }
);
export type ToldApi = Told<'api'> & { readonly sourceVersion: string; readonly key: string };

export function scopeOfDocument(names: readonly string[]): string {
  return `document:${keyOfDocument(names)}`;
}

/** What an API is known by in the scope of its location, also before it could be read. */
export function keyOfDocument(names: readonly string[]): string {
  return names.map(encodeURIComponent).join('/');
}

/** @param address - of the document, for people; undefined = it is a file */
export function toApi(names: readonly string[], model: ApiModel, address: string | undefined): ToldApi {
  return versioned({
    names,
    parent: 'none',
    key: keyOfDocument(names),
    displayName: model.title,
    description: model.description,
    versionIdentifier: model.version,
    deployedImplementationType: 'REST API',
    resourceName: names.join('/'),
    ...(address === undefined ? {} : { url: address }),
    additionalProperties: model.facts,
    endpoints: model.servers.map(toEndpoint),
    opens: scopeOfDocument(names),
  });
}

function toEndpoint({ url, description, template }: ServerModel) {
  const [, protocol] = /^([a-z][a-z0-9+.-]*):/i.exec(url) ?? [];
  return {
    name: url,
    networkAddress: url,
    description,
    ...(protocol === undefined ? {} : { protocol: protocol.toUpperCase() }),
    ...(protocol === 'https' || protocol === 'wss' ? { encryptionMethod: 'TLS' } : {}),
    additionalProperties: defined({ template }),
  };
}

export function toOperation(names: readonly string[], operation: OperationModel): ToldThing {
  const list = (fields: readonly FieldModel[]) =>
    fields.length === 0 ? undefined : { parameters: fields.map((field) => toParameter(names, field)) };
  return {
    noun: 'operation',
    isPartial: operation.isPartial === true,
    told: versioned({
      names: [...names, operation.name],
      command: operation.command,
      path: operation.path,
      usage: operation.usage,
      description: operation.description,
      additionalProperties: operation.facts,
      header: list(operation.header),
      request: list(operation.request),
      response: list(operation.response),
    }),
  };
}

export function toSchema(names: readonly string[], schema: SchemaModel): ToldThing {
  const isSimple = schema.kind === 'enum' || schema.kind === 'plain';
  // only what is complex may hold fields
  const hasType = isSimple && schema.fields.length === 0;
  return {
    noun: 'schema',
    isPartial: schema.isPartial === true,
    told: versioned({
      names: [...names, schema.name],
      typeName: hasType
        ? schema.kind === 'enum'
          ? 'EnumSchemaType'
          : 'PrimitiveSchemaType'
        : schema.kind === 'choice' && schema.fields.length === 0
          ? 'SchemaTypeChoice'
          : 'StructSchemaType',
      displayName: schema.displayName,
      description: schema.description,
      additionalProperties: hasType ? schema.facts : { ...schema.facts, dataType: schema.dataType },
      ...(hasType ? { properties: { dataType: schema.dataType } } : {}),
      fields: schema.fields.map((field) => toField(names, field)),
      options: schema.options.map((option) => [...names, option]),
    }),
  };
}

function toParameter(names: readonly string[], field: FieldModel): Parameters_[number] {
  return {
    ...toAttribute(names, field),
    parameterType: field.parameterType,
    parameters: field.fields.map((inner) => toParameter(names, inner)),
  };
}

function toField(names: readonly string[], field: FieldModel): Fields[number] {
  return { ...toAttribute(names, field), fields: field.fields.map((inner) => toField(names, inner)) };
}

function toAttribute(names: readonly string[], field: FieldModel) {
  const { name, description, dataType, isNullable, defaultValue, fixedValue, length, minimumLength, facts } = field;
  return {
    name,
    description,
    dataType,
    isNullable,
    defaultValue,
    fixedValue,
    length,
    minimumLength,
    additionalProperties: facts,
    ...(field.schema === undefined ? {} : { schema: [[...names, field.schema]] }),
  };
}

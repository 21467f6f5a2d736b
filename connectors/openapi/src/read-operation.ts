import { BrokenDocument } from './document-text.js';
import { defined, type Fields, fieldsOf, isFields, isOtherThanFields, listOf, textOf, textsOf } from './json.js';
import type { FieldModel, OperationModel } from './model.js';
import { methods } from './parts.js';
import { described, type SchemaReader } from './read-schema.js';
import { securityText } from './read-security.js';
import { serversOf } from './read-servers.js';
import { below, type Place, type References, referenceOf } from './references.js';

/** Callbacks of callbacks are not looked for below this. */
const deepestCallback = 3;

/** Describes the operations of a path. */
export class OperationReader {
  constructor(
    private readonly references: References,
    private readonly schemas: SchemaReader,
    /** The document. */
    private readonly document: Fields,
    private readonly noted: <T extends { readonly name: string }>(thing: T) => T,
  ) {}

  /**
   * @param path - of the document; its value may be a reference, with more beside it
   * @param usage - undefined = a path of the API itself
   */
  ofPath(path: string, place: Place, usage: string | undefined, depth = 0): readonly OperationModel[] {
    const target = this.references.resolve(place, 'path');
    const holders = referenceOf(place.value) === undefined ? [place] : target === undefined ? [place] : [target, place];
    if (holders.some(({ value }) => isOtherThanFields(value)))
      throw new BrokenDocument(`the path ${path} is no object`);
    return methods.flatMap((method) => {
      const places = holders.map((holder) => below(holder, method));
      if (places.some(({ value }) => isOtherThanFields(value)))
        throw new BrokenDocument(`the operation ${method} ${path} is no object`);
      // what stands beside a reference is nearer
      const own = places.findLast(({ value }) => isFields(value));
      if (own === undefined) return [];
      return [this.noted(this.#operation(method, path, holders, own, usage)), ...this.#callbacks(own, depth)];
    });
  }

  #operation(
    method: string,
    path: string,
    holders: readonly Place[],
    place: Place,
    usage: string | undefined,
  ): OperationModel {
    this.schemas.begin();
    const own = fieldsOf(place.value);
    const command = method.toUpperCase();
    const parameters = this.#parameters([...holders, place]);
    const [summary] = holders.flatMap(({ value }) => textOf(fieldsOf(value).summary) ?? []);
    const servers = [...holders, place].findLast(({ value }) => listOf(fieldsOf(value).servers).length > 0);
    const security = own.security ?? this.document.security;
    return {
      command,
      path,
      name: usage === undefined ? `${command} ${path}` : `${usage} ${command} ${path}`,
      usage,
      description: described(textOf(own.description) ?? own.summary ?? summary),
      facts: defined({
        operationId: textOf(own.operationId),
        summary: textOf(own.summary),
        tags: listed(own.tags),
        deprecated: own.deprecated === true ? 'true' : undefined,
        documentation: textOf(fieldsOf(own.externalDocs).url),
        consumes: listed(own.consumes),
        produces: listed(own.produces),
        security: securityText(security),
        servers: servers === undefined ? undefined : this.#serversOf(servers),
      }),
      header: parameters.filter(({ parameterType }) => parameterType === 'header'),
      request: [...parameters.filter(({ parameterType }) => parameterType !== 'header'), ...this.#body(place)],
      response: this.#answers(place),
    };
  }

  /** Where it answers, where that is not where the whole API does. */
  #serversOf({ uri, value }: Place): string {
    return serversOf({ servers: fieldsOf(value).servers }, uri)
      .map(({ url }) => url)
      .join(', ');
  }

  /** Those of the operation win over those of its path with the same name and place. */
  #parameters(holders: readonly Place[]): readonly FieldModel[] {
    const found = new Map<string, FieldModel>();
    for (const holder of holders) {
      const list = below(holder, 'parameters');
      for (const [position] of listOf(list.value).entries()) {
        const place = this.references.resolve(below(list, String(position)), 'parameter');
        if (place === undefined || !isFields(place.value)) continue;
        const field = this.#parameter(place, place.value);
        found.set(`${field.parameterType}:${field.name}`, field);
      }
    }
    return [...found.values()];
  }

  #parameter(place: Place, own: Fields): FieldModel {
    const parameterType = textOf(own.in) ?? 'query';
    const inner = this.#schemaOf(place, own);
    const field = this.schemas.field(textOf(own.name) ?? '', inner, own.required === true);
    return {
      ...field,
      parameterType,
      description: described(own.description) ?? field.description,
      facts: own.deprecated === true ? { ...field.facts, deprecated: 'true' } : field.facts,
    };
  }

  /** In version 2 parameters other than bodies are described in place. */
  #schemaOf(place: Place, own: Fields): Place {
    if (own.schema !== undefined) return below(place, 'schema');
    const [type] = Object.keys(fieldsOf(own.content));
    return type === undefined ? place : below(place, 'content', type, 'schema');
  }

  #body(operation: Place): readonly FieldModel[] {
    const place = this.references.resolve(below(operation, 'requestBody'), 'body');
    if (place === undefined || !isFields(place.value)) return [];
    const own = place.value;
    return this.#contents('body', place).map((field) => ({
      ...field,
      parameterType: 'body',
      isNullable: own.required !== true,
      description: described(own.description) ?? field.description,
    }));
  }

  #answers(operation: Place): readonly FieldModel[] {
    const list = below(operation, 'responses');
    return Object.keys(fieldsOf(list.value)).flatMap((status) => {
      if (status.startsWith('x-')) return [];
      const place = this.references.resolve(below(list, status), 'answer');
      return place === undefined || !isFields(place.value) ? [] : [this.#answer(status, place, place.value)];
    });
  }

  #answer(status: string, place: Place, own: Fields): FieldModel {
    const contents =
      own.schema === undefined
        ? this.#contents(status, place)
        : [this.schemas.field(status, below(place, 'schema'), true)];
    const [only] = contents;
    const body: FieldModel =
      contents.length === 1 && only !== undefined
        ? only
        : { name: status, dataType: contents.length === 0 ? 'nothing' : 'one of', facts: {}, fields: contents };
    return {
      ...body,
      name: status,
      parameterType: 'response',
      isNullable: undefined,
      description: described(own.description),
      fields: [...this.#answerHeaders(place), ...body.fields],
    };
  }

  #answerHeaders(answer: Place): readonly FieldModel[] {
    const list = below(answer, 'headers');
    return Object.keys(fieldsOf(list.value)).flatMap((name) => {
      const place = this.references.resolve(below(list, name), 'header');
      if (place === undefined || !isFields(place.value)) return [];
      return [{ ...this.#parameter(place, { ...place.value, in: 'header', name }) }];
    });
  }

  /** One for all media types of the same schema; named by them where there are several. */
  #contents(name: string, holder: Place): readonly FieldModel[] {
    const list = below(holder, 'content');
    const bySchema = new Map<string, { readonly place: Place; readonly types: string[] }>();
    for (const type of Object.keys(fieldsOf(list.value))) {
      const place = below(list, type, 'schema');
      const identity = JSON.stringify(place.value) ?? '';
      const same = bySchema.get(identity);
      if (same === undefined) bySchema.set(identity, { place, types: [type] });
      else same.types.push(type);
    }
    return [...bySchema.values()].map(({ place, types }) => {
      const field = this.schemas.field(bySchema.size === 1 ? name : types.join(', '), place, true);
      return { ...field, facts: { ...field.facts, mediaTypes: types.join(', ') } };
    });
  }

  #callbacks(operation: Place, depth: number): readonly OperationModel[] {
    const list = below(operation, 'callbacks');
    if (depth >= deepestCallback) return [];
    return Object.keys(fieldsOf(list.value)).flatMap((name) => {
      const callback = this.references.resolve(below(list, name), 'callback');
      if (callback === undefined) return [];
      return Object.keys(fieldsOf(callback.value)).flatMap((expression) => {
        if (expression.startsWith('x-')) return [];
        return this.ofPath(expression, below(callback, expression), `callback ${name}`, depth + 1);
      });
    });
  }
}

function listed(value: unknown): string | undefined {
  const texts = textsOf(value);
  return texts.length === 0 ? undefined : texts.join(', ');
}

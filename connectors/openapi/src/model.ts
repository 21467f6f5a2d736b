/** What a document says, whatever version it is written in. Plain data: it crosses between threads. */
export interface ApiModel {
  readonly title: string;
  readonly version: string | undefined;
  readonly description: string | undefined;
  readonly facts: Readonly<Record<string, string>>;
  readonly servers: readonly ServerModel[];
  readonly operations: readonly OperationModel[];
  readonly schemas: readonly SchemaModel[];
}

export interface ServerModel {
  readonly url: string;
  readonly description: string | undefined;
  /** With its variables, where it has some. */
  readonly template: string | undefined;
}

export interface OperationModel {
  /** `GET`, or what else the document calls it. */
  readonly command: string;
  /** `/pets/{id}`; of a webhook or callback its name. */
  readonly path: string;
  /** `GET /pets/{id}`, `webhook POST newPet`. */
  readonly name: string;
  readonly usage: string | undefined;
  readonly description: string | undefined;
  readonly facts: Readonly<Record<string, string>>;
  readonly header: readonly FieldModel[];
  readonly request: readonly FieldModel[];
  readonly response: readonly FieldModel[];
  /** A part of it lies in a document that could not be had or understood. */
  readonly isPartial?: boolean;
}

/** A parameter, a body, an answer, or a field of one. */
export interface FieldModel {
  readonly name: string;
  /** Where a parameter stands: path, query, header, cookie, body, formData. */
  readonly parameterType?: string | undefined;
  readonly dataType: string;
  readonly isNullable?: boolean | undefined;
  readonly description?: string | undefined;
  readonly defaultValue?: string | undefined;
  readonly fixedValue?: string | undefined;
  readonly length?: number | undefined;
  readonly minimumLength?: number | undefined;
  readonly facts: Readonly<Record<string, string>>;
  /** Name of the schema that it holds. */
  readonly schema?: string | undefined;
  readonly fields: readonly FieldModel[];
}

export interface SchemaModel {
  /** Its name in the document; of one that lies elsewhere, the way to it. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string | undefined;
  readonly kind: 'struct' | 'choice' | 'enum' | 'plain';
  readonly dataType: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly fields: readonly FieldModel[];
  /** Names of the schemas that it may be. */
  readonly options: readonly string[];
  /** A part of it lies in a document that could not be had or understood. */
  readonly isPartial?: boolean;
}

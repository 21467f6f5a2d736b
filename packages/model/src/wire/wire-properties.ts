/** Egeria's wrapped property values, as they travel over REST and in events. Adapters and faces alone know them. */
export interface WireProperties {
  readonly class?: string;
  readonly propertyValueMap: Readonly<Record<string, WirePropertyValue>>;
  /** These three are derived; a sender may leave them out. */
  readonly propertyCount?: number;
  readonly propertiesAsStrings?: Readonly<Record<string, string>>;
  readonly propertyNames?: readonly string[];
}

export type WirePropertyValue =
  | {
      readonly class: 'PrimitiveTypePropertyValue';
      readonly typeName: string;
      readonly primitiveTypeCategory: string;
      readonly primitiveValue: string | number | boolean;
    }
  | { readonly class: 'EnumTypePropertyValue'; readonly typeName: string; readonly symbolicName: string }
  | {
      readonly class: 'ArrayTypePropertyValue';
      readonly typeName: string;
      readonly arrayCount: number;
      /** Keyed `0`, `1`, ... */
      readonly arrayValues: WireProperties;
    }
  | {
      readonly class: 'MapTypePropertyValue';
      readonly typeName: string;
      readonly mapValues: WireProperties;
      readonly mapElementCount?: number;
    };

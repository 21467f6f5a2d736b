import type { SourceItem } from '@isthmus/connector-sdk';
import type { Properties } from '@isthmus/model';

export function item(key: string, properties: Properties = {}): SourceItem {
  return { key, elements: [{ typeName: 'DataFile', qualifiedName: `DataFile::test:/${key}`, properties }] };
}

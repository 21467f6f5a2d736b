import { ManualClock } from '@isthmus/connector-testing';
import { silentLogger } from '@isthmus/kernel';
import type { MetadataElement, MetadataStore } from '@isthmus/model';
import { describe, expect, it } from '@jest/globals';
import { GroupDirectory } from './group-directory.js';

/** @param pageOf - what the server answers to a request of which this is the place */
function directory(pageOf: (startFrom: number) => readonly string[]) {
  const asked: number[] = [];
  const warnings: string[] = [];
  const names: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const store = {
    async find(_: unknown, { startFrom = 0 }: Parameters<MetadataStore['find']>[1]) {
      asked.push(startFrom);
      return pageOf(startFrom).map(
        (name) => ({ guid: name, properties: { qualifiedName: name } }) as never as MetadataElement,
      );
    },
  };
  const found = new GroupDirectory(store, ['*'], 1_000, new ManualClock(), logger, (name) => names.push(name));
  return { found, asked, warnings, names };
}

describe('the list of groups', () => {
  it('ends at a page that begins as the one before, without a warning', async () => {
    const { found, asked, warnings, names } = directory(() => ['a', 'b']);
    await found.look();
    expect(asked).toEqual([0, 500]);
    expect(names).toEqual(['a', 'b']);
    expect(warnings).toEqual([]);
    await found.close();
  });

  it('tells once that there are more groups than are followed', async () => {
    const { found, warnings, names } = directory((startFrom) => [`group ${startFrom}`]);
    for (let look = 0; look < 3; look += 1) await found.look();
    expect(warnings).toEqual(['more groups than are followed']);
    expect(names).toHaveLength(10);
    await found.close();
  });
});

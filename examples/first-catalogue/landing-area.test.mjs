import { fileURLToPath } from 'node:url';
import { filesConnector } from '@isthmus/connector-files';
import { recordingHost } from '@isthmus/connector-testing';
import { describe, expect, it } from '@jest/globals';

const configuration = {
  root: fileURLToPath(new URL('landing-area', import.meta.url)),
  include: ['**'],
  exclude: [],
  watch: 'off',
  pollIntervalSeconds: 30,
  fullScanMinutes: 15,
  columns: true,
  sampleRows: 200,
  maxSampleBytes: 262_144,
};

describe('the landing area', () => {
  it('is catalogued as its story says', async () => {
    const host = recordingHost(filesConnector, configuration, { source: 'landing-area' });
    const run = await host.refresh();
    expect(run.failure).toBeUndefined();
    expect(run.findings).toEqual([]);
    const columns = (path) =>
      host
        .items(`folder:${path.slice(0, path.lastIndexOf('/'))}`)
        .find((item) => path.endsWith(`/${item.key}`))
        ?.elements.slice(2)
        .map(
          ({ properties, classifications }) =>
            `${properties.displayName} ${classifications.TypeEmbeddedAttribute.dataType}`,
        );
    const file = (path) => host.elements().get(`DataFile::landing-area:${path}`);

    expect(file('/sales/returns.csv')).toMatchObject({ typeName: 'CSVFile', properties: { delimiterCharacter: ';' } });
    expect(columns('/sales/returns.csv')).toContain('Betrag double');
    expect(columns('/stores/stores.tsv')).toContain('postcode string');
    expect(columns('/products/supplier prices.csv')).toEqual([
      'column 0 string',
      'column 1 double',
      'column 2 int',
      'column 3 date',
    ]);
    expect(file('/stores/filialleiter.csv')?.properties.additionalProperties).toMatchObject({ encoding: 'ISO-8859-1' });
    expect(columns('/sales/daily_totals.parquet')).toContain('weather.temperature float');
    expect(file('/stores/floor plan S01.png')?.typeName).toBe('RasterFile');
    expect(file('/inbox/pending.txt')?.properties.additionalProperties).toMatchObject({ sizeInBytes: '0' });
  });
});

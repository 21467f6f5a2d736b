import { silentLogger } from '@isthmus/kernel';
import { describe, expect, it } from '@jest/globals';
import { egeriaAnswer } from '../egeria/egeria-answer.js';
import type { EgeriaSetting } from '../egeria/egeria-manners.js';
import { call } from '../testing/test-call.js';
import { createHttpHost } from './http-host.js';

async function answersUnder(release: EgeriaSetting): Promise<(string | undefined)[]> {
  await using host = createHttpHost({ host: '127.0.0.1', port: 0, logger: silentLogger, release });
  for (const own of ['4.3', '6.1', undefined] as const) {
    const config = { role: 'viewer' as const, ...(own === undefined ? {} : { release: own }) };
    host.http.get(`/open-metadata/of-${own ?? 'all'}`, { config }, async (request) =>
      egeriaAnswer('VoidResponse', { release: request.manners.release }, request.manners),
    );
  }
  const base = await host.listen();
  const told: (string | undefined)[] = [];
  for (const path of ['of-4.3', 'of-6.1', 'of-all']) {
    const answer = await call(`${base}/open-metadata/${path}`);
    const { release, requestId } = answer.json();
    if (answer.status === 200) expect(typeof requestId).toBe(release === '6.1' ? 'string' : 'undefined');
    else expect(answer.json()).toMatchObject({ status: 404, error: 'Not Found' });
    told.push(answer.status === 200 ? String(release) : undefined);
  }
  return told;
}

describe('the release that a platform speaks', () => {
  it('is that of each path where both are spoken', async () => {
    expect(await answersUnder('both')).toEqual(['4.3', '6.1', '6.1']);
  });

  it('hides the paths of the other release', async () => {
    expect(await answersUnder('4.3')).toEqual(['4.3', undefined, '4.3']);
    expect(await answersUnder('6.1')).toEqual([undefined, '6.1', '6.1']);
  });
});

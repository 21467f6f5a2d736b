import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fakePlan, fakePlanItems } from './testing/fake-records.js';
import { startTestApi, type TestApi } from './testing/test-api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(async () => {
  await api.host[Symbol.asyncDispose]();
});
beforeEach(() => {
  api.daemon.clear();
  api.daemon.addGroup('Sales');
  const connector = api.daemon.put('Sales', 'orders');
  api.daemon.plansById.set('run-a', fakePlan(connector, 'run-a'));
  api.daemon.planItemsById.set('run-a', fakePlanItems);
});

describe('plans', () => {
  it('are asked for, listed and shown', async () => {
    expect(await api.call('POST', '/connectors/orders/preview')).toMatchObject({
      status: 202,
      body: { runId: 'run-1', see: '/api/v1/runs/run-1' },
    });
    const { body } = await api.call('GET', '/connectors/orders/plans');
    expect(body).toMatchObject({ items: [{ runId: 'run-a', state: 'open', connectorName: 'orders' }] });
    expect((await api.call('GET', '/runs/run-a/plan')).body).toMatchObject({
      counts: { update: 1, delete: 1 },
      certificates: [{ scope: 'folder:/', seen: 4 }],
      madeAt: '1970-01-01T00:00:00.000Z',
    });
    expect((await api.call('GET', '/runs/none/plan')).status).toBe(404);
  });

  it('show their items page by page, filtered', async () => {
    const first = await api.call('GET', '/runs/run-a/plan/items?limit=1');
    expect(first.body).toMatchObject({ items: [{ number: 1 }], nextAfter: 1 });
    const second = await api.call('GET', '/runs/run-a/plan/items?limit=1&after=1');
    expect(second.body).toEqual({ items: [expect.objectContaining({ number: 2, reason: expect.any(String) })] });
    expect((await api.call('GET', '/runs/run-a/plan/items?action=update&text=orders')).body).toMatchObject({
      items: [{ changes: [{ fields: [{ from: '12', to: '48' }], kept: { description: 'by hand' } }] }],
    });
    expect((await api.call('GET', '/runs/run-a/plan/items?action=x')).status).toBe(400);
  });

  it('are approved in part or rejected, by whom and why', async () => {
    const approval = { reason: 'checked', only: [1] };
    expect(await api.call('POST', '/runs/run-a/plan/approve', { body: approval })).toMatchObject({ status: 202 });
    expect(api.daemon.calls).toContainEqual(['approvePlan', 'run-a', expect.any(String), approval]);
    expect((await api.call('POST', '/runs/run-a/plan/approve')).status).toBe(409);
    expect((await api.call('GET', '/runs/run-a/plan')).body).toMatchObject({ approval: { itemCount: 1 } });
    expect(await api.call('POST', '/runs/run-a/plan/reject', { body: { reason: 'no' } })).toMatchObject({
      status: 200,
      body: { state: 'rejected' },
    });
    expect((await api.call('POST', '/runs/run-a/plan/approve', { body: { only: [0] } })).status).toBe(400);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type EgeriaFace, startEgeriaFace } from '../testing/egeria-face.js';
import { fakeRegistration, fakeRun } from '../testing/fake-records.js';

const group = 'lab:group:1';
const root = '/integration-daemon/integration-connectors';
const done = { class: 'VoidResponse', requestId: expect.any(String), relatedHTTPCode: 200 };
const unknownConnector = {
  relatedHTTPCode: 400,
  exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-031',
  exceptionProperties: { parameterName: 'connectorName' },
};

let face: EgeriaFace;
beforeEach(async () => {
  face = await startEgeriaFace();
  face.daemon.addGroup(group);
});
afterEach(async () => await face[Symbol.asyncDispose]());

const asked = (method: string) => face.daemon.calls.filter(([name]) => name === method).map(([, who]) => who);

describe('refresh', () => {
  it('answers when the run has ended', async () => {
    face.daemon.put(group, 'c1');
    face.clock.onStep = (passed) => {
      if (passed > 1_000) face.daemon.endRun('run-1', { outcome: 'failed' });
    };
    const { body } = await face.call('POST', `${root}/refresh`, { body: { class: 'NameRequestBody', name: 'c1' } });
    expect(body).toEqual(done);
    expect(face.clock.now()).toBeGreaterThan(1_000);
    expect(face.clock.now()).toBeLessThan(1_200);
  });

  it.each([
    [undefined, 10_000, null],
    ['wait=0', 0, 'wait=0'],
    ['respond-async, wait=30', 30_000, 'wait=30'],
    ['wait=999999', 300_000, 'wait=300'],
    ['wait=soon', 10_000, null],
  ])('waits no longer than it is told by Prefer: %s', async (prefer, waitedMs, applied) => {
    face.daemon.put(group, 'c1');
    const headers = prefer === undefined ? {} : { prefer };
    const { body, status, headers: answered } = await face.call('POST', `${root}/refresh`, { headers });
    expect(status).toBe(200);
    expect(body).toEqual({ ...done, stillRunning: 1 });
    expect(face.clock.now()).toBe(waitedMs);
    expect(answered.get('preference-applied')).toBe(applied);
  });

  it.each([
    [undefined],
    ['null'],
    [{}],
    [{ class: 'Anything' }],
    [{ name: null }],
  ])('of %j means every connector', async (body) => {
    face.daemon.put(group, 'c1');
    face.daemon.put(group, 'c2');
    const headers = { prefer: 'wait=0' };
    expect((await face.call('POST', `${root}/refresh`, { body, headers })).body.relatedHTTPCode).toBe(200);
    expect(asked('refreshConnector').sort()).toEqual(['registration-c1', 'registration-c2']);
  });

  it('of all is good when there is none', async () => {
    expect((await face.call('POST', `${root}/refresh`)).body).toEqual(done);
    expect((await face.call('POST', `${root}/restart`)).body).toEqual(done);
  });

  it('of a name reaches all that have it, and no other', async () => {
    face.daemon.put(group, 'c1');
    const registration = fakeRegistration('twin', { connectorName: 'c1' });
    face.daemon.put(group, 'twin', { registration });
    face.daemon.put(group, 'c2');
    await face.call('POST', `${root}/refresh`, { body: { name: 'c1' }, headers: { prefer: 'wait=0' } });
    expect(asked('refreshConnector').sort()).toEqual(['registration-c1', 'registration-twin']);
  });

  it.each(['', 'nope', 'IntegrationConnector::c1', 'registration-c1'])('knows no connector by "%s"', async (name) => {
    face.daemon.put(group, 'c1');
    expect((await face.call('POST', `${root}/refresh`, { body: { name } })).body).toMatchObject(unknownConnector);
    expect((await face.call('POST', `${root}/restart`, { body: { name } })).body).toMatchObject(unknownConnector);
  });

  it('passes over what cannot run, and tells of what somebody paused when it is meant by name', async () => {
    face.daemon.put(group, 'c1', { state: 'failed' });
    face.daemon.fail('refreshConnector', 'CONNECTOR_STOPPED', 'c1 is paused');
    const call = () => face.call('POST', `${root}/refresh`, { body: { name: 'c1' } });
    expect((await call()).body).toEqual(done);
    face.daemon.connectorList = [];
    face.daemon.put(group, 'c1', { state: 'paused', paused: { by: 'olga', at: 0 } });
    expect((await call()).body).toMatchObject({ relatedHTTPCode: 409, isthmusCode: 'CONNECTOR_STOPPED' });
    expect((await face.call('POST', `${root}/refresh`)).body).toEqual(done);
  });

  it('does not say 200 in 4.3 for a connector by name that nothing can be run for', async () => {
    const told = { code: 'PROVIDER_UNKNOWN', message: 'no provider x is there', next: 'install it' } as const;
    const reason = { ...told, retryable: false, since: 0 };
    face.daemon.put(group, 'c1', { state: 'failed', reason });
    face.daemon.fail('refreshConnector', 'CONNECTOR_STOPPED', 'c1 has failed');
    const older = '/integration-daemon/users/u/integration-connectors/refresh';
    const { body } = await face.call('POST', older, { body: { name: 'c1' } });
    expect(body).toMatchObject({
      ...unknownConnector,
      exceptionErrorMessage: expect.stringContaining('no provider x is there'),
      isthmusCode: 'PROVIDER_UNKNOWN',
    });
    expect((await face.call('POST', older)).body).toMatchObject({ relatedHTTPCode: 200 });
    expect((await face.call('POST', `${root}/refresh`, { body: { name: 'c1' } })).body).toEqual(done);
  });

  it('ends its wait when the connector is gone or stopped', async () => {
    const connector = face.daemon.put(group, 'c1');
    face.clock.onStep = () => {
      face.daemon.connectorList = [{ ...connector, state: 'failed' }];
    };
    expect((await face.call('POST', `${root}/refresh`)).body).toEqual(done);
  });

  it('sees that its run has ended though another one has, too', async () => {
    face.daemon.put(group, 'c1');
    face.clock.onStep = () => {
      if (face.daemon.runsById.size !== 1) return;
      face.daemon.endRun('run-1', { outcome: 'succeeded' });
      const [connector] = face.daemon.connectorList;
      if (connector?.lastRun)
        face.daemon.connectorList = [{ ...connector, lastRun: { ...connector.lastRun, id: 'x' } }];
    };
    expect((await face.call('POST', `${root}/refresh`)).body).toEqual(done);
  });

  it('asks for the runs of a connector only when one has ended', async () => {
    const before = face.daemon.put(group, 'c1');
    const lastRun = fakeRun(before, 'earlier', { outcome: 'succeeded', endedAt: 0 });
    face.daemon.connectorList = [{ ...before, lastRun }];
    face.daemon.fail('runs', 'INTERNAL', 'nobody has to ask');
    face.clock.onStep = (passed) => {
      const [connector] = face.daemon.connectorList;
      if (passed < 100 && connector) {
        const { currentRun: _queued, ...waits } = connector;
        face.daemon.connectorList = [waits];
      } else face.daemon.endRun('run-1', { outcome: 'succeeded' });
    };
    expect((await face.call('POST', `${root}/refresh`)).body).toEqual(done);
  });

  it('refuses a body that is no JSON, each release in its manner', async () => {
    const modern = await face.call('POST', `${root}/refresh`, { body: '{' });
    expect(modern.status).toBe(400);
    expect(modern.body).toMatchObject({ class: 'FFDCResponseBase', relatedHTTPCode: 400 });
    const old = await face.call('POST', '/integration-daemon/users/u/integration-connectors/refresh', { body: '{' });
    expect(old.body).toMatchObject({ status: 400, error: 'Bad Request' });
    expect((await face.call('POST', `${root}/refresh`, { body: [1] })).status).toBe(400);
    const headers = { 'content-type': 'text/plain' };
    expect((await face.call('POST', `${root}/refresh`, { body: 'c1', headers })).status).toBe(415);
  });
});

describe('restart', () => {
  it('answers when there is a new instance', async () => {
    face.daemon.put(group, 'c1');
    const { body } = await face.call('POST', `${root}/restart`, { body: { name: 'c1' } });
    expect(body).toEqual(done);
    expect(asked('restartConnector')).toEqual(['registration-c1']);
    expect(face.clock.now()).toBe(0);
  });
});

describe('the integration services of 4.3', () => {
  const users = '/integration-daemon/users/garygeeke';

  it('are none', async () => {
    const { body } = await face.call('GET', `${users}/integration-services/summary`);
    expect(body).toEqual({ class: 'IntegrationServiceSummaryResponse', relatedHTTPCode: 200 });
    for (const verb of ['refresh', 'restart'])
      expect((await face.call('POST', `${users}/integration-services/files-integrator/${verb}`)).body).toMatchObject({
        relatedHTTPCode: 400,
        exceptionErrorMessageId: 'INTEGRATION-DAEMON-SERVICES-400-030',
        exceptionProperties: { parameterName: 'serviceURLMarker' },
      });
    expect((await face.call('GET', '/integration-daemon/integration-services/summary')).status).toBe(404);
  });
});

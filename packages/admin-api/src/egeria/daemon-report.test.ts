import { describe, expect, it } from '@jest/globals';
import { FakeDaemon } from '../testing/fake-daemon.js';
import { daemonReport } from './daemon-report.js';

const parsed = async (daemon: FakeDaemon): Promise<unknown> => JSON.parse((await daemonReport(daemon)).toString());

describe('the report of a daemon', () => {
  it('tells groups and connectors, as empty lists too', async () => {
    const daemon = new FakeDaemon();
    expect(await parsed(daemon)).toEqual({ integrationGroups: [], integrationConnectorReports: [] });
    daemon.addGroup('lab:group', { guid: 'IntegrationGroup-1' });
    daemon.put('lab:group', 'c1');
    expect(await parsed(daemon)).toMatchObject({
      integrationGroups: [{ integrationGroupName: 'lab:group', integrationGroupGUID: 'IntegrationGroup-1' }],
      integrationConnectorReports: [{ connectorName: 'c1', integrationGroupGUID: 'IntegrationGroup-1' }],
    });
  });

  it('lets others have their turn while it tells of thousands of connectors', async () => {
    const daemon = new FakeDaemon();
    daemon.addGroup('lab:group');
    for (let count = 0; count < 5_000; count += 1) daemon.put('lab:group', `c${count}`);
    let turns = 0;
    const others = setInterval(() => (turns += 1), 0);
    const report = await parsed(daemon).finally(() => clearInterval(others));
    expect(turns).toBeGreaterThan(1);
    expect(report).toMatchObject({ integrationConnectorReports: { length: 5_000 } });
  });
});

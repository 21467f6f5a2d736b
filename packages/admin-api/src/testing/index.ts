export { FakeDaemon } from './fake-daemon.js';
export { fakeConnector, fakeElement, fakeGroup, fakeRegistration, fakeRun } from './fake-records.js';

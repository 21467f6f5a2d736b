export { FakeDaemon } from './fake-daemon.js';
export {
  fakeConnector,
  fakeElement,
  fakeGroup,
  fakePlan,
  fakePlanItems,
  fakeRegistration,
  fakeRun,
} from './fake-records.js';

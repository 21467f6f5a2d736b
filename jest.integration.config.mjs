import base from './jest.config.mjs';

// Whole processes and real folders: slower, one at a time.
export default { ...base, testMatch: ['**/dist/**/*.int.test.js'], testPathIgnorePatterns: ['/node_modules/'], maxWorkers: 1, testTimeout: 120_000 };

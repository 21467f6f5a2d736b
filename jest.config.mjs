// Jest runs what the compiler wrote: one compiler, no transform (docs/decisions/0001-toolchain.md).
export default {
  globalSetup: '<rootDir>/packages/devtools/jest-temporary-folder.mjs',
  testEnvironment: 'node',
  transform: {},
  roots: ['<rootDir>/packages', '<rootDir>/connectors', '<rootDir>/examples'],
  testMatch: ['**/dist/**/*.test.js', '**/examples/**/*.test.mjs'],
  // suites with real servers: `npm run servers`
  testPathIgnorePatterns: ['/node_modules/', ...(process.env.ISTHMUS_SERVERS === '1' ? [] : ['\\.int\\.test\\.m?js$'])],
  coverageProvider: 'v8',
  // a busy or slow machine is no fault of the code: how fast things are is for the benches to say, this is for what hangs
  testTimeout: 180_000,
  maxWorkers: 2,
  workerIdleMemoryLimit: '512MB',
};

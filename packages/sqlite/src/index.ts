export { checkpoint } from './checkpoints.js';
export { Database, type Migration, openDatabase, type Row, type SqlValue } from './database.js';
export { lockDataDirectory } from './directory-lock.js';
export { type LongAnswer, type LongReading, readInThread } from './long-reading.js';
export { joinProcess, type SqliteThreadData, sqliteThreadData } from './threads.js';

export { Database, type Migration, openDatabase, type Row, type SqlValue } from './database.js';
export { lockDataDirectory } from './directory-lock.js';

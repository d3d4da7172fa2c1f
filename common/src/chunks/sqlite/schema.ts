/** The tables of `chunks.sqlite`, and how its database is opened. */
import { DatabaseSync } from 'node:sqlite';
import { CHUNK_LOG_PAGES } from '../../limits/store.ts';
import { CHUNK_STORE_CACHE_KIB, SQLITE_BUSY_TIMEOUT_MS } from '../../limits.ts';

const TABLES = `
CREATE TABLE IF NOT EXISTS state (
  name TEXT PRIMARY KEY, value INTEGER NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS ranges (
  generation TEXT NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
  touched_day TEXT NOT NULL,
  PRIMARY KEY (generation, start)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS pieces (
  generation TEXT NOT NULL, stop INTEGER NOT NULL, start INTEGER NOT NULL,
  checksum INTEGER NOT NULL, mapped INTEGER NOT NULL,
  PRIMARY KEY (generation, stop)
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS blocks (
  sequence INTEGER NOT NULL, part INTEGER NOT NULL,
  day TEXT NOT NULL, class TEXT NOT NULL, arrived_ms INTEGER NOT NULL,
  agent TEXT NOT NULL, host TEXT NOT NULL, zone INTEGER NOT NULL,
  checksum INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (sequence, part)
) STRICT;
CREATE TABLE IF NOT EXISTS chunks (
  id TEXT PRIMARY KEY, day TEXT NOT NULL, class TEXT NOT NULL, entry TEXT NOT NULL
) WITHOUT ROWID, STRICT;
CREATE TABLE IF NOT EXISTS sections (
  chunk TEXT NOT NULL, position INTEGER NOT NULL, checksum INTEGER NOT NULL, body BLOB NOT NULL,
  PRIMARY KEY (chunk, position)
) STRICT;
CREATE TABLE IF NOT EXISTS notes (
  name TEXT PRIMARY KEY, text TEXT NOT NULL
) STRICT;
INSERT OR IGNORE INTO state VALUES ('catalogue', 0), ('sequence', 0), ('epoch', 0);
`;

/** Opens a chunk database and makes its tables where they are missing. */
export function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: SQLITE_BUSY_TIMEOUT_MS });
  database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  database.exec('PRAGMA journal_mode = WAL');
  // Deleted bytes within a page that is written anyway are wiped; whole free pages go by `reclaim`.
  database.exec('PRAGMA secure_delete = FAST');
  database.exec('PRAGMA synchronous = FULL');
  database.exec(`PRAGMA wal_autocheckpoint = ${CHUNK_LOG_PAGES}`);
  database.exec(`PRAGMA cache_size = -${CHUNK_STORE_CACHE_KIB}`);
  database.exec(TABLES);
  return database;
}

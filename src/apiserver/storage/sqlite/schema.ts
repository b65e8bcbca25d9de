/** `FLRD`: that a file of SQLite is ours stands in its header. */
export const APPLICATION_ID = 0x46_4c_52_44

/** Of the tables below; grows with each change of theirs, and stands in the header too (docs/adr/0051-objects-in-a-file-of-sqlite.md). */
export const FORMAT = 2

/**
 * Which fields an owner has, once for the many objects that say the same; `name` follows from `fields`, and how many there
 * are stands in `meta`. Since format 2.
 */
export const SETS = `
CREATE TABLE sets (name TEXT PRIMARY KEY, fields TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('sets', 0);
`

/**
 * `changes` holds the latest state of each object, and what came after `compacted` change by change. Rows are appended,
 * by growing revision, and never changed; `crc` is over all the rest of a row.
 */
export const SCHEMA = `
CREATE TABLE changes (
  revision INTEGER PRIMARY KEY,
  resource TEXT NOT NULL,
  key TEXT NOT NULL,
  replaces INTEGER,
  deleted INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  object TEXT NOT NULL
) STRICT;
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
${SETS}
`

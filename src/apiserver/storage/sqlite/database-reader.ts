import { lstatSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Loaded, LoadedChange } from '../journal.ts'
import { DatabaseError, faultOf } from './database-error.ts'
import { formatOf } from './database-format.ts'
import { nameOfSet } from './name-of-set.ts'
import { changeReader, LOADED_COLUMNS, type LoadedRow } from './row.ts'

/** SQLite's own choice, octets. */
const PAGE = 4096
/** How long another process may take to end that has the file, milliseconds. */
export const BUSY_MS = 2_000

/** What a file has. */
interface LoadedFile extends Loaded {
  /** What its rows name, by that name. */
  readonly sets: ReadonlyMap<string, string>
}

/**
 * All that a file has, read without writing to it, whatever is wrong with it; undefined where it is not there, or
 * nothing is in it. Throws DatabaseError, also while the changes are read; these can be read once.
 */
export const readDatabase = (path: string): LoadedFile | undefined => {
  const stat = statSync(path, { throwIfNoEntry: false }) ?? lstatSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  // Of a pipe SQLite would wait for the other end.
  if (!stat.isFile()) throw new DatabaseError('DATABASE_FOREIGN', `${path} is no file`)
  // To SQLite it would be an empty one.
  if (stat.size > 0 && stat.size < PAGE)
    throw new DatabaseError('DATABASE_DAMAGED', `${path} is damaged: all but its first ${stat.size} octets is gone`)
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS })
    // Whoever writes meanwhile: sets, and the rows that name them, are read as they were at one moment.
    database.exec('BEGIN')
    const format = formatOf(database, path)
    if (format === 0) {
      database.close()
      return undefined
    }
    const { value } = database.prepare("SELECT value FROM meta WHERE name = 'compacted'").get() as { value: number }
    const sets = format < 2 ? new Map<string, string>() : setsOf(database, path)
    return { compacted: value, sets, changes: changesOf(database, path, sets) }
  } catch (error) {
    database?.close()
    throw faultOf(error, path)
  }
}

const setsOf = (database: DatabaseSync, path: string): ReadonlyMap<string, string> => {
  const sets = new Map<string, string>()
  for (const { name, fields } of database.prepare('SELECT name, fields FROM sets').all()) {
    if (name !== nameOfSet(String(fields)))
      throw new DatabaseError(
        'DATABASE_DAMAGED',
        `${path} is damaged: the set of fields ${name} is not as it was written`,
      )
    sets.set(name, String(fields))
  }
  const { value } = database.prepare("SELECT value FROM meta WHERE name = 'sets'").get() as { value: number }
  if (value !== sets.size)
    throw new DatabaseError('DATABASE_DAMAGED', `${path} is damaged: it has ${sets.size} sets of fields of ${value}`)
  return sets
}

function* changesOf(database: DatabaseSync, path: string, sets: ReadonlyMap<string, string>): Generator<LoadedChange> {
  try {
    const statement = database.prepare(`SELECT ${LOADED_COLUMNS} FROM changes ORDER BY revision`)
    statement.setReturnArrays(true)
    const read = changeReader(sets)
    for (const found of statement.iterate()) {
      const row = found as unknown as LoadedRow
      const change = read(row)
      if (change === undefined)
        throw new DatabaseError('DATABASE_DAMAGED', `${path} is damaged: revision ${row[2]} is not as it was written`)
      yield change
    }
  } catch (error) {
    throw faultOf(error, path)
  } finally {
    database.close()
  }
}

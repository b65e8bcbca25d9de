import type { DatabaseSync } from 'node:sqlite'
import { DatabaseError } from './database-error.ts'
import { APPLICATION_ID, FORMAT } from './schema.ts'

const numberOf = (database: DatabaseSync, sql: string): number =>
  Number(Object.values(database.prepare(sql).get() as Record<string, unknown>)[0])

/**
 * The format of what is in it; 0 where nothing was ever written to it. Throws DatabaseError where what is in it is not
 * ours to read or to write.
 */
export const formatOf = (database: DatabaseSync, path: string): number => {
  const format = numberOf(database, 'PRAGMA user_version')
  if (format === 0 && numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0) return 0
  if (numberOf(database, 'PRAGMA application_id') !== APPLICATION_ID)
    throw new DatabaseError('DATABASE_FOREIGN', `${path} is the database of another program`)
  if (format > FORMAT)
    throw new DatabaseError(
      'DATABASE_NEWER',
      `${path} was written by a later Fairlead: its format is ${format}, and this one knows those up to ${FORMAT}`,
    )
  return format
}

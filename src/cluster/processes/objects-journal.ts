import { firstRevisionAt } from '#apiserver/storage/first-revision.ts'
import type { SqliteJournal } from '#apiserver/storage/sqlite/sqlite-journal.ts'
import type { ClusterConfig } from '../config.ts'
import { statePaths } from '../state/state.ts'

/** Where a cluster's objects are kept; undefined where that is memory alone, which need not load SQLite. */
export const objectsJournal = async (
  { ephemeral, stateDir }: ClusterConfig,
  report: (what: string) => void,
): Promise<SqliteJournal | undefined> => {
  if (ephemeral) return undefined
  const { SqliteJournal } = await import('#apiserver/storage/sqlite/sqlite-journal.ts')
  return new SqliteJournal({ path: statePaths(stateDir).objects, firstRevision: firstRevisionAt(Date.now()), report })
}

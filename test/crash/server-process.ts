/**
 * An API server over a file of SQLite and a Unix socket, as a process that is to be killed. It loads its program, waits
 * for a line on its input, and then starts; the journal's batches are told in a file, before and after each lasts.
 */

import { once } from 'node:events'
import { openSync, writeSync } from 'node:fs'
import { readPki } from '#apiserver/pki/pki.ts'
import { createApiServer } from '#apiserver/server.ts'
import type { Change, Journal } from '#apiserver/storage/journal.ts'
import type { HistoryLimits } from '#apiserver/storage/sqlite/history.ts'
import { SqliteJournal } from '#apiserver/storage/sqlite/sqlite-journal.ts'

export interface Life {
  /** Certificates, file and socket lie there. */
  readonly folder: string
  /** Milliseconds. */
  readonly threadAfter: number
  readonly limits?: HistoryLimits
  readonly checkpointAt?: number
}

/** A line of the file of batches. */
export type BatchNote =
  | { readonly asked: readonly Change[] }
  | { readonly lasts: number }
  | { readonly refused: string }

/** What a line says is with the kernel before anything else is done. */
const noting = (journal: Journal, path: string): Journal => {
  const file = openSync(path, 'a')
  const note = (one: BatchNote): void => void writeSync(file, `${JSON.stringify(one)}\n`)
  return {
    load: () => journal.load(),
    async append(batch) {
      note({ asked: batch })
      try {
        await journal.append(batch)
      } catch (error) {
        note({ refused: String(error) })
        throw error
      }
      note({ lasts: batch.at(-1)!.revision })
    },
  }
}

const { folder, ...options } = JSON.parse(process.argv.at(-1)!) as Life
await once(process.stdin, 'data')
const sqlite = new SqliteJournal({ path: `${folder}/objects.db`, firstRevision: 1000, ...options })
const server = await createApiServer({
  serviceCidrs: ['10.96.0.0/27', 'fd00:10:96::/120'],
  nodePortRange: { from: 30_000, to: 30_019 },
  clusterDomain: 'cluster.local',
  advertise: { address: '172.30.0.1', port: 6443 },
  pki: readPki(`${folder}/pki`)!,
  journal: noting(sqlite, `${folder}/batches`),
  kubelet: () => undefined,
})
await server.listen({ path: `${folder}/api.sock` })
process.stdout.write('ready\n')

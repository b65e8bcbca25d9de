/**
 * The API server alone, with the control plane’s flags and its journal, as a process of its own. Says `ready` once it
 * listens.
 */

import { flushCompileCache } from 'node:module'
import { readPki } from '#apiserver/pki/pki.ts'
import { createApiServer } from '#apiserver/server.ts'
import { firstRevisionAt } from '#apiserver/storage/first-revision.ts'
import { SqliteJournal } from '#apiserver/storage/sqlite/sqlite-journal.ts'
import { tuneForServing } from '#cluster/processes/tune-for-serving.ts'

export interface Settings {
  /** Where certificates, keys and the database are. */
  readonly folder: string
  readonly port: number
}

const { folder, port } = JSON.parse(process.argv.at(-1)!) as Settings
const pki = readPki(`${folder}/pki`)
if (pki === undefined) throw new Error(`no certificates in ${folder}`)
const server = await createApiServer({
  serviceCidrs: ['10.96.0.0/12'],
  nodePortRange: { from: 30_000, to: 32_767 },
  clusterDomain: 'cluster.local',
  advertise: { address: '172.30.0.1', port: 6443 },
  pki,
  journal: new SqliteJournal({ path: `${folder}/objects.db`, firstRevision: firstRevisionAt(Date.now()) }),
  kubelet: () => undefined,
})
// A signal ends a profile with its file.
process.once('SIGTERM', () => process.exit(0))
await server.listen({ host: '127.0.0.1', port, tls: true })
tuneForServing()
process.stdout.write('ready\n')
flushCompileCache()

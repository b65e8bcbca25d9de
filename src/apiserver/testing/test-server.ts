import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import { isAlreadyExists } from '#client/client.ts'
import { createPki } from '../pki/create-pki.ts'
import type { Pki } from '../pki/pki.ts'
import { type ApiServer, type ApiServerOptions, createApiServer } from '../server.ts'
import { memoryJournal } from '../storage/memory-journal.ts'

export interface TestServer extends ApiServer {
  readonly socketPath: string
  readonly folder: string
  readonly pki: Pki
}

let pki: Pki | undefined

/**
 * A server on a Unix socket of its own, with the default ServiceAccount that a controller would make. `close` removes
 * everything.
 */
export const startTestServer = async (options: Partial<ApiServerOptions> = {}): Promise<TestServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-api-'))
  pki ??= await createPki({ clusterDomain: 'cluster.local', subjectAltNames: ['10.96.0.1'], now: new Date() })
  const server = await createApiServer({
    serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
    nodePortRange: { from: 30_000, to: 32_767 },
    clusterDomain: 'cluster.local',
    advertise: { address: '172.30.0.1', port: 6443 },
    pki,
    kubelet: () => undefined,
    journal: memoryJournal(1),
    ...options,
  })
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'default' } }
  await server.client
    .create(serviceAccounts, account as ApiObject as never, { namespace: 'default' })
    .catch((error) => {
      // Of a server that starts over another's journal.
      if (!isAlreadyExists(error)) throw error
    })
  const socketPath = join(folder, 'api.sock')
  await server.listen({ path: socketPath })
  return {
    ...server,
    socketPath,
    folder,
    pki,
    async close() {
      await server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

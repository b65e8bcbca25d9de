import type { Client } from '#client/client.ts'
import { createHttpClient, type Transport } from '#client/http-client.ts'
import { httpsTransport } from '#client/https-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { apiRefusal } from './api-refusal.ts'
import type { ExplainTarget } from './explain-target.ts'

interface ClusterApi {
  readonly client: Client
  readonly transport: Transport
}

/** The API of a cluster, whatever way leads to it; what it refuses is told as apiRefusal() does, by what `reads` needs. */
export const withClusterApi = async <T>(
  target: ExplainTarget,
  reads: string,
  use: (api: ClusterApi) => Promise<T>,
): Promise<T> => {
  const transport = target.kind === 'local' ? unixTransport(target.config.sockets.api) : httpsTransport(target.access)
  const client = createHttpClient(transport)
  try {
    return await use({ client, transport })
  } catch (error) {
    if (target.kind === 'local') throw error
    throw apiRefusal(error, target.access.server, target.context, target.login, reads)
  } finally {
    client.close()
  }
}

import { systemClock } from '#clock/clock.ts'
import type { Client } from '../client.ts'
import { createHttpClient } from '../http-client.ts'
import { userAgent } from '../wire/user-agent.ts'
import { inClusterTransport } from './in-cluster-transport.ts'
import { serversOf } from './server-list.ts'
import { ServiceAccountFiles } from './service-account.ts'

interface InClusterClientOptions {
  /** The value of a flag, `HOST:PORT,…`; undefined: by the Service `kubernetes`, as the kubelet tells it. */
  readonly servers: string | undefined
  /** The name in their certificates, where it is not the address. */
  readonly serverName?: string
  readonly version: string
  /** What it says that it is, and owns what it writes by: `node-agent`. */
  readonly component: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the ServiceAccount is mounted. */
  readonly folder?: string
}

/** The Client of a pod of a real cluster, with the manners of one among thousands. Throws InClusterError. */
export const createInClusterClient = (options: InClusterClientOptions): Client => {
  const { servers, serverName, version, component, environment, folder } = options
  const { random } = Math
  const transport = inClusterTransport({
    servers: serversOf(servers, environment),
    account: new ServiceAccountFiles(folder),
    clock: systemClock,
    random,
    ...(serverName ? { serverName } : {}),
  })
  const remote = { clock: systemClock, random, protobuf: true, watchList: true }
  return createHttpClient(transport, userAgent(version, component), remote)
}

import type { Pod } from '#api/core/pod/message.ts'
import type { Transport } from '#client/http-client.ts'
import type { ServedTable } from '#explain/request/route-rows.ts'
import { DATA_PLANE_NAMESPACE, STATUS_PORT } from '#routes/data-plane.ts'

const TIMEOUT_MS = 3000

/** A pod of the gateways that did not tell what it serves, and why. */
interface SilentPod {
  readonly pod: string
  readonly message: string
}

/** What the pods of the gateways say that they serve, asked by way of the API server. `proxies`: all of these pods. */
export const servedTables = async (
  transport: Transport,
  proxies: readonly Pod[],
): Promise<{ readonly served: readonly ServedTable[]; readonly silent: readonly SilentPod[] }> => {
  const names = proxies.filter(({ status }) => status?.phase === 'Running').map(({ metadata }) => metadata?.name ?? '')
  const told = await Promise.all(
    names.map(async (pod): Promise<ServedTable | SilentPod> => {
      try {
        const { sites } = JSON.parse(await readTable(transport, pod)) as ServedTable
        return { pod, sites }
      } catch (error) {
        return { pod, message: (error as Error).message }
      }
    }),
  )
  return {
    served: told.filter((one) => 'sites' in one),
    silent: told.filter((one) => 'message' in one),
  }
}

const readTable = (transport: Transport, pod: string): Promise<string> => {
  const path = `/api/v1/namespaces/${DATA_PLANE_NAMESPACE}/pods/${pod}:${STATUS_PORT}/proxy/table`
  return new Promise((resolve, reject) => {
    const request = transport.open({ method: 'GET', path, headers: {} }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`it answers ${response.statusCode}`)),
      )
    })
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)))
    request.on('error', reject)
    request.end()
  })
}

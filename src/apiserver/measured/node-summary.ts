import { request } from 'node:http'
import type { KubeletLocator } from '../kubelet-proxy.ts'

interface Stats {
  readonly cpu?: { readonly time: string; readonly usageNanoCores?: number }
  readonly memory?: { readonly workingSetBytes: number }
}

/** Of what a kubelet answers at `/stats/summary` what is read here. */
export interface NodeSummary {
  readonly node: Stats
  /** Milliseconds over which processors were measured. */
  readonly windowMilliseconds?: number
  readonly pods: readonly {
    readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string }
    readonly containers: readonly ({ readonly name: string } & Stats)[]
  }[]
}

/** A kubelet that is stopped must not hold up what others tell; milliseconds. */
const PATIENCE = 5000
/** A summary of as many pods as a node takes is a tenth of it. */
const MOST = 16 * 1024 * 1024

/** What the kubelet of a node measures now; undefined where it does not answer in time. Never rejects. */
export const nodeSummary = (kubelet: KubeletLocator, node: string): Promise<NodeSummary | undefined> =>
  new Promise((resolve) => {
    const found = kubelet(node)
    if (!found) return resolve(undefined)
    const { socketPath, path = '' } = found
    const signal = AbortSignal.timeout(PATIENCE)
    const call = request({ socketPath, path: `${path}/stats/summary`, agent: false, signal }, (response) => {
      const chunks: Buffer[] = []
      let octets = 0
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        octets += chunk.length
        if (octets > MOST) call.destroy()
      })
      response.on('error', () => resolve(undefined))
      response.on('end', () => resolve(response.statusCode === 200 ? parsed(Buffer.concat(chunks)) : undefined))
    })
    call.on('error', () => resolve(undefined)).end()
  })

const parsed = (body: Buffer): NodeSummary | undefined => {
  try {
    return JSON.parse(body.toString()) as NodeSummary
  } catch {
    return undefined
  }
}

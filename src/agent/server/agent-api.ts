import { request } from 'node:http'
import type { PartState } from '../runner/part.ts'

/** One node as its agent sees it; what `fairlead status` prints. */
export interface NodeReport {
  readonly name: string
  readonly addresses: readonly string[]
  readonly podCidrs: readonly string[]
  /** Its Node is Ready, and its parts are ready and without a fault. */
  readonly ready: boolean
  /** Absent: it is up. */
  readonly state?: 'stopped' | 'paused'
  /** Why its Node is not Ready, as the API has it, in words. */
  readonly why?: string
  readonly parts: readonly PartState[]
  readonly pods: readonly {
    readonly namespace: string
    readonly name: string
    readonly phase: string
    readonly addresses: readonly string[]
  }[]
  /** Of the Services in this node's kernel. Times are ISO 8601. */
  readonly dataplane: {
    readonly services: number
    readonly pending: number
    readonly appliedAt: string | undefined
    readonly failed: readonly { readonly service: string; readonly message: string; readonly retryAt: string }[]
  }
}

/** Where on the agents' socket they are told, by POST, that the cluster's nodes were written anew. */
export const CONFIGURED = '/configured'

/** Where on the agents' socket the kubelet of a node is: the path in front of all of its own. */
export const kubeletPath = (node: string): string => `/nodes/${encodeURIComponent(node)}`

export interface AgentReport {
  readonly nodes: readonly NodeReport[]
  /** Of what runs beside the nodes, in the fabric between them. */
  readonly fabric: { readonly parts: readonly PartState[] }
  /** What somebody had changed of the networks when it was looked for this report, in words, and what became of it. */
  readonly network: readonly string[]
  readonly rss: number
}

/**
 * One JSON answer of a socket of ours. Rejects with the transport's error, ETIMEDOUT where none comes in time, or with what the
 * other side said.
 */
export const getJson = async <T>(
  socketPath: string,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> => {
  return JSON.parse(await getText(socketPath, path, timeoutMs, signal)) as T
}

/** Tells a socket of ours something. Rejects as `getJson` does. */
export const postJson = async (socketPath: string, path: string, timeoutMs: number): Promise<void> => {
  const { status, text } = await ask('POST', socketPath, path, timeoutMs)
  if (status !== 200) throw new Error(text.trim())
}

/** One answer of a socket of ours, as it is. Rejects as `getJson` does. */
export const getText = async (
  socketPath: string,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<string> => {
  const { status, text } = await ask('GET', socketPath, path, timeoutMs, signal)
  if (status !== 200) throw new Error(`${path}: ${status} ${text.trim()}`)
  return text
}

const silence = (path: string, timeoutMs: number): Error =>
  Object.assign(new Error(`${path}: no answer in ${timeoutMs} ms`), { code: 'ETIMEDOUT' })

const ask = (
  method: 'GET' | 'POST',
  socketPath: string,
  path: string,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const call = request({ method, socketPath, path, timeout: timeoutMs, agent: false, signal }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    call.on('timeout', () => call.destroy(silence(path, timeoutMs)))
    call.on('error', reject)
    call.end()
  })

import { ApiError } from '#client/client.ts'
import { execInPod } from '#client/exec/exec.ts'
import type { Transport } from '#client/http-client.ts'
import type { AccessRule, AgentAway } from '#explain/trace/kernels.ts'

/** What an agent's image has: src/incluster/ask. */
const COMMAND = ['/usr/bin/node', '/opt/fairlead/ask.mjs']
const TIMEOUT_MS = 10_000
/** Of a node with hundreds of strangers' tables and thousands of pins; anything larger is none of ours. */
const MOST = 8 << 20

export interface AgentsAddress {
  readonly transport: Transport
  readonly namespace: string
  readonly signal?: AbortSignal
}

/** The rule of RBAC by which agents are asked: a WebSocket is a GET, and since Kubernetes 1.35 creating is asked for as well. */
const execRule = (namespace: string): AccessRule => ({
  namespace,
  resources: ['pods/exec'],
  verbs: ['get', 'create'],
})

type Answered = { readonly code: 'answered'; readonly bodies: readonly unknown[] }

/** What an agent answers at these paths of its socket, parsed, in order; or why it does not. Rejects with no more than a bug. */
export const askAgent = async (
  { transport, namespace, signal }: AgentsAddress,
  pod: string,
  paths: readonly string[],
): Promise<Answered | Exclude<AgentAway, { readonly code: 'no-agent' }>> => {
  const agent = { kind: 'Pod', namespace, name: pod }
  const away = (message: string) => ({ code: 'agent-away', agent, message }) as const
  try {
    const request = { namespace, pod, command: [...COMMAND, ...paths], timeoutMs: TIMEOUT_MS, limit: MOST }
    const { stdout, stderr, exitCode } = await execInPod(transport, { ...request, ...(signal && { signal }) })
    if (exitCode !== 0) return away(stderr.trim() || `its answer ended with exit status ${exitCode}`)
    const lines = stdout.split('\n').filter(Boolean)
    if (lines.length !== paths.length) return away(`${lines.length} answers to ${paths.length} questions`)
    return { code: 'answered', bodies: lines.map((line) => JSON.parse(line) as unknown) }
  } catch (error) {
    signal?.throwIfAborted()
    const { message } = error as Error
    if (error instanceof ApiError && error.status.code === 403)
      return { code: 'forbidden', agent, rule: execRule(namespace), message }
    return away(error instanceof SyntaxError ? `what it answers is no JSON: ${message}` : message)
  }
}

/** At most so many at once: a cluster may have thousands of nodes, and an API server is everybody's. */
const AT_ONCE = 16

/** `ask` of each, some at a time, in order. */
export const eachOf = async <T, R>(all: readonly T[], ask: (one: T) => Promise<R>): Promise<readonly R[]> => {
  const answers: R[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < all.length) {
      const index = next++
      answers[index] = await ask(all[index] as T)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, all.length) }, work))
  return answers
}

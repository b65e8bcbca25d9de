import type { Node } from '#api/core-v1.ts'
import type { Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type Client, isAlreadyExists } from '#client/client.ts'
import { backoff, type Clock, sleep } from '#client/clock.ts'
import { nodeConditions } from './node-object.ts'

export interface RegistrationOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

// Kubernetes' nodeStatusReportFrequency: the Lease tells life, the status only what changes.
const REPORT_MS = 300_000

const patchStatus = (client: Client, nodes: Resource<Node>, node: Node): Promise<Node> =>
  client.patch(nodes, node.metadata?.name ?? '', 'strategic', { status: node.status }, { subresource: 'status' })

/**
 * Creates the Node, or brings one that is there up to date; again with back-off until it is. Resolves with the object,
 * undefined where aborted.
 */
export const registerNode = async (
  client: Client,
  nodes: Resource<Node>,
  wanted: Node,
  { clock, signal, onError }: RegistrationOptions,
): Promise<Node | undefined> => {
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const created = await client.create(nodes, wanted)
      // A server that keeps status for its own subresource gave back an object without it.
      return created.status?.conditions?.length ? created : await patchStatus(client, nodes, wanted)
    } catch (error) {
      if (isAlreadyExists(error)) {
        try {
          await client.patch(nodes, wanted.metadata?.name ?? '', 'strategic', {
            metadata: { labels: wanted.metadata?.labels },
            spec: wanted.spec,
          })
          return await patchStatus(client, nodes, wanted)
        } catch (inner) {
          onError(inner)
        }
      } else onError(error)
    }
    await sleep(clock, backoff(failures, 50, 7000, Math.random), signal)
  }
  return undefined
}

/** Posts the conditions every five minutes. Returns at once. */
export const keepNodeStatus = (
  client: Client,
  nodes: Resource<Node>,
  registered: Node,
  { clock, signal, onError }: RegistrationOptions,
): void => {
  const report = async (): Promise<void> => {
    const conditions = nodeConditions(registered.status?.conditions, timeText(clock.now()))
    await client
      .patch(nodes, registered.metadata?.name ?? '', 'strategic', { status: { conditions } }, { subresource: 'status' })
      .catch(onError)
    next()
  }
  const next = (): void => {
    if (signal.aborted) return
    const cancel = clock.after(REPORT_MS, () => void report())
    signal.addEventListener('abort', cancel, { once: true })
  }
  next()
}

import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { type Client, isAlreadyExists, isNotFound } from '#client/client.ts'
import type { Clock } from '#clock/clock.ts'
import { findCondition } from '#objects/conditions.ts'
import { PART_OF } from '../objects/installation.ts'
import { poll } from '../poll.ts'

/** A command for every node, in the node's own network and with all rights there. */
export interface NodeTask {
  /** `cleanup`: pods are `fairlead-cleanup-…`. */
  readonly name: string
  readonly namespace: string
  readonly image: string
  readonly command: readonly string[]
  readonly volumes?: PodSpec['volumes']
  readonly volumeMounts?: Container['volumeMounts']
}

/** What became of it on a node: done, or why not, in words. */
export interface NodeOutcome {
  readonly node: string
  readonly failed?: string
}

interface RunOptions {
  readonly client: Client
  readonly clock: Clock
  readonly signal: AbortSignal
  /** For all of it, milliseconds. */
  readonly timeoutMs: number
}

/**
 * Runs the task once on each node, at the same time, by pods of their own, which are taken away again. A node whose
 * kubelet is silent is not waited for: its outcome says so. Rejects with what the API server says.
 */
export const runOnNodes = async (
  task: NodeTask,
  nodes: readonly Node[],
  options: RunOptions,
): Promise<readonly NodeOutcome[]> => {
  const { client } = options
  return await Promise.all(
    nodes.map(async (node): Promise<NodeOutcome> => {
      const name = node.metadata?.name ?? ''
      if (isSilent(node)) return { node: name, failed: 'its kubelet says nothing: the node is down, or cut off' }
      const pod = podOf(task, name)
      const podName = pod.metadata!.name!
      try {
        await client.create(pods, pod).catch(async (error: unknown) => {
          // Left by one that was interrupted.
          if (!isAlreadyExists(error)) throw error
          await remove(client, podName, task.namespace)
          await gone(podName, task, options)
          await client.create(pods, pod)
        })
        let status: Pod['status']
        const ended = await poll(async () => {
          ;({ status } = await client.get(pods, podName, task))
          return status?.phase === 'Succeeded' || status?.phase === 'Failed' ? status : undefined
        }, options)
        if (ended === undefined) return { node: name, failed: `it has not ended: ${whyWaiting(status)}` }
        return ended.phase === 'Succeeded' ? { node: name } : { node: name, failed: endOf(ended) }
      } finally {
        await remove(client, podName, task.namespace)
      }
    }),
  )
}

/** One that says that it is not ready is there all the same, and runs what needs no network of pods. */
const isSilent = ({ status }: Node): boolean => findCondition(status?.conditions, 'Ready')?.status === 'Unknown'

const remove = async (client: Client, name: string, namespace: string): Promise<void> => {
  try {
    await client.delete(pods, name, { namespace, gracePeriodSeconds: 0 })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

const gone = (name: string, task: NodeTask, options: RunOptions): Promise<unknown> =>
  poll(async () => {
    try {
      await options.client.get(pods, name, task)
      return undefined
    } catch (error) {
      if (isNotFound(error)) return true
      throw error
    }
  }, options)

type Status = NonNullable<Pod['status']>

const endOf = ({ containerStatuses = [], message }: Status): string => {
  const ended = containerStatuses[0]?.state?.terminated
  const said = ended?.message?.trim() || message
  return `it ended with status ${ended?.exitCode ?? 'unknown'}${said ? `: ${said}` : ''}`
}

const whyWaiting = (status: Status | undefined): string => {
  const waiting = status?.containerStatuses?.[0]?.state?.waiting
  return waiting?.message ?? waiting?.reason ?? status?.phase ?? 'nobody has seen the pod'
}

const podOf = ({ name, namespace, image, command, volumes, volumeMounts }: NodeTask, node: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    // A Node's name is a DNS subdomain, as a pod's, and may be as long; what is too long is cut, and told apart by its end.
    name: `fairlead-${name}-${node.slice(-200)}`,
    namespace,
    labels: { ...PART_OF, 'app.kubernetes.io/name': `fairlead-${name}` },
  },
  spec: {
    nodeName: node,
    hostNetwork: true,
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    tolerations: [{ operator: 'Exists' }],
    terminationGracePeriodSeconds: 5,
    ...(volumes && { volumes }),
    containers: [
      {
        name,
        image,
        command,
        terminationMessagePolicy: 'FallbackToLogsOnError',
        securityContext: { privileged: true },
        ...(volumeMounts && { volumeMounts }),
      },
    ],
  },
})

import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Client } from '#client/client.ts'
import { isReady } from '#objects/conditions.ts'

/** Where the parts are, where nobody says otherwise. */
export const AGENT_NAMESPACE = 'fairlead-system'
const SELECTOR = 'app.kubernetes.io/name=fairlead-node'
/** What kube-proxy's pods are labelled by, where kubeadm or a distribution's own tools made them. */
const OTHERS = ['k8s-app=kube-proxy', 'app.kubernetes.io/name=kube-proxy', 'k8s-app=cilium', 'k8s-app=kube-router']

export interface AgentPod {
  readonly name: string
  readonly node: string
  /** Why it cannot be asked; left out where it can. */
  readonly away?: string
  readonly restarts: number
}

/** The pods of agents, those that run before those that do not. Rejects with an ApiError where they may not be listed. */
export const agentPods = async (client: Client, namespace: string): Promise<readonly AgentPod[]> => {
  const { items } = await client.list(pods, { namespace, labelSelector: SELECTOR })
  return items
    .flatMap((pod): AgentPod[] => {
      const node = pod.spec?.nodeName
      if (!node) return []
      const away = awayOf(pod)
      const restarts = (pod.status?.containerStatuses ?? []).reduce(
        (sum, { restartCount = 0 }) => sum + restartCount,
        0,
      )
      return [{ name: pod.metadata?.name ?? '', node, restarts, ...(away !== undefined && { away }) }]
    })
    .sort(
      (left, right) =>
        Number(left.away !== undefined) - Number(right.away !== undefined) || (left.name < right.name ? -1 : 1),
    )
}

/** A pod that runs is asked, ready or not: what it says is why it is not. */
const awayOf = ({ metadata, status }: Pod): string | undefined => {
  if (metadata?.deletionTimestamp) return 'its pod is being deleted'
  if (status?.phase !== 'Running') return `its pod is ${status?.phase ?? 'Pending'}${because(status)}`
  if (isReady({ status })) return undefined
  const runs = (status.containerStatuses ?? []).some(({ state }) => state?.running !== undefined)
  return runs ? undefined : `its program does not run${because(status)}`
}

const because = (status: Pod['status']): string => {
  const states = (status?.containerStatuses ?? []).flatMap(({ state }) => state?.waiting ?? state?.terminated ?? [])
  const [first] = states
  if (first?.reason) return `: ${first.reason}${first.message ? `, ${first.message}` : ''}`
  return status?.message ? `: ${status.message}` : ''
}

/** Proxies of others, by node. */
export const otherProxies = (all: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> => {
  const wanted = OTHERS.map((one) => one.split('='))
  const found = new Map<string, Pod[]>()
  for (const pod of all) {
    const node = pod.spec?.nodeName
    if (!node || !wanted.some(([label = '', value]) => pod.metadata?.labels?.[label] === value)) continue
    found.set(node, [...(found.get(node) ?? []), pod])
  }
  return found
}

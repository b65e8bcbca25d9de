import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { podOf } from '../pods/desired-pod.ts'
import { REVISION_LABEL } from '../revisions/desired-state.ts'
import { affinityTo, daemonTolerations, nodeOf } from './desired-node.ts'

const GENERATION_LABEL = 'pod-template-generation'
const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation'

const generationOf = ({ metadata }: DaemonSet): string | undefined => metadata?.annotations?.[GENERATION_ANNOTATION]

/** The pod of a node, of the state that `hash` names. */
export const makePod = (set: DaemonSet, node: string, hash: string): Pod => {
  const generation = generationOf(set)
  const pod = podOf(set, set.spec?.template, {
    labels: { ...(generation ? { [GENERATION_LABEL]: generation } : {}), [REVISION_LABEL]: hash },
  })
  return {
    ...pod,
    spec: {
      ...pod.spec,
      tolerations: daemonTolerations(pod.spec),
      affinity: affinityTo(pod.spec?.affinity, node),
    },
  }
}

/** The pod is of the present template. */
export const isUpdated = (set: DaemonSet, pod: Pod, hash: string): boolean => {
  const labels = pod.metadata?.labels ?? {}
  const generation = generationOf(set)
  return (hash !== '' && labels[REVISION_LABEL] === hash) || (!!generation && labels[GENERATION_LABEL] === generation)
}

/** For `sort`: first what has its node, then the oldest. */
const byAge = (a: Pod, b: Pod): number => {
  const [left, right] = [a, b].map(({ spec }) => (spec?.nodeName ? 0 : 1)) as [number, number]
  if (left !== right) return left - right
  const age = ({ metadata }: Pod) => `${metadata?.creationTimestamp ?? ''} ${metadata?.name ?? ''}`
  return age(a) < age(b) ? -1 : 1
}

/** Pods by the nodes that they are on or were made for, the oldest first. */
export const byNode = (pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> => {
  const on = new Map<string, Pod[]>()
  for (const pod of [...pods].sort(byAge)) {
    const node = nodeOf(pod)
    if (node === undefined) continue
    const there = on.get(node)
    if (there) there.push(pod)
    else on.set(node, [pod])
  }
  return on
}

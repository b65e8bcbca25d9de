import type { DaemonSet } from '#api/apps/daemonset/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Taint } from '#api/core/node/taint.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Toleration } from '#api/core/pod/spec/scheduling.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { NOT_READY_TAINT, UNREACHABLE_TAINT, UNSCHEDULABLE_TAINT } from '#objects/well-known.ts'
import { nodeMismatches } from '#placement/node-affinity.ts'
import { isTolerated } from '#placement/toleration.ts'

const NODE_NAME = 'metadata.name'
/** What does not keep a daemon from its node. */
const TOLERATED: readonly (readonly [key: string, effect: 'NoSchedule' | 'NoExecute'])[] = [
  [NOT_READY_TAINT, 'NoExecute'],
  [UNREACHABLE_TAINT, 'NoExecute'],
  ['node.kubernetes.io/disk-pressure', 'NoSchedule'],
  ['node.kubernetes.io/memory-pressure', 'NoSchedule'],
  ['node.kubernetes.io/pid-pressure', 'NoSchedule'],
  [UNSCHEDULABLE_TAINT, 'NoSchedule'],
]
/** What does not keep one from it that uses the node's own network. */
const ON_HOST_NETWORK = ['node.kubernetes.io/network-unavailable', 'NoSchedule'] as const

/** The tolerations of a daemon's pod: those of its template, and what every daemon tolerates. */
export const daemonTolerations = (spec: PodSpec | undefined): readonly Toleration[] => {
  const own = [...(TOLERATED as readonly (readonly [string, 'NoSchedule' | 'NoExecute'])[])]
  if (spec?.hostNetwork) own.push(ON_HOST_NETWORK)
  const added = own.map(([key, effect]): Toleration => ({ key, operator: 'Exists', effect }))
  const isAdded = (given: Toleration) =>
    added.some(
      ({ key, operator, effect }) =>
        given.key === key && given.operator === operator && given.effect === effect && !given.value,
    )
  return [...(spec?.tolerations ?? []).filter((given) => !isAdded(given)), ...added]
}

interface Fit {
  /** The node should have its pod. */
  readonly runs: boolean
  /** A pod that is there may stay. */
  readonly stays: boolean
}

/** Whether a node should have a pod of the set, by its name, its labels and its taints. */
export const fitOf = (set: DaemonSet, node: Node): Fit => {
  const spec = set.spec?.template?.spec
  const name = node.metadata?.name
  const none: Fit = { runs: false, stays: false }
  if (spec?.nodeName && spec.nodeName !== name) return none
  const pod = { spec: { ...spec, tolerations: daemonTolerations(spec) } } as Pod
  if (nodeMismatches(pod, node).length > 0) return none
  const untolerated = (node.spec?.taints ?? []).filter((taint: Taint) => !isTolerated(pod.spec?.tolerations, taint))
  const runs = untolerated.every(({ effect }) => effect === 'PreferNoSchedule')
  return { runs, stays: runs || untolerated.every(({ effect }) => effect !== 'NoExecute') }
}

/** The affinity of a pod that is made for one node: the scheduler puts it there, and nowhere else. */
export const affinityTo = (affinity: PodSpec['affinity'], node: string): NonNullable<PodSpec['affinity']> => ({
  ...affinity,
  nodeAffinity: {
    ...affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: NODE_NAME, operator: 'In', values: [node] }] }],
    },
  },
})

/** The node that the pod is on, or was made for; undefined where it says neither. */
export const nodeOf = ({ spec }: Pod): string | undefined => {
  if (spec?.nodeName) return spec.nodeName
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  for (const { matchFields = [] } of terms)
    for (const { key, operator, values = [] } of matchFields)
      if (key === NODE_NAME && operator === 'In' && values.length === 1) return values[0]
  return undefined
}

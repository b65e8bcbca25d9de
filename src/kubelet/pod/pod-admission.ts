import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { clusterState, type NodeState } from '#placement/cluster-state.ts'
import { hostPortTaken } from '#placement/host-port.ts'
import { nodeMismatches } from '#placement/node-affinity.ts'
import { shortages } from '#placement/shortage.ts'
import { isTolerated } from '#placement/toleration.ts'
import { forbiddenSysctl } from '../container/spec/sysctls.ts'
import type { KubeletContext } from '../context.ts'

/** Why the kubelet itself ended a pod; `isRejected`: it was never let in, and so has no containers to tell of. */
export interface Ended {
  readonly reason: string
  readonly message: string
  readonly isRejected?: boolean
}

/** What an earlier process of ours has said of it, for ever. */
export const endedBefore = ({ status }: Pod): Ended | undefined => {
  const { phase, reason = '', message = '', containerStatuses } = status ?? {}
  return phase === 'Failed' && reason !== '' ? { reason, message, isRejected: !containerStatuses?.length } : undefined
}

const OS = 'linux'
const OS_LABEL = 'kubernetes.io/os'

const rejected = (reason: string, message: string): Ended => ({ reason, message, isRejected: true })
const unfit = (filter: string, why: string): Ended => rejected(filter, `Predicate ${filter} failed: ${why}`)
const short = (resource: string, amounts: readonly [requested: number, used: number, capacity: number]): Ended => {
  const [requested, used, capacity] = amounts.map((amount) => Math.ceil(resource === 'cpu' ? amount : amount / 1000))
  const told = `${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}`
  return rejected(`OutOf${resource}`, `Node didn't have enough resource: ${told}`)
}

/** What the pod asks for and the node has not left. A resource that the node does not know is its scheduler's matter. */
const shortage = (pod: Pod, state: NodeState): Ended | undefined => {
  const { allocatable, requested, pods } = state
  for (const obstacle of shortages(pod, state)) {
    if (obstacle.code === 'too-many-pods') return short('pods', [1000, pods.length * 1000, obstacle.most * 1000])
    if (obstacle.code !== 'insufficient') continue
    const { resource, asked } = obstacle
    const capacity = allocatable.get(resource)
    if (capacity === undefined && resource.includes('/')) continue
    return short(resource, [asked, requested.get(resource) ?? 0, capacity ?? 0])
  }
  return undefined
}

interface Applicant {
  readonly pod: Pod
  readonly node: Node
  readonly others: readonly Pod[]
  readonly hasAppArmor: boolean
}

/** Whether any of it is to be kept within a profile. */
const asksForAppArmor = ({ spec }: Pod): boolean =>
  [spec, ...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].some((one) => {
    const type = one?.securityContext?.appArmorProfile?.type
    return type !== undefined && type !== 'Unconfined'
  })

/** Why a node with these other pods does not let the pod in: the first reason, in Kubernetes' order and words. */
const rejection = ({ pod, node, others, hasAppArmor }: Applicant): Ended | undefined => {
  const sysctl = forbiddenSysctl(pod)
  if (sysctl !== undefined) return rejected('SysctlForbidden', sysctl)
  if (!hasAppArmor && asksForAppArmor(pod))
    return rejected('AppArmor', 'Cannot enforce AppArmor: AppArmor is not enabled on the host')
  const label = pod.metadata?.labels?.[OS_LABEL]
  if (label !== undefined && label !== OS) {
    const why = `Failed to admit pod as the \`${OS_LABEL}\` label doesn't match node label`
    return rejected('PodOSSelectorNodeLabelDoesNotMatch', why)
  }
  if (pod.spec?.os && pod.spec.os.name !== OS)
    return rejected('PodOSNotSupported', "Failed to admit pod as the OS field doesn't match node OS")
  const { metadata: { deletionTimestamp: _, ...metadata } = {}, ...rest } = node
  const [state] = clusterState(
    [{ ...rest, metadata }],
    () => others,
    () => undefined,
  ).nodes
  const lack = shortage(pod, state!)
  if (lack !== undefined) return lack
  if (nodeMismatches(pod, node).length > 0)
    return unfit('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  if (hostPortTaken(pod, state!) !== undefined)
    return unfit('NodePorts', "node(s) didn't have free ports for the requested pod ports")
  const taint = node.spec?.taints?.find((one) => one.effect === 'NoExecute' && !isTolerated(pod.spec?.tolerations, one))
  return taint && unfit('TaintToleration', "node(s) had taints that the pod didn't tolerate")
}

/** Rejects, in an Event, what this kubelet's node does not let in; gives what the pod's status tells then. */
export const reject = (
  { self, neighbours, record, hasAppArmor }: Pick<KubeletContext, 'self' | 'neighbours' | 'record' | 'hasAppArmor'>,
  pod: Pod,
): Ended | undefined => {
  const others = neighbours().filter(({ metadata }) => metadata?.uid !== pod.metadata?.uid)
  const ended = rejection({ pod, node: self(), others, hasAppArmor })
  if (ended === undefined) return undefined
  record(pod, 'Warning', ended.reason, ended.message)
  return { ...ended, message: `Pod was rejected: ${ended.message}` }
}

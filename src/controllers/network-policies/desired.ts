import type { Namespace } from '#api/core/namespace/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Condition } from '#api/meta/condition.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition, withoutCondition } from '#objects/conditions.ts'
import { isTerminal } from '#objects/pod.ts'
import { isSelected } from '#policy/peer.ts'
import type { Policy } from '#policy/rule.ts'

/** So many are named of what may be many; an Event's message has no room for all. */
const NAMED = 3

const listText = (all: readonly string[], between: string): string =>
  all.length > NAMED
    ? `${all.slice(0, NAMED).join(between)}${between}and ${all.length - NAMED} more`
    : all.join(between)

/** What of a policy cannot be read, and what becomes of it; undefined where all of it can. */
export const faultText = ({ faults }: Policy): string | undefined =>
  faults.length === 0
    ? undefined
    : `${listText(faults, '; ')}. What cannot be read stands closed: it lets nobody in, and refuses everybody where it was to refuse some or to pass them on`

/** A pod of its node's own network: no policy is about it. */
export const isOnNodeNetwork = (pod: Pod): boolean => pod.spec?.hostNetwork === true && !isTerminal(pod)

/** What a pod is a part of: `DaemonSet agent`, or itself. */
const workloadOf = ({ metadata }: Pod): string => {
  const owner = metadata?.ownerReferences?.find(({ controller }) => controller)
  return owner ? `${owner.kind} ${owner.name}` : `Pod ${metadata?.name}`
}

/** The workloads that a policy selects and cannot reach: their pods have their nodes' own network. Sorted. */
export const unreachable = (
  { subject, kind }: Policy,
  pods: readonly Pod[],
  namespaceNamed: (name: string) => Namespace | undefined,
): readonly string[] => {
  const names = pods
    .filter(isOnNodeNetwork)
    .filter(({ metadata }) => {
      const namespace = metadata?.namespace ?? ''
      const labels = namespaceNamed(namespace)?.metadata?.labels
      return isSelected(subject, namespace, labels, metadata?.labels ?? {})
    })
    .map((pod) => (kind === 'NetworkPolicy' ? '' : `${pod.metadata?.namespace}: `) + workloadOf(pod))
  return [...new Set(names)].sort()
}

export const unreachableText = (workloads: readonly string[]): string =>
  `it selects pods with hostNetwork, which no policy reaches, since they share their node's addresses: ${listText(workloads, ', ')}`

const ACCEPTED = 'Accepted'

/** The conditions of a ClusterNetworkPolicy: ours says whether it could be read in full. `now`: milliseconds since the epoch. */
export const desiredConditions = (
  policy: Policy,
  generation: number,
  before: readonly Condition[],
  now: number,
): readonly Condition[] => {
  const fault = faultText(policy)
  const said = {
    type: ACCEPTED,
    status: fault === undefined ? 'True' : 'False',
    observedGeneration: generation,
    reason: fault === undefined ? ACCEPTED : INVALID_RULE,
    message: fault ?? 'It is read in full, and every node keeps it',
  }
  const old = findCondition(before, ACCEPTED)
  const lastTransitionTime = old?.status === said.status ? old.lastTransitionTime : timeText(now)
  return [...withoutCondition(before, ACCEPTED), { ...said, lastTransitionTime }]
}

/** The reasons of the Events, and of the condition where it is False. */
export const INVALID_RULE = 'InvalidRule'
export const HOST_NETWORK = 'HostNetworkPodSelected'

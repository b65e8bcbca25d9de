import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PodCondition } from '#api/core/pod/status/status.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { timeText } from '#api/time-text.ts'
import { isNotFound } from '#client/client.ts'
import { withCondition } from '#objects/conditions.ts'
import { isLeaving } from '#objects/deletion.ts'
import type { ClusterState } from '#placement/cluster-state.ts'
import type { RefusingNode } from '#placement/obstacle.ts'
import { preemptionOf } from '#placement/preemption.ts'
import type { ControllerContext, recorderOf } from '../context.ts'
import { guardedBy } from './budgets.ts'

interface Outcome {
  /** The node that the pod waits for; none. */
  readonly nominated?: string
  /** Why nobody was sent away. */
  readonly why?: string
}

/** Sends pods away for one that is more important and has no place, and says which node it waits for then. */
export const preemptor = (
  { client, clock }: ControllerContext,
  recorder: ReturnType<typeof recorderOf>,
  budgets: { list(namespace?: string): readonly PodDisruptionBudget[] },
) => {
  const guardedOf = guardedBy((namespace) => budgets.list(namespace))

  const sendAway = async (victim: Pod, pod: Pod, node: string): Promise<void> => {
    if (isLeaving(victim)) return
    const { name, namespace, uid, generation } = victim.metadata!
    const condition: PodCondition = {
      type: 'DisruptionTarget',
      ...(generation !== undefined && { observedGeneration: generation }),
      status: 'True',
      reason: 'PreemptionByScheduler',
      message: 'default-scheduler: preempting to accommodate a higher priority pod',
      lastTransitionTime: timeText(clock.now()),
    }
    const conditions = withCondition(victim.status?.conditions ?? [], condition)
    try {
      await client.update(
        pods,
        { ...victim, status: { ...victim.status, conditions } },
        { namespace, subresource: 'status', fieldManager: 'kube-scheduler' },
      )
      await client.delete(pods, name!, { namespace, preconditions: { uid } })
      recorder.record(victim, 'Normal', 'Preempted', `Preempted by pod ${pod.metadata?.uid} on node ${node}`)
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  return async (pod: Pod, refused: readonly RefusingNode[], cluster: ClusterState): Promise<Outcome> => {
    const preemption = preemptionOf(pod, refused, cluster, guardedOf)
    if (preemption.kind === 'none') {
      const { why, isWaiting } = preemption
      return { why, ...(isWaiting && { nominated: pod.status?.nominatedNodeName ?? '' }) }
    }
    const { name, victims } = preemption
    await Promise.all(victims.map((victim) => sendAway(victim, pod, name)))
    return { nominated: name }
  }
}

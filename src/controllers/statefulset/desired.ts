import type { StatefulSet } from '#api/apps/statefulset/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { isTerminal } from '#objects/pod.ts'
import { availableIn } from '../values/availability.ts'
import { isWanted, ordinalOf, ordinalsOf, podName } from './desired-ordinals.ts'
import { makePod, type Revision, repaired, revisionOf } from './desired-pod.ts'
import { completed, countStatus, isRunning, type StatefulSetStatus } from './desired-status.ts'

/** One deed; they are done one after the other, and those of a set of Parallel pods in any order. */
export type Step =
  /** Its claims first. */
  | { readonly kind: 'create'; readonly pod: Pod }
  | { readonly kind: 'delete'; readonly pod: Pod }
  /** The pod as it has to be. */
  | { readonly kind: 'repair'; readonly pod: Pod }
  /** Claims of a pod that is there: those that it waits for are `made`, and each is given its owner. */
  | { readonly kind: 'claims'; readonly pod: Pod; readonly made: boolean }

interface StatefulSetView {
  readonly set: StatefulSet
  /** What pods below the partition are, and what the others shall be. */
  readonly current: Revision
  readonly update: Revision
  readonly collisionCount: number
  /** The set's own. */
  readonly pods: readonly Pod[]
  /** Somebody has deleted it. */
  readonly isGoing: (pod: Pod) => boolean
  /** The pod cannot be made yet: a claim of its name is about to go. */
  readonly waits: (pod: Pod) => boolean
  /** Milliseconds until a pod of this name may be made; 0 when it may be. */
  readonly restOf: (name: string) => number
  readonly now: number
}

interface StatefulSetPlan {
  readonly steps: readonly Step[]
  readonly status: StatefulSetStatus
  /** Milliseconds until the next ready pod is available, or the next name has rested. */
  readonly dueIn: number | undefined
}

/** What one look at a StatefulSet and its pods leads to, in Kubernetes' order: make, take away, replace. */
export const planStatefulSet = (view: StatefulSetView): StatefulSetPlan => {
  const { set, current, update, collisionCount, pods, isGoing, now } = view
  const names = { current: current.name, update: update.name, collisionCount }
  const status = countStatus(set, pods, names, isGoing, now)
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const taken = new Set(pods.map(ordinalOf))
  const free = ordinalsOf(set).filter((ordinal) => !taken.has(ordinal))
  const dues = [
    ...free.map((ordinal) => view.restOf(podName(set, ordinal))),
    ...pods.map((pod) => availableIn(pod, minReadySeconds, now)),
  ]
  const next = Math.min(...dues.filter((ms) => ms > 0))
  const dueIn = Number.isFinite(next) ? next : undefined
  if (isLeaving(set)) return { steps: [], status: completed(set, status), dueIn: undefined }
  const { steps, replaced } = stepsOf(view)
  const left = replaced ? { ...status, currentReplicas: (status.currentReplicas ?? 0) - 1 } : status
  return { steps, status: completed(set, left), dueIn }
}

interface Steps {
  readonly steps: readonly Step[]
  /** The last of them takes away a pod of an older revision. */
  readonly replaced: boolean
}

const stepsOf = (view: StatefulSetView): Steps => {
  const { set, pods, isGoing, now } = view
  const minReadySeconds = set.spec?.minReadySeconds ?? 0
  const inOrder = set.spec?.podManagementPolicy !== 'Parallel'
  const isAvailable = (pod: Pod) => isRunning(pod) && availableIn(pod, minReadySeconds, now) === 0
  const isWell = (pod: Pod | undefined) => pod !== undefined && isAvailable(pod) && !isGoing(pod)

  const there = new Map(pods.map((pod) => [ordinalOf(pod), pod]))
  const ordinals = ordinalsOf(set)
  const replicas = ordinals.map((ordinal) => there.get(ordinal))
  const condemned = pods
    .filter((pod) => ordinalOf(pod) >= 0 && !isWanted(set, ordinalOf(pod)))
    .sort((a, b) => ordinalOf(b) - ordinalOf(a))
  const steps: Step[] = []
  const claim = (pod: Pod, made: boolean) => {
    if ((set.spec?.volumeClaimTemplates ?? []).length > 0) steps.push({ kind: 'claims', pod, made })
  }

  for (const [index, ordinal] of ordinals.entries()) {
    const pod = replicas[index]
    if (pod === undefined) {
      const made = makePod(set, revisionFor(view, index), ordinal)
      if (!view.waits(made) && view.restOf(podName(set, ordinal)) === 0) steps.push({ kind: 'create', pod: made })
      if (inOrder) return { steps, replaced: false }
      continue
    }
    if (isTerminal(pod)) {
      if (!isGoing(pod)) steps.push({ kind: 'delete', pod })
      if (inOrder) return { steps, replaced: false }
      continue
    }
    const isPending = !pod.status?.phase || pod.status.phase === 'Pending'
    // Kubernetes repairs what is well, and makes claims that a waiting pod lacks.
    if (isPending) claim(pod, true)
    if (inOrder && !isWell(pod)) return { steps, replaced: false }
    if (!isPending) claim(pod, false)
    const fixed = repaired(set, pod)
    if (fixed) steps.push({ kind: 'repair', pod: fixed })
  }

  for (const pod of condemned) claim(pod, false)
  // The lowest of them that is not well may go before all that are higher have.
  const firstUnwell = replicas.find((pod) => !isWell(pod)) ?? [...condemned].reverse().find((pod) => !isWell(pod))
  for (const pod of condemned) {
    if (isGoing(pod)) {
      if (inOrder) return { steps, replaced: false }
      continue
    }
    if (inOrder && !isAvailable(pod) && pod !== firstUnwell) return { steps, replaced: false }
    steps.push({ kind: 'delete', pod })
    if (inOrder) return { steps, replaced: false }
  }

  if (set.spec?.updateStrategy?.type === 'OnDelete') return { steps, replaced: false }
  const partition = set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0
  for (let index = replicas.length - 1; index >= partition; index--) {
    const pod = replicas[index]
    if (pod && revisionOf(pod) !== view.update.name && !isGoing(pod) && !isTerminal(pod))
      return { steps: [...steps, { kind: 'delete', pod }], replaced: true }
    // One after the other, also of Parallel pods.
    if (!isWell(pod)) break
  }
  return { steps, replaced: false }
}

/** What pod `index` (counted from the first) is made from: below the partition what it was. */
const revisionFor = ({ set, current, update }: StatefulSetView, index: number): Revision => {
  const { type, rollingUpdate } = set.spec?.updateStrategy ?? {}
  if (rollingUpdate) return index < (rollingUpdate.partition ?? 0) ? current : update
  return type === 'RollingUpdate' && index < (set.status?.currentReplicas ?? 0) ? current : update
}

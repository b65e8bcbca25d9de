import type { Node, NodeCondition } from '#api/core/node/message.ts'
import type { Taint } from '#api/core/node/taint.ts'
import { timeText } from '#api/time-text.ts'
import { findCondition } from '#objects/conditions.ts'
import { NOT_READY_TAINT, UNREACHABLE_TAINT, UNSCHEDULABLE_TAINT } from '#objects/well-known.ts'
import { sameValue } from '../values/equal.ts'
import type { Evictions } from './desired-evictions.ts'

const WATCHED = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']

/** The status of the condition Ready; Unknown where there is none. */
export const readyStatus = (node: Node): 'True' | 'False' | 'Unknown' => {
  const status = findCondition(node.status?.conditions, 'Ready')?.status
  return status === 'True' || status === 'False' ? status : 'Unknown'
}

/** The conditions of a node that no longer speaks; undefined where they say so already. */
export const silentConditions = (node: Node, now: number): readonly NodeCondition[] | undefined => {
  const existing = node.status?.conditions ?? []
  const at = timeText(now)
  const next = WATCHED.map((type): NodeCondition => {
    const before = findCondition(existing, type)
    if (!before)
      return {
        type,
        status: 'Unknown',
        reason: 'NodeStatusNeverUpdated',
        message: 'Kubelet never posted node status.',
        lastHeartbeatTime: node.metadata?.creationTimestamp,
        lastTransitionTime: at,
      }
    if (before.status === 'Unknown') return before
    return {
      ...before,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastTransitionTime: at,
    }
  })
  const others = existing.filter(({ type }) => !WATCHED.includes(type))
  const all = [...others, ...next]
  const same = all.length === existing.length && all.every((condition) => existing.includes(condition))
  return same ? undefined : all
}

// Taints that follow a condition (KEP-382); Ready also carries NoExecute, which moves pods away.
const BY_CONDITION: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', NOT_READY_TAINT],
  ['Ready', 'Unknown', UNREACHABLE_TAINT],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
]
const OURS = new Set([...BY_CONDITION.map(([, , key]) => key), UNSCHEDULABLE_TAINT])

/**
 * The node's taints as its conditions ask for them; undefined where nothing changes. Taints of others stay. `evictions` says
 * whether pods may be sent away from there at present.
 */
export const desiredTaints = (node: Node, now: number, evictions: Evictions): readonly Taint[] | undefined => {
  const existing = node.spec?.taints ?? []
  const wanted: Taint[] = []
  const add = (key: string, effect: 'NoSchedule' | 'NoExecute') => {
    const before = existing.find((taint) => taint.key === key && taint.effect === effect)
    wanted.push(before ?? { key, effect, timeAdded: timeText(now) })
  }
  for (const [type, status, key] of BY_CONDITION) {
    const present = findCondition(node.status?.conditions, type)
    if (present?.status !== status) continue
    add(key, 'NoSchedule')
    const isThere = existing.some((taint) => taint.key === key && taint.effect === 'NoExecute')
    if (type === 'Ready' && (evictions === 'evict' || (evictions === 'hold' && isThere))) add(key, 'NoExecute')
  }
  if (node.spec?.unschedulable) add(UNSCHEDULABLE_TAINT, 'NoSchedule')
  const next = [...existing.filter(({ key }) => !OURS.has(key)), ...wanted]
  const text = (taints: readonly Taint[]) => taints.map(({ key, effect }) => `${key}:${effect}`).sort()
  return sameValue(text(next), text(existing)) ? undefined : next
}

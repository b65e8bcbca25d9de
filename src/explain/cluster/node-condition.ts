import type { Node } from '#api/core/node/message.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import type { NodeSilence } from '../trace/trouble.ts'

/** What the API says of a node that is not Ready; undefined where it is. */
export function silenceOf(node: Node): NodeSilence | undefined {
  if (isReady(node)) return undefined
  const ready = findCondition(node.status?.conditions, 'Ready')
  if (ready === undefined) return { told: false }
  const { status, lastTransitionTime: since } = ready
  const message = ready.message || ready.reason
  return { told: true, status, ...(since && { since }), ...(message && { message }) }
}

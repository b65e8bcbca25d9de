import type { Obstacle, RefusingNode } from './obstacle.ts'

/** Of one node, in the words of kube-scheduler. */
const obstacleText = (obstacle: Obstacle): string => {
  switch (obstacle.code) {
    case 'unschedulable':
      return 'node(s) were unschedulable'
    case 'untolerated-taint':
      return 'node(s) had untolerated taint(s)'
    case 'node-selector':
    case 'node-affinity':
      return "node(s) didn't match Pod's node affinity/selector"
    case 'host-port-taken':
      return "node(s) didn't have free ports for the requested pod ports"
    case 'too-many-pods':
      return 'Too many pods'
    case 'insufficient':
      return `Insufficient ${obstacle.resource}`
    case 'spread-label-missing':
      return "node(s) didn't match pod topology spread constraints (missing required label)"
    case 'spread':
      return "node(s) didn't match pod topology spread constraints"
    case 'pod-affinity':
      return "node(s) didn't match pod affinity rules"
    case 'pod-anti-affinity':
      return "node(s) didn't match pod anti-affinity rules"
    case 'existing-pod-anti-affinity':
      return "node(s) didn't satisfy existing pods anti-affinity rules"
  }
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.`: the Event FailedScheduling. */
export const unschedulableText = (refused: readonly RefusingNode[]): string => {
  if (refused.length === 0) return 'no nodes available to schedule pods'
  const counts = new Map<string, number>()
  for (const { obstacles } of refused)
    for (const text of new Set(obstacles.map(obstacleText))) counts.set(text, (counts.get(text) ?? 0) + 1)
  const told = [...counts].map(([text, count]) => `${count} ${text}`).sort()
  return `0/${refused.length} nodes are available: ${told.join(', ')}.`
}

/**
 * The same, with what became of the wish to send others away; `why`: of Preemption. Nodes here give away no devices that
 * could be taken back.
 */
export const refusalText = (refused: readonly RefusingNode[], why?: string): string => {
  const text = unschedulableText(refused)
  return why === undefined || refused.length === 0 ? text : `${text} no new claims to deallocate, preemption: ${why}`
}

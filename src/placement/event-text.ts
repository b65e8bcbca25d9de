import type { ClaimObstacle, Obstacle, RefusingNode } from './obstacle.ts'

const CLAIMS: ReadonlySet<Obstacle['code']> = new Set<ClaimObstacle['code']>([
  'claim-not-found',
  'claim-awaited',
  'claim-of-another',
  'claim-leaving',
  'claim-lost',
  'claims-unbound',
])

/** It keeps the pod from every node alike. */
const isOfClaims = (obstacle: Obstacle): obstacle is ClaimObstacle => CLAIMS.has(obstacle.code)

const isOfNode = (obstacle: Obstacle): obstacle is Exclude<Obstacle, ClaimObstacle> => !isOfClaims(obstacle)

/** Of the pod, wherever it would go. */
const claimText = (obstacle: ClaimObstacle): string => {
  switch (obstacle.code) {
    case 'claim-not-found':
      return `persistentvolumeclaim "${obstacle.claim}" not found`
    case 'claim-awaited':
      return `waiting for ephemeral volume controller to create the persistentvolumeclaim "${obstacle.claim}"`
    case 'claim-of-another':
      return `PVC ${obstacle.claim} was not created for pod ${obstacle.pod} (pod is not owner)`
    case 'claim-leaving':
      return `persistentvolumeclaim "${obstacle.claim}" is being deleted`
    case 'claim-lost':
      return `persistentvolumeclaim "${obstacle.claim}" bound to non-existent persistentvolume "${obstacle.volume}"`
    case 'claims-unbound':
      return 'pod has unbound immediate PersistentVolumeClaims'
  }
}

/** Of one node, in the words of kube-scheduler. */
const obstacleText = (obstacle: Exclude<Obstacle, ClaimObstacle>): string => {
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
    case 'claim-taken':
      return 'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'
    case 'volume-elsewhere':
      return "node(s) didn't match PersistentVolume's node affinity"
    case 'volume-not-found':
      return 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'
    case 'no-volume':
      return "node(s) didn't find available persistent volumes to bind"
  }
}

/** `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.`: the Event FailedScheduling. */
export const unschedulableText = (refused: readonly RefusingNode[]): string => {
  if (refused.length === 0) return 'no nodes available to schedule pods'
  const [everywhere] = refused.flatMap(({ obstacles }) => obstacles.filter(isOfClaims))
  if (everywhere) return `0/${refused.length} nodes are available: ${claimText(everywhere)}.`
  const counts = new Map<string, number>()
  for (const { obstacles } of refused)
    for (const text of new Set(obstacles.filter(isOfNode).map(obstacleText)))
      counts.set(text, (counts.get(text) ?? 0) + 1)
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

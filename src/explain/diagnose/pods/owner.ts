import type { Deployment } from '#api/apps/deployment/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import type { ClusterFacts } from '../../cluster/facts.ts'

/** The Deployment that made a pod, by way of its ReplicaSet. */
export function deploymentOf(facts: ClusterFacts, pod: Pod): Deployment | undefined {
  const owner = controllerOf(pod)
  if (owner?.kind !== 'ReplicaSet') return undefined
  const hash = pod.metadata?.labels?.['pod-template-hash']
  return facts.deployments.find(
    ({ metadata }) => metadata?.namespace === pod.metadata?.namespace && `${metadata?.name}-${hash}` === owner.name,
  )
}

import type { Deployment } from '#api/apps/deployment/message.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import type { ReplicaSet } from '#api/apps/replicaset/message.ts'
import { replicaSets } from '#api/apps/replicaset/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import { isLeaving } from '#objects/deletion.ts'
import { selects } from '#objects/label-selector.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { controllerOf, isControlledBy } from '#objects/owner-reference.ts'
import { isActive, isTerminal } from '#objects/pod.ts'
import { adoptAndRelease } from '../adoption.ts'
import { type ControllerContext, onAny, type RunningController, recorderOf, runLoop } from '../context.ts'
import { byController } from '../indexes.ts'
import { isPodAvailable } from '../values/availability.ts'
import { canonical, sameValue } from '../values/equal.ts'
import { withoutHash } from '../values/template-hash.ts'
import { planDeployment, type Step } from './desired.ts'
import { withRevision } from './desired-revision.ts'
import { planRollback } from './desired-rollback.ts'
import { type Owned, replicasOf } from './desired-scale.ts'

/** Keeps each Deployment's ReplicaSets, revision and status. */
export const startDeploymentController = (context: ControllerContext): RunningController => {
  const { client, clock, informers } = context
  const recorder = recorderOf(context, 'deployment-controller')
  const [deploymentCache, replicaSetCache, podCache] = [
    informers.for(deployments),
    informers.for(replicaSets),
    informers.for(pods),
  ]
  replicaSetCache.addIndex('controller', byController)
  podCache.addIndex('controller', byController)

  const ownedBy = (replicaSet: ReplicaSet): Pod[] => podCache.lister.byIndex('controller', replicaSet.metadata!.uid!)

  const measure = (deployment: Deployment, replicaSet: ReplicaSet, now: number): Owned => {
    const own = ownedBy(replicaSet).filter(isActive)
    const minReadySeconds = deployment.spec?.minReadySeconds ?? 0
    const available = own.filter((pod) => isPodAvailable(pod, minReadySeconds, now)).length
    return {
      replicaSet,
      active: own.length,
      // The smaller of both: the ReplicaSet's status may be behind a pod that has just failed.
      available: Math.min(available, replicaSet.status?.availableReplicas ?? 0),
    }
  }

  const write = async (deployment: Deployment, step: Step): Promise<void> => {
    const { replicaSet } = step
    const { name, namespace } = replicaSet.metadata!
    const tell = (from: number, to: number) =>
      recorder.record(
        deployment,
        'Normal',
        'ScalingReplicaSet',
        `Scaled ${to > from ? 'up' : 'down'} replica set ${name} from ${from} to ${to}`,
      )
    switch (step.kind) {
      case 'create':
        try {
          await client.create(replicaSets, replicaSet, { namespace })
        } catch (error) {
          if (isAlreadyExists(error)) return resolveCollision(deployment, replicaSet)
          recorder.record(
            deployment,
            'Warning',
            'ReplicaSetCreateError',
            `Failed to create new replica set "${name}": ${(error as Error).message}`,
          )
          throw error
        }
        if (replicasOf(replicaSet) > 0) tell(0, replicasOf(replicaSet))
        return
      case 'update':
        await client.update(replicaSets, replicaSet, { namespace })
        if (step.from !== replicasOf(replicaSet)) tell(step.from, replicasOf(replicaSet))
        return
      case 'delete':
        await client
          .delete(replicaSets, name!, { namespace, preconditions: { uid: replicaSet.metadata!.uid } })
          .catch((error: unknown) => {
            if (!isNotFound(error)) throw error
          })
    }
  }

  /**
   * The name is taken: by ourselves (the cache was behind), or by another template of the same hash, which then gets
   * another name.
   */
  const resolveCollision = async (deployment: Deployment, wanted: ReplicaSet): Promise<void> => {
    const { name, namespace } = wanted.metadata!
    const found = await client.get(replicaSets, name!, { namespace })
    replicaSetCache.observe(found)
    const same = canonical(withoutHash(found.spec?.template)) === canonical(withoutHash(wanted.spec?.template))
    if (isControlledBy(found, deployment) && same)
      throw new Error(`replica set ${name} is there already; looking again`)
    const collisionCount = (deployment.status?.collisionCount ?? 0) + 1
    await client.update(
      deployments,
      { ...deployment, status: { ...deployment.status, collisionCount } },
      { namespace, subresource: 'status' },
    )
    throw new Error(`the name ${name} belongs to something else; taking another (collision ${collisionCount})`)
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const deployment = deploymentCache.lister.byKey(key)
    if (!deployment) return undefined
    const { namespace } = deployment.metadata!
    const owned = await adoptAndRelease(context, deployments, deployment, replicaSets, replicaSetCache.lister)
    const isStill = deployment.spec?.paused || isLeaving(deployment)
    const rollback = isStill ? undefined : planRollback(deployment, owned)
    if (rollback) {
      await client.update(deployments, rollback.deployment, { namespace })
      recorder.record(deployment, rollback.type, rollback.reason, rollback.message)
      return undefined
    }
    const now = clock.now()
    const measured = owned.map((replicaSet) => measure(deployment, replicaSet, now))
    const oldPodsRun = (fresh: ReplicaSet | undefined) =>
      owned.some((one) => one !== fresh && ownedBy(one).some((pod) => !isTerminal(pod)))
    const plan = planDeployment(deployment, measured, now, oldPodsRun)
    const results = await Promise.allSettled(plan.steps.map((step) => write(deployment, step)))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    const latest = deploymentCache.lister.byKey(key) ?? deployment
    // A status made for another generation would claim that this one was observed.
    const unchanged =
      latest.metadata?.uid === deployment.metadata?.uid &&
      latest.metadata?.generation === deployment.metadata?.generation
    if (unchanged && (plan.revision !== undefined || !sameValue(plan.status, deployment.status))) {
      // With its status: an annotation that is written otherwise is another generation of a Deployment.
      const reported = { ...withRevision(latest, plan.revision), status: plan.status }
      await client.update(deployments, reported, { namespace, subresource: 'status' })
    }
    return plan.dueIn
  }

  const { queue, running } = runLoop(context, 'deployment', [deploymentCache, replicaSetCache, podCache], sync)
  deploymentCache.addHandlers(onAny((deployment) => queue.add(keyOf(deployment))))
  replicaSetCache.addHandlers(
    onAny((replicaSet) => {
      const owner = controllerOf(replicaSet)
      const namespace = replicaSet.metadata!.namespace!
      if (owner) {
        if (owner.kind === 'Deployment') queue.add(objectKey(namespace, owner.name))
        return
      }
      for (const deployment of deploymentCache.lister.list(namespace))
        if (selects(deployment.spec?.selector, replicaSet.metadata?.labels)) queue.add(keyOf(deployment))
    }),
  )
  podCache.addHandlers(
    onAny((pod) => {
      const owner = controllerOf(pod)
      if (owner?.kind !== 'ReplicaSet') return
      const replicaSet = replicaSetCache.lister.get(owner.name, pod.metadata!.namespace)
      const grandparent = replicaSet && controllerOf(replicaSet)
      if (grandparent?.kind === 'Deployment') queue.add(objectKey(pod.metadata!.namespace, grandparent.name))
    }),
  )
  return running
}

import { jobs } from '#api/batch/job/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { isInvalid, isNotFound } from '#client/client.ts'
import { hasCondition } from '#objects/conditions.ts'
import { controllerOf } from '#objects/owner-reference.ts'
import type { ControllerContext } from '../context.ts'
import { isManagedByOther, isTracked, TRACKING } from './desired-facts.ts'

/** Takes the Job controller's finalizer from a pod. Nothing where the pod is gone. */
export const free = async ({ client }: ControllerContext, pod: Pod): Promise<void> => {
  const { name, namespace, uid } = pod.metadata!
  const body = { metadata: { uid, '$deleteFromPrimitiveList/finalizers': [TRACKING] } }
  try {
    await client.patch(pods, name!, 'strategic', body, { namespace })
  } catch (error) {
    // Another may have taken its name.
    if (!isNotFound(error) && !isInvalid(error)) throw error
  }
}

/** Frees a pod that no Job will count any more: its Job is finished, gone, or was never there. */
export const freeOrphan = async (context: ControllerContext, pod: Pod | undefined): Promise<void> => {
  if (!pod || !isTracked(pod)) return
  const owner = controllerOf(pod)
  if (owner) {
    if (owner.kind !== 'Job' || !owner.apiVersion.startsWith('batch/')) return
    const { namespace } = pod.metadata!
    // The cache may be behind: only the server can say that a Job is not there.
    const job = await context.client.get(jobs, owner.name, { namespace }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error
      return undefined
    })
    const isOwn = job?.metadata?.uid === owner.uid
    if (isOwn && (isManagedByOther(job!) || !(hasCondition(job!, 'Complete') || hasCondition(job!, 'Failed')))) return
  }
  await free(context, pod)
}

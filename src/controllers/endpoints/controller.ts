import { endpoints } from '#api/core/endpoints/resource.ts'
import { isNotFound } from '#client/client.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, runLoop } from '../context.ts'
import { changeTrigger, type TriggerState, withTriggerTime } from '../endpointslice/desired-trigger.ts'
import { servicePods } from '../service-pods.ts'
import { sameValue } from '../values/equal.ts'
import { desiredEndpoints } from './desired.ts'

/** The core/v1 Endpoints object of each Service with a selector: what kubectl before 1.33 and `get endpoints` show. */
export const startEndpointsController = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const related = servicePods(context)
  const cache = informers.for(endpoints)
  const triggers = new Map<string, TriggerState>()

  const sync = async (key: string): Promise<void> => {
    const service = related.services.lister.byKey(key)
    const current = cache.lister.byKey(key)
    if (!service) {
      triggers.delete(key)
      return
    }
    const pods = related.podsOf(service)
    const wanted = desiredEndpoints(service, pods, current)
    if (!wanted) return
    const { time, state } = changeTrigger(triggers.get(key), service, pods, current === undefined)
    if (!current || !sameValue(wanted, current)) {
      const { namespace } = service.metadata!
      const written = { ...wanted, metadata: withTriggerTime(wanted.metadata!, time) }
      if (current) await client.update(endpoints, written, { namespace })
      else await client.create(endpoints, written, { namespace })
    }
    triggers.set(key, state)
  }

  const { queue, running } = runLoop(context, 'endpoints', [...related.caches, cache], sync)
  related.watch((key) => queue.add(key))
  // What belongs to a Service that is gone goes now, also where it was made by hand, as Kubernetes does it.
  related.services.addHandlers({
    onDelete: (service) => {
      const { name, namespace } = service.metadata!
      const uid = cache.lister.get(name!, namespace)?.metadata?.uid
      if (!uid) return
      client.delete(endpoints, name!, { namespace, preconditions: { uid } }).catch((error: unknown) => {
        if (!isNotFound(error)) context.log('warn', `endpoints: ${keyOf(service)} was not deleted`, { error })
      })
    },
  })
  cache.addHandlers({
    onUpdate: (_, object) => queue.add(keyOf(object)),
    onDelete: (object) => queue.add(keyOf(object)),
  })
  return running
}

import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { sameValue } from '../values/equal.ts'
import { assignAddresses, heldBy, isPooled, needsCleanup, parseRange } from './desired.ts'
import { ServiceKeeper } from './service-keeper.ts'

/**
 * Gives Services of type LoadBalancer an address of the pool. What is taken is read from the Services' own status, so
 * that nothing else has to be kept or restored; one Service at a time, so that no two take the same address.
 */
export const startLoadBalancerController = (context: ControllerContext): RunningController | undefined => {
  if (!context.loadBalancer) return undefined
  const { client, informers, clock } = context
  const pool = context.loadBalancer.cidrs.map(parseRange)
  const recorder = recorderOf(context, 'load-balancer-controller')
  const cache = informers.for(services)
  cache.addIndex('load-balancer-ip', heldBy)
  const waiting = new Set<string>()
  const keeper = new ServiceKeeper(client, recorder, clock)

  /** Two that hold the same address (a status restored by hand): the older one keeps it. */
  const holderOf = (service: Service, ip: string): string | undefined => {
    const order = (one: Service) => `${one.metadata?.creationTimestamp} ${one.metadata?.uid}`
    const mine = heldBy(service).includes(ip)
    const other = cache.lister
      .byIndex('load-balancer-ip', ip)
      .find(
        (one) => one.metadata?.uid !== service.metadata?.uid && isPooled(one) && (!mine || order(one) < order(service)),
      )
    return other && keyOf(other)
  }

  const sync = async (key: string): Promise<number | undefined> => {
    const found = cache.lister.byKey(key)
    waiting.delete(key)
    if (!found || !isPooled(found)) {
      keeper.forget(key)
      // Another class's addresses are its own affair; without the type there is nobody else to clear them.
      const isOurs = found && (needsCleanup(found) || (found.spec?.type !== 'LoadBalancer' && !isLeaving(found)))
      if (isOurs) await keeper.release(found)
      return undefined
    }
    const service = await keeper.hold(found, true)
    const current = service.status?.loadBalancer?.ingress ?? []
    const { ingress, faults } = assignAddresses(service, pool, (ip) => holderOf(service, ip))
    if (faults.length > 0) waiting.add(key)
    if (!sameValue(ingress, current)) {
      await keeper.tell(service, ingress)
      if (ingress.length > 0)
        recorder.record(service, 'Normal', 'EnsuredLoadBalancer', `Assigned ${ingress.map(({ ip }) => ip).join(', ')}`)
    }
    keeper.complain(service, 'SyncLoadBalancerFailed', faults.join('; '))
    return undefined
  }

  const { queue, running } = runLoop(context, 'load-balancer', [cache], sync, { concurrency: 1 })
  const freed = () => {
    for (const key of waiting) queue.add(key)
  }
  cache.addHandlers({
    onAdd: (service) => {
      if (service.spec?.type === 'LoadBalancer' || heldBy(service).length > 0) queue.add(keyOf(service))
    },
    onUpdate: (before, service) => {
      if (service.spec?.type === 'LoadBalancer' || before.spec?.type === 'LoadBalancer') queue.add(keyOf(service))
      if (heldBy(before).some((ip) => !heldBy(service).includes(ip))) freed()
    },
    onDelete: (service) => {
      queue.add(keyOf(service))
      if (heldBy(service).length > 0) freed()
    },
  })
  return running
}

import { namespaces } from '#api/core/namespace/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { AddressBook } from '#pools/address-book.ts'
import { BalancingFeed } from '#pools/balancing-feed.ts'
import { faultText } from '#pools/model.ts'
import { POOL_CLASS } from '#pools/pool-class.ts'
import { type LoopContext, type RunningController, recorderOf, runLoop } from '../context.ts'
import { heldBy, isPooled, needsCleanup } from '../load-balancer/desired.ts'
import { ServiceKeeper } from '../load-balancer/service-keeper.ts'
import { sameValue } from '../values/equal.ts'
import { assignFromPools, holdingOf } from './desired.ts'

interface AddressPoolsOptions {
  /** Classes of Services that are ours beside our own: that which MetalLB was given by `--lb-class`. */
  readonly classes?: readonly string[]
}

const ORPHANED = (ips: readonly string[]): string =>
  `${ips.join(', ')}: no pool has it any more, so nobody announces it; the Service keeps it: add it to a pool, or clear status.loadBalancer and it gets another`

/**
 * Gives Services of type LoadBalancer addresses of the pools, of ours and of MetalLB's. What is taken is read from the
 * Services' own status, so that nothing else has to be kept; one Service at a time, so that no two take the same address.
 */
export const startAddressPoolsController = (
  context: LoopContext,
  { classes: more = [] }: AddressPoolsOptions = {},
): RunningController => {
  const { client, informers, clock, log } = context
  const classes = [POOL_CLASS, ...more]
  const recorder = recorderOf(context, 'fairlead-address-pools')
  const keeper = new ServiceKeeper(client, recorder, clock)
  const cache = informers.for(services)
  const homes = informers.for(namespaces)
  const feed = new BalancingFeed(informers)
  const book = new AddressBook()
  const waiting = new Set<string>()
  let told = new Set<string>()

  const note = (service: Service): void => {
    const isTaken = service.spec?.type === 'LoadBalancer' && heldBy(service).length > 0
    if (book.set(keyOf(service), isTaken ? holdingOf(service) : undefined)) freed()
  }
  const sync = async (key: string): Promise<undefined> => {
    const found = cache.lister.byKey(key)
    waiting.delete(key)
    if (!found || !isPooled(found, classes)) {
      keeper.forget(key)
      // Another class's addresses are its own affair; without the type there is nobody else to clear them.
      const isHeld = found !== undefined && needsCleanup(found, classes)
      const isOurs = found && (isHeld || (found.spec?.type !== 'LoadBalancer' && !isLeaving(found)))
      if (isOurs) await keeper.release(found, isHeld)
      return undefined
    }
    const { pools } = feed.balancing
    // Who has no pools here has another load balancer: what it gave is not ours to speak of.
    if (pools.length === 0 && (heldBy(found).length > 0 || !needsCleanup(found, classes))) {
      waiting.add(key)
      return undefined
    }
    const service = await keeper.hold(found, true)
    const namespaceLabels = homes.lister.get(found.metadata?.namespace ?? '')?.metadata?.labels
    const { ingress, faults, kept } = assignFromPools(service, { pools, namespaceLabels, book })
    if (faults.length > 0 || kept.length > 0) waiting.add(key)
    const current = service.status?.loadBalancer?.ingress ?? []
    const before = current.map(({ ip }) => ip)
    const after = ingress.map(({ ip }) => ip)
    // Who gave it before us may have left out by what way it is reached.
    if (!sameValue(after, before)) {
      note(await keeper.tell(service, ingress))
      const lost = before.filter((ip) => !after.includes(ip))
      if (lost.length > 0) recorder.record(service, 'Normal', 'ClearAssignment', `Took back ${lost.join(', ')}`)
      if (after.length > 0) recorder.record(service, 'Normal', 'EnsuredLoadBalancer', `Assigned ${after.join(', ')}`)
    }
    const texts = [...faults, ...(kept.length > 0 ? [ORPHANED(kept)] : [])]
    keeper.complain(service, faults.length > 0 ? 'SyncLoadBalancerFailed' : 'AddressOutOfPools', texts.join('; '))
    return undefined
  }

  const caches = [cache, homes, { hasSynced: feed.synced }]
  const { queue, running } = runLoop(context, 'address-pools', caches, sync, { concurrency: 1 })
  const freed = () => {
    for (const key of waiting) queue.add(key)
  }
  const all = () => {
    for (const service of cache.lister.list()) if (service.spec?.type === 'LoadBalancer') queue.add(keyOf(service))
  }
  cache.addHandlers({
    onAdd: (service) => {
      note(service)
      if (service.spec?.type === 'LoadBalancer' || heldBy(service).length > 0) queue.add(keyOf(service))
    },
    onUpdate: (before, service) => {
      note(service)
      if (service.spec?.type === 'LoadBalancer' || before.spec?.type === 'LoadBalancer') queue.add(keyOf(service))
    },
    onDelete: (service) => {
      if (book.set(keyOf(service), undefined)) freed()
      queue.add(keyOf(service))
    },
  })
  homes.addHandlers({
    onUpdate: (before, after) => {
      if (!sameValue(before.metadata?.labels, after.metadata?.labels)) all()
    },
  })
  feed.onChange(() => {
    all()
    const faults = new Set(feed.balancing.faults.map(faultText))
    for (const fault of faults) if (!told.has(fault)) log('warn', fault)
    told = faults
  })
  return running
}

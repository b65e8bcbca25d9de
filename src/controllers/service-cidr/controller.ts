import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import { serviceCidrs } from '#api/networking/servicecidr/resource.ts'
import { isLeaving } from '#objects/deletion.ts'
import { type ControllerContext, onAny, type RunningController, runLoop } from '../context.ts'
import { sameValue } from '../values/equal.ts'
import { desiredServiceCidr, isInUse } from './desired.ts'

/** Says of each ServiceCIDR that it is ready, and lets one go only when nothing has an address of it alone. */
export const startServiceCidrController = (context: ControllerContext): RunningController => {
  const { client, informers, clock } = context
  const [ranges, addresses] = [informers.for(serviceCidrs), informers.for(ipAddresses)]

  const sync = async (name: string): Promise<void> => {
    const cidr = ranges.lister.get(name)
    if (!cidr) return
    const others = ranges.lister.list().filter((one) => one !== cidr)
    const names = (): readonly string[] => addresses.lister.list().map(({ metadata }) => metadata!.name!)
    const wanted = desiredServiceCidr(cidr, isLeaving(cidr) && isInUse(cidr, others, names()), clock.now())
    let latest = cidr
    if (!sameValue(wanted.status ?? null, cidr.status ?? null))
      latest = await client.update(serviceCidrs, { ...latest, status: wanted.status }, { subresource: 'status' })
    const { finalizers } = wanted.metadata!
    if (!sameValue(finalizers, cidr.metadata?.finalizers ?? []))
      await client.update(serviceCidrs, { ...latest, metadata: { ...latest.metadata, finalizers } })
  }

  const { queue, running } = runLoop(context, 'service-cidr', [ranges, addresses], sync)
  /** Those that wait to go. */
  const leaving = (): void => {
    for (const one of ranges.lister.list()) if (isLeaving(one)) queue.add(one.metadata!.name!)
  }
  ranges.addHandlers(
    onAny((one) => {
      queue.add(one.metadata!.name!)
      // One that comes may hold the addresses of one that is to go.
      leaving()
    }),
  )
  addresses.addHandlers({ onDelete: leaving })
  return running
}

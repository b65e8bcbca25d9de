import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { IPAddress } from '#api/networking/ipaddress/message.ts'
import { ipAddresses } from '#api/networking/ipaddress/resource.ts'
import {
  addressNames,
  isAddressOf,
  isManaged,
  serviceAddressOf,
  serviceOf,
} from '#api/networking/ipaddress/service-address.ts'
import { isAlreadyExists, isNotFound } from '#client/client.ts'
import { keyOf, objectKey } from '#objects/object-key.ts'
import { type ControllerContext, type RunningController, recorderOf, runLoop } from '../context.ts'

/** How long one may be without the other: two caches do not hear of one write at once. Milliseconds. */
const PATIENCE = 5000

/**
 * Repairs what somebody has torn apart: a Service's ClusterIP without its IPAddress, an IPAddress without its Service.
 * The API server writes both at once, so nothing is to do unless one was taken away by hand; what is done is told in an
 * Event.
 */
export const startServiceAddressRepair = (context: ControllerContext): RunningController => {
  const { client, informers } = context
  const [serviceCache, addressCache] = [informers.for(services), informers.for(ipAddresses)]
  const recorder = recorderOf(context, 'ipallocator-repair-controller')

  const repair = async (service: Service, address: string): Promise<void> => {
    const known = addressCache.lister.get(address)
    const family = address.includes(':') ? 'IPv6' : 'IPv4'
    const what = `Cluster IP [${family}]: ${address} for Service ${keyOf(service)}`
    if (known && isAddressOf(known, service)) return
    if (known) {
      const { resource = '', namespace = '', name = '' } = known.spec?.parentRef ?? {}
      const owner = [resource, namespace, name].filter(Boolean).join('/')
      recorder.record(
        service,
        'Warning',
        'ClusterIPAlreadyAllocated',
        `${what} was assigned to ${owner}; please recreate`,
      )
      return
    }
    recorder.record(service, 'Warning', 'ClusterIPNotAllocated', `${what} is not allocated; repairing`)
    try {
      await client.create(ipAddresses, serviceAddressOf(service, address))
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }

  const clear = async (address: IPAddress): Promise<void> => {
    const { namespace = '', name = '' } = serviceOf(address) ?? {}
    const what = `IPAddress: ${address.metadata!.name} for Service ${namespace}/${name}`
    recorder.record(address, 'Warning', 'IPAddressNotAllocated', `${what} appears to have leaked: cleaning up`)
    try {
      await client.delete(ipAddresses, address.metadata!.name!, { preconditions: { uid: address.metadata!.uid } })
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  /** All of one Service: its addresses, and what says that it is of it. */
  const sync = async (key: string): Promise<void> => {
    const service = serviceCache.lister.byKey(key)
    const names = addressNames(service)
    for (const name of names) await repair(service!, name)
    for (const address of addressCache.lister.byIndex('service', key)) {
      const isLost = isManaged(address) && !names.includes(address.metadata!.name!)
      if (isLost) await clear(address)
    }
  }

  const ownerKey = (address: IPAddress): string | undefined => {
    const owner = serviceOf(address)
    return owner && objectKey(owner.namespace, owner.name)
  }
  addressCache.addIndex('service', (address) => [ownerKey(address)].filter((key) => key !== undefined))
  const { queue, running } = runLoop(context, 'service-addresses', [serviceCache, addressCache], sync)
  const note = (key: string | undefined): void => {
    if (key !== undefined) queue.addAfter(key, PATIENCE)
  }
  const isWhole = (service: Service): boolean =>
    addressNames(service).every((name) => {
      const address = addressCache.lister.get(name)
      return address !== undefined && isAddressOf(address, service)
    })
  serviceCache.addHandlers({
    onAdd: (service) => {
      if (!isWhole(service)) note(keyOf(service))
    },
    onUpdate: (before, service) => {
      if (before.spec !== service.spec && !isWhole(service)) note(keyOf(service))
    },
    onDelete: (service) => {
      const key = keyOf(service)
      if (addressCache.lister.byIndex('service', key).length > 0) note(key)
    },
  })
  addressCache.addHandlers({
    onAdd: (address) => {
      const key = ownerKey(address)
      if (key !== undefined && !addressNames(serviceCache.lister.byKey(key)).includes(address.metadata!.name!))
        note(key)
    },
    onDelete: (address) => note(ownerKey(address)),
  })
  return running
}

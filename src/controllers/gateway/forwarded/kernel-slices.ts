import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { keyOf } from '#objects/object-key.ts'
import { MANAGED_BY_LABEL } from '#objects/well-known.ts'
import { DATA_PLANE_NAME, GATEWAY_CONTROLLER_LABEL_VALUE } from '#routes/data-plane.ts'
import type { KernelPort } from '#routes/routes.ts'
import { siteKey } from '#routes/site-service.ts'
import type { ControllerContext } from '../../context.ts'
import { sliceIndex, writeSlices } from '../../endpointslice/write.ts'
import type { SiteServices } from '../infrastructure/site-services.ts'
import { tryEach } from '../try-each.ts'
import { desiredSlices, servicesBehind } from './desired-slices.ts'

const INDEX = 'any-slice-of-service'
const isOurs = ({ metadata }: EndpointSlice): boolean =>
  metadata?.labels?.[MANAGED_BY_LABEL] === GATEWAY_CONTROLLER_LABEL_VALUE

/** The EndpointSlices by which the kernel forwards what is for TCPRoutes and UDPRoutes. */
export class KernelSlices {
  readonly #context: ControllerContext
  readonly #services: SiteServices
  readonly #cache: Informer<EndpointSlice>
  readonly #deleted = new Set<string>()
  #ports: readonly KernelPort[] = []
  #behind: ReadonlySet<string> = new Set()
  /** Whether some connections are led to pods of the data plane, which refuse them. */
  #refuses = false

  /** `changed` is called where endpoints behind a port, or slices of ours, are others. */
  constructor(context: ControllerContext, services: SiteServices, changed: () => void) {
    this.#context = context
    this.#services = services
    this.#cache = context.informers.for(endpointSlices)
    this.#cache.addIndex('service', sliceIndex)
    this.#cache.addIndex(INDEX, (slice) => [serviceKeyOf(slice) ?? ''])
    const note = (slice: EndpointSlice): void => {
      const of = serviceKeyOf(slice) ?? ''
      const isRefusing = this.#refuses && slice.metadata?.labels?.['app.kubernetes.io/name'] === DATA_PLANE_NAME
      if (isOurs(slice) || isRefusing || this.#behind.has(of)) changed()
    }
    this.#cache.addHandlers({
      onAdd: note,
      onUpdate: (before, slice) => {
        note(slice)
        if (serviceKeyOf(before) !== serviceKeyOf(slice)) note(before)
      },
      onDelete: (slice) => {
        this.#deleted.delete(slice.metadata!.uid!)
        note(slice)
      },
    })
  }

  get cache(): Informer<EndpointSlice> {
    return this.#cache
  }

  /** From now on these are the ports that slices are kept for. */
  set(ports: readonly KernelPort[]): void {
    this.#ports = ports
    this.#behind = servicesBehind(ports)
    this.#refuses = ports.some(({ refusedWeight }) => refusedWeight > 0)
  }

  /** Brings the slices of all sites up to the endpoints behind their ports: of one that fails the others have no part. */
  async keep(): Promise<void> {
    const [failed] = await tryEach(this.#services.all(), ([key, service]) => this.#keepOf(key, service))
    if (failed !== undefined) throw failed.error
  }

  async #keepOf(key: string, service: Service): Promise<void> {
    const { lister } = this.#cache
    const mine = lister
      .byIndex('service', `${GATEWAY_CONTROLLER_LABEL_VALUE} ${keyOf(service)}`)
      .filter((slice) => !this.#deleted.has(slice.metadata!.uid!) && !isLeaving(slice))
    const ports = this.#ports.filter(({ site }) => siteKey(site) === key)
    if (ports.length === 0 && mine.length === 0) return
    const slicesOf = (of: string) => lister.byIndex(INDEX, of).filter((slice) => !isLeaving(slice))
    for (const { changes, meta } of desiredSlices(service, ports, slicesOf, mine))
      await writeSlices(this.#context.client, service, changes, meta, this.#deleted)
  }
}

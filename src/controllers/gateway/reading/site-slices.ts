import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import type { Informer, Informers } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { serviceKeyOf } from '#objects/endpoint-slice.ts'
import { keyOf } from '#objects/object-key.ts'
import { DATA_PLANE_NAMESPACE, KERNEL_TARGET_PORT } from '#routes/data-plane.ts'
import type { WantedPort } from '#routes/routes.ts'
import { isBind } from '#routes/site-service.ts'
import { sameValue } from '../../values/equal.ts'

const INDEX = 'slice-of-site'

/** The EndpointSlices by which the nodes lead what comes for a site's addresses to the pods. */
export class SiteSlices {
  readonly cache: Informer<EndpointSlice>

  /** `changed` is called where other ports lead to somebody; `isSite`: whether a Service of this key is a site's. */
  constructor(informers: Informers, isSite: (key: string) => boolean, changed: () => void) {
    this.cache = informers.for(endpointSlices)
    this.cache.addIndex(INDEX, (slice) => {
      const key = serviceKeyOf(slice)
      return key !== undefined && slice.metadata?.namespace === DATA_PLANE_NAMESPACE ? [key] : []
    })
    const note = (slice: EndpointSlice, before: readonly string[] = []): void => {
      if (isSite(serviceKeyOf(slice) ?? '') && !sameValue(readyPorts(slice), before)) changed()
    }
    this.cache.addHandlers({
      onAdd: (slice) => note(slice),
      onUpdate: (before, slice) => note(slice, readyPorts(before)),
      onDelete: (slice) => note(slice),
    })
  }

  /** Whether a site's Service has a port, and leads what comes for it to a pod that is ready, where it is the pods'. */
  isLed(service: Service, { port, protocol, by }: WantedPort): boolean {
    const own = service.spec?.ports?.find((one) => one.port === port && (one.protocol || 'TCP') === protocol)
    const bind = own?.targetPort
    if (by === 'kernel') return bind === KERNEL_TARGET_PORT
    if (!isBind(bind)) return false
    return this.cache.lister
      .byIndex(INDEX, keyOf(service))
      .some((slice) => !isLeaving(slice) && readyPorts(slice).includes(`${own?.name ?? ''} ${bind}`))
  }
}

/** The ports at which a slice has somebody who is ready, each by its name and its number. */
const readyPorts = ({ ports, endpoints }: EndpointSlice): readonly string[] =>
  endpoints?.some(({ conditions }) => conditions?.ready !== false)
    ? (ports ?? []).flatMap(({ name = '', port }) => (port === undefined ? [] : `${name} ${port}`))
    : []

import type { Service, ServicePort } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { Hit } from './clause.ts'
import { type Family, spelled } from './model.ts'

export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly node: string | undefined
  readonly ready: boolean
  /** Serves, though it is told to go. */
  readonly leaving: boolean
  /** How often it is drawn for each time that one of weight 1 is. */
  readonly weight: number
  readonly nodes: readonly string[]
  readonly zones: readonly string[]
}

const FOREIGN = ['service.kubernetes.io/headless', 'service.kubernetes.io/service-proxy-name']

/** The endpoints of one port of a Service in one family. */
export function endpointsOf(
  service: Service,
  port: ServicePort,
  family: Family,
  slices: readonly EndpointSlice[],
  hit: Hit,
): readonly Endpoint[] {
  const found = new Map<string, Endpoint>()
  const ports = new Set<number>()
  const own = slices
    .filter(
      ({ metadata, addressType }) =>
        addressType === family &&
        metadata?.namespace === service.metadata?.namespace &&
        metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name,
    )
    .sort((left, right) => (String(left.metadata?.name) < String(right.metadata?.name) ? -1 : 1))
  for (const slice of own) {
    if (FOREIGN.some((label) => slice.metadata?.labels?.[label] !== undefined)) {
      hit('endpoints/labelled-slice')
      continue
    }
    const said = slice.metadata?.annotations?.['fairlead.dev/endpoint-weight'] ?? ''
    const weight = /^[1-9]\d{0,2}$/.test(said) && Number(said) <= 256 ? Number(said) : 1
    for (const slicePort of slice.ports ?? []) {
      if ((slicePort.name ?? '') !== (port.name ?? '')) continue
      if ((slicePort.protocol || 'TCP') !== (port.protocol || 'TCP') || !slicePort.port) continue
      for (const endpoint of slice.endpoints ?? []) {
        const [address] = endpoint.addresses ?? []
        if (address === undefined) continue
        const { ready, serving, terminating } = endpoint.conditions ?? {}
        if (ready === undefined || serving === undefined) hit('endpoints/untold')
        const one: Endpoint = {
          address: spelled(address),
          port: slicePort.port,
          node: endpoint.nodeName || undefined,
          ready: ready !== false,
          leaving: ready === false && serving !== false && terminating === true,
          weight,
          nodes: (endpoint.hints?.forNodes ?? []).map(({ name }) => name),
          zones: (endpoint.hints?.forZones ?? []).map(({ name }) => name),
        }
        ports.add(one.port)
        if (one.ready && service.spec?.publishNotReadyAddresses && (serving === false || terminating))
          hit('endpoints/published')
        const key = `${one.address} ${one.port}`
        const before = found.get(key)
        if (before !== undefined) hit('endpoints/counted-once')
        // While a pod moves between slices both may tell of it, one of them no longer true: the livelier is believed, else the first by name.
        if (before === undefined || rank(one) > rank(before)) found.set(key, one)
      }
    }
  }
  if (ports.size > 1) hit('ports/by-slice')
  return [...found.values()]
}

const rank = ({ ready, leaving }: Endpoint): number => (ready ? 2 : leaving ? 1 : 0)

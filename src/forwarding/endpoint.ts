import type { EndpointSlice } from '#api/discovery-v1.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { canonical } from './canonical.ts'

/** One endpoint of one service port, as its EndpointSlice has it. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly nodeName: string | undefined
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  readonly forZones: readonly string[]
  readonly forNodes: readonly string[]
}

const NONE: readonly string[] = []

/**
 * The endpoints that `slices` hold for a service port, found by the port's name and protocol. Conditions that are not told mean: ready, serving as ready,
 * not terminating (discovery/v1). An address and port that stand twice (a pod on its way from one slice to another) count once: the
 * ready one, else the first. Ordered by address and port, so that the same set gives the same forwarding.
 */
export function endpointsOf(
  slices: readonly EndpointSlice[],
  family: IpFamily,
  portName: string,
  protocol: Protocol,
): readonly Endpoint[] {
  const found = new Map<string, Endpoint>()
  for (const slice of slices) {
    if (slice.addressType !== family) continue
    for (const { name, protocol: slicePortProtocol, port } of slice.ports ?? []) {
      if ((name ?? '') !== portName || (slicePortProtocol || 'TCP') !== protocol || !port) continue
      for (const { addresses, conditions, nodeName, hints } of slice.endpoints ?? []) {
        // Consumers look at the first address only: the others are the same endpoint by another name.
        const address = addresses?.[0] === undefined ? undefined : canonical(addresses[0])
        if (address === undefined) continue
        const ready = conditions?.ready ?? true
        const key = `${address} ${port}`
        if (found.has(key) && !(ready && found.get(key)?.ready === false)) continue
        found.set(key, {
          address,
          port,
          nodeName: nodeName || undefined,
          ready,
          serving: conditions?.serving ?? ready,
          terminating: conditions?.terminating ?? false,
          forZones: hints?.forZones?.length ? hints.forZones.map((zone) => zone.name) : NONE,
          forNodes: hints?.forNodes?.length ? hints.forNodes.map((node) => node.name) : NONE,
        })
      }
    }
  }
  return [...found.keys()].sort().map((key) => found.get(key) as Endpoint)
}

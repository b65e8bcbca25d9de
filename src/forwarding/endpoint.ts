import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { Protocol } from '#net/port-protocol.ts'
import { byKey } from '#objects/object-key.ts'
import { ENDPOINT_WEIGHT_ANNOTATION, HEADLESS_LABEL, SERVICE_PROXY_NAME_LABEL } from '#objects/well-known.ts'
import { canonical } from './canonical.ts'

/** One endpoint of one service port, as its EndpointSlice has it. */
export interface Endpoint {
  readonly address: string
  readonly port: number
  readonly nodeName: string | undefined
  readonly ready: boolean
  readonly serving: boolean
  readonly terminating: boolean
  /** How many times it counts where one is chosen; from 1. */
  readonly weight: number
  readonly forZones: readonly string[]
  readonly forNodes: readonly string[]
}

const NONE: readonly string[] = []

/** Slices with one of these are another's to serve, as Services with them are. */
const FOREIGN_LABELS = [HEADLESS_LABEL, SERVICE_PROXY_NAME_LABEL] as const

/** Of two that tell of one address the livelier is believed. */
const liveliness = ({ ready, serving, terminating }: Endpoint): number => (ready ? 2 : serving && terminating ? 1 : 0)

/**
 * The endpoints that `slices` hold for a service port, found by the port's name and protocol. Conditions that are not
 * told mean: ready, serving, not terminating (as kube-proxy reads discovery/v1). An address and port that stand twice
 * (a pod on its way from one slice to another) count once: the ready one, else the one that still serves, else that of
 * the first slice by name. Ordered by address and port, so that the same set gives the same forwarding.
 */
export function endpointsOf(
  slices: readonly EndpointSlice[],
  family: IpFamily,
  portName: string,
  protocol: Protocol,
): readonly Endpoint[] {
  const found = new Map<string, Endpoint>()
  // Whatever order they come in, the same slices give the same endpoints.
  const ordered = [...slices].sort(byKey)
  for (const slice of ordered) {
    if (slice.addressType !== family) continue
    const labels = slice.metadata?.labels
    if (labels !== undefined && FOREIGN_LABELS.some((label) => Object.hasOwn(labels, label))) continue
    const weight = weightOf(slice)
    for (const { name, protocol: slicePortProtocol, port } of slice.ports ?? []) {
      if ((name ?? '') !== portName || (slicePortProtocol || 'TCP') !== protocol || !port) continue
      for (const { addresses, conditions, nodeName, hints } of slice.endpoints ?? []) {
        // Consumers look at the first address only: the others are the same endpoint by another name.
        const address = addresses?.[0] === undefined ? undefined : canonical(addresses[0])
        if (address === undefined) continue
        const ready = conditions?.ready ?? true
        const key = `${address} ${port}`
        const endpoint: Endpoint = {
          address,
          port,
          nodeName: nodeName || undefined,
          ready,
          serving: conditions?.serving ?? true,
          terminating: conditions?.terminating ?? false,
          weight,
          forZones: hints?.forZones?.length ? hints.forZones.map((zone) => zone.name) : NONE,
          forNodes: hints?.forNodes?.length ? hints.forNodes.map((node) => node.name) : NONE,
        }
        const known = found.get(key)
        if (known === undefined || liveliness(endpoint) > liveliness(known)) found.set(key, endpoint)
      }
    }
  }
  return [...found.keys()].sort().map((key) => found.get(key) as Endpoint)
}

/** One choice has room for so many of an endpoint. */
const MOST_WEIGHT = 256

/** How many times each endpoint of a slice counts; what is no such number means once. */
function weightOf({ metadata }: EndpointSlice): number {
  const weight = Number(metadata?.annotations?.[ENDPOINT_WEIGHT_ANNOTATION] ?? 1)
  return Number.isInteger(weight) && weight >= 1 && weight <= MOST_WEIGHT ? weight : 1
}

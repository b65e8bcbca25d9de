import { keyOfBackend } from '#dataplane/nftables/compile.ts'
import type { Ids } from '#dataplane/nftables/ids.ts'
import { type Element, WORD } from '#dataplane/nftables/rule.ts'
import type { NodeSetName } from '#dataplane/nftables/ruleset/sets.ts'
import type { ServiceForwarding, ServicePortForwarding } from '#forwarding/forward-service.ts'
import type { Frontend } from '#forwarding/frontend.ts'
import type { IpFamily } from '#net/ip-address.ts'
import type { DeltaTracker } from '../tables/delta-tracker.ts'
import type { ElementPacking } from '../tables/element-packing.ts'
import type { FoundElements, FoundTables } from '../tables/found-tables.ts'
import type { Pin } from '../tables/pins.ts'
import { foundUdpPorts } from './found-udp-ports.ts'
import type { UdpPort, UdpService } from './stale-flows.ts'

/** What is taken over beside elements that are right already. */
export interface Adopted {
  /** Names under which the tracker keeps what nobody here owns: compile them to nothing, after the others. */
  readonly leftovers: readonly string[]
  /** What was done for UDP until now, by Service or leftover. */
  readonly udp: ReadonlyMap<string, UdpService>
}

/** What nobody wants is removed in steps of this size. */
const LEFTOVERS = 200
/** core/v1: MaxClientIPServiceAffinitySeconds. No pin is older. */
const LONGEST_AFFINITY_SECONDS = 86400

/**
 * Makes what a process before us left in the kernel our own. Each service port takes the id under which its
 * cluster IP stands, else another of its frontends, and its endpoints their numbers, so that what is right is not touched, and pins lead where they led.
 */
export function adoptTables(
  { byId, others, kinds, pins, packing }: FoundTables,
  forwardings: Iterable<ServiceForwarding>,
  ids: Ids,
  tracker: DeltaTracker,
  now: number,
): Adopted {
  for (const kind of kinds) {
    tracker.adoptKind(kind)
    ids.adoptKind(kind.number, kind.kind)
  }
  const { owners, services: wanted } = claim(forwardings, { byId, packing }, ids)
  const leftovers: string[] = []
  let steps = 0
  const leave = (elements: readonly string[]) => {
    for (let at = 0; at < elements.length; at += LEFTOVERS) {
      const name = `(left over ${steps++})`
      leftovers.push(name)
      tracker.adopt(name, elements.slice(at, at + LEFTOVERS).join(''))
    }
  }
  const ownerless: string[] = []
  for (const [id, elements] of byId) {
    const owner = owners.get(id)
    if (owner === undefined) packing.visit(elements, (identity, data) => ownerless.push(identity + data))
    else tracker.adopt(owner, elements)
    if (owner !== undefined && !wanted.has(owner)) leftovers.push(owner)
    // Its endpoints could still be somebody's by their pins: nobody gets it before those have expired.
    if (owner === undefined) ids.reserve(id, now + LONGEST_AFFINITY_SECONDS)
  }
  const names = new Map([...ids.inUse()].map(([servicePort, id]) => [id, servicePort]))
  for (const { id, expiresIn } of pins) {
    const servicePort = names.get(id)
    // It may be longer than affinity lasts by now.
    if (servicePort !== undefined) ids.pinnedUntil(servicePort, now + expiresIn / 1000)
    else if (!byId.has(id)) ids.reserve(id, now + LONGEST_AFFINITY_SECONDS)
  }
  packing.visit(others, (identity, data) => ownerless.push(identity + data))
  leave(ownerless)
  return { leftovers, udp: udpOf({ byId, packing }, owners, names, leftovers.at(-1)) }
}

/** By Service; what nobody owns any more by the name `orphans`. */
function udpOf(
  found: FoundElements,
  owners: ReadonlyMap<number, string>,
  names: ReadonlyMap<number, string>,
  orphans: string | undefined,
): Adopted['udp'] {
  const udp = new Map<string, { readonly ports: UdpPort[] }>()
  for (const [id, ports] of foundUdpPorts(found, (one) => names.get(one) ?? `(port ${one})`)) {
    const service = owners.get(id) ?? orphans
    if (service === undefined) continue
    const known = udp.get(service) ?? { ports: [] }
    udp.set(service, known)
    known.ports.push(...ports)
  }
  return udp
}

/**
 * Takes over the ids of tables whose rules are replaced, so that their pins mean the same under ours; gives the pins of
 * service ports that are still there, and what was done for UDP.
 */
export function adoptPins(
  { byId, pins, packing }: Pick<FoundTables, 'byId' | 'pins' | 'packing'>,
  forwardings: Iterable<ServiceForwarding>,
  ids: Ids,
): Adopted & { readonly pins: readonly Pin[] } {
  const { owners } = claim(forwardings, { byId, packing }, ids)
  const names = new Map([...ids.inUse()].map(([servicePort, id]) => [id, servicePort]))
  const leftovers = ['(left over)']
  return {
    leftovers,
    udp: udpOf({ byId, packing }, owners, names, leftovers[0]),
    pins: pins.filter(({ id }) => owners.has(id)),
  }
}

/**
 * Gives service ports without an id the one under which they are found; says which Service each id belongs to, and
 * which Services there are.
 */
function claim(
  forwardings: Iterable<ServiceForwarding>,
  { byId, packing }: FoundElements,
  ids: Ids,
): { readonly owners: ReadonlyMap<number, string>; readonly services: ReadonlySet<string> } {
  // Ids that this process has given out are their owners', also of Services that are gone and could not be removed yet.
  const owners = new Map<number, string>()
  for (const [servicePort, id] of ids.inUse()) owners.set(id, servicePort.slice(0, servicePort.indexOf(':')))
  const services = new Set<string>()
  const unknown: { readonly service: string; readonly port: ServicePortForwarding }[] = []
  for (const { service, ports } of forwardings) {
    services.add(service)
    for (const port of ports) if (ids.known(port.servicePort) === undefined) unknown.push({ service, port })
  }
  const idOf = unknown.length === 0 ? new Map<string, number>() : idsByFrontend({ byId, packing })
  // By its cluster IP first, which is its own: a node port or an external address may have been another's meanwhile.
  for (const isOwn of [(frontend: Frontend) => frontend.kind === 'cluster-ip', () => true])
    for (const { service, port } of unknown) {
      if (ids.known(port.servicePort) !== undefined) continue
      const id = port.frontends
        .filter(isOwn)
        .map((frontend) => idOf.get(identityOf(frontend, port.family, packing)))
        .find((found) => found !== undefined && !owners.has(found))
      if (id === undefined) continue
      owners.set(id, service)
      ids.adopt(port.servicePort, id, endpointNumbers(byId.get(id) ?? '', port, packing))
    }
  return { owners, services }
}

function idsByFrontend({ byId, packing }: FoundElements): ReadonlyMap<string, number> {
  const idOf = new Map<string, number>()
  for (const [id, elements] of byId)
    packing.visit(elements, (identity) => {
      const set = packing.setOf(identity).name
      if (set === 'frontends' || set === 'nodeports') idOf.set(identity, id)
    })
  return idOf
}

/** The packed identity of a frontend in the map that tells of its id. */
const identityOf = ({ address, protocol, port }: Frontend, family: IpFamily, packing: ElementPacking): string => {
  const transport = protocol.toLowerCase()
  const [set, key] =
    address === undefined ? ['nodeports', [transport, port]] : ['frontends', [address, transport, port]]
  return packing.pack([{ family: family === 'IPv4' ? 'ip' : 'ip6', set, key } as Element])
}

/**
 * The numbers of a service port's endpoints, by what they are kept by. That depends on whether it had affinity: then
 * what its slots lead to are also members. Without slots nothing tells, and it had what it shall have.
 */
function endpointNumbers(
  packed: string,
  port: ServicePortForwarding,
  packing: ElementPacking,
): ReadonlyMap<string, number> {
  const elements: Element[] = []
  packing.visit(packed, (identity, data) => elements.push(packing.unpack(identity, data)))
  const has = (...names: readonly NodeSetName[]) =>
    elements.some(({ set }) => (names as readonly string[]).includes(set))
  const hadAffinity = has('cluster-endpoints', 'local-endpoints')
  const keyOf = keyOfBackend(
    hadAffinity ? { affinitySeconds: 1 } : has('slots') ? { affinitySeconds: undefined } : port,
  )
  const numbers = new Map<string, number>()
  for (const { set, key, data } of elements)
    if (set === 'endpoints')
      numbers.set(keyOf({ address: String(data?.[0]), port: Number(data?.[1]) }), Number(key[0]) & WORD.ENDPOINT)
  return numbers
}

import { containsAddress, parseCidr } from '#net/cidr.ts'
import { parseAddress } from '#net/ip-address.ts'
import { affinitySeconds, Pins, servicePortOf } from './affinity.ts'
import { type Choice, clusterChoice, localChoice } from './choice.ts'
import type { Clause, Hit } from './clause.ts'
import { endpointsOf } from './endpoints.ts'
import { clusterIpsOf, type Frontend, familiesOf, frontendsOf, ingressOf, winner } from './frontends.ts'
import { isMasqueraded } from './masquerade.ts'
import { type Cluster, familyOf, type Packet, spelled, type Verdict } from './model.ts'
import { leftAlone } from './proxied.ts'
import { isKeptAway } from './source-ranges.ts'

const silent: Hit = () => {}

const isIn = (cidrs: readonly string[], address: string): boolean =>
  cidrs.some((cidr) => containsAddress(parseCidr(cidr), parseAddress(address)))

/**
 * What a Service means on a node, from API objects to a verdict: the contract of the dataplane, stated without any of its code. `pins` are what clients
 * hold to by now; `hit` is told which lines of the contract decided.
 */
export function decide(cluster: Cluster, packet: Packet, pins: Pins = new Pins(), hit: Hit = silent): Verdict {
  if (packet.stray) return ofNoConnection(cluster, packet, hit)
  const frontend = find(cluster, packet, hit)
  if (frontend === undefined) return withoutFrontend(cluster, packet, hit)
  hit(`frontend/${frontend.role}`)
  hit(`family/${frontend.family === 'IPv4' ? 'ipv4' : 'ipv6'}`)
  hit(`protocol/${packet.protocol.toLowerCase()}` as Clause)
  if ((frontend.service.spec?.ports?.length ?? 0) > 1) hit('ports/several')
  if (isKeptAway(frontend, packet, hit)) return { kind: 'drop' }
  const choice = choose(cluster, frontend, packet, hit)
  if (choice === 'none') {
    hit(packet.protocol === 'TCP' ? 'refusal/no-endpoints-tcp' : 'refusal/no-endpoints-icmp')
    return { kind: 'reject', with: packet.protocol === 'TCP' ? 'tcp-reset' : 'icmp' }
  }
  if (choice === 'elsewhere') {
    hit('refusal/none-here')
    return { kind: 'drop' }
  }
  const seconds = affinitySeconds(frontend, hit)
  const given = seconds === undefined ? choice : pins.choose(frontend, choice, packet, hit)
  const fromHere = cluster.slices.some(({ endpoints }) =>
    endpoints?.some(({ addresses, nodeName }) => nodeName === cluster.node.name && addresses?.[0] === packet.source),
  )
  return {
    kind: 'dnat',
    servicePort: servicePortOf(frontend),
    affinitySeconds: seconds,
    backends: given.flatMap(({ address, port, weight }) => {
      const masquerade = isMasqueraded(cluster.node, frontend, packet, address, fromHere, hit)
      if (weight > 1) hit('endpoints/weight')
      // Who holds to one has no choice.
      return Array(given === choice ? weight : 1).fill({ address, port, masquerade })
    }),
  }
}

/** Only connections are translated. What the node itself sends is not sent on by it. */
function ofNoConnection({ node }: Cluster, { entry, destination }: Packet, hit: Hit): Verdict {
  const isKept = entry !== 'node' && isIn(node.serviceCidrs, destination)
  hit(isKept ? 'guard/stray' : 'guard/stray-elsewhere')
  return { kind: isKept ? 'drop' : 'pass' }
}

/** Whose policy it is, and whom it binds: the internal one everybody at the ClusterIP, the external one those who come from outside. */
function choose({ slices, node }: Cluster, frontend: Frontend, packet: Packet, hit: Hit): Choice {
  const { service, servicePort, family, role } = frontend
  const { internalTrafficPolicy, externalTrafficPolicy, trafficDistribution } = service.spec ?? {}
  const endpoints = endpointsOf(service, servicePort, family, slices, hit)
  let isLocal: boolean
  if (role === 'cluster-ip') {
    isLocal = internalTrafficPolicy === 'Local'
    hit(isLocal ? 'policy/internal-local' : 'policy/internal-cluster')
  } else if (externalTrafficPolicy !== 'Local') {
    isLocal = false
    hit('policy/external-cluster')
  } else {
    isLocal = packet.entry === 'outside'
    hit(isLocal ? 'policy/external-local' : packet.entry === 'pod' ? 'policy/local-pod' : 'policy/local-node')
  }
  if (trafficDistribution && !isLocal) hit('topology/distribution')
  return isLocal ? localChoice(endpoints, node, hit) : clusterChoice(endpoints, node, hit)
}

/** The frontend that a packet meets: an address and port goes before a node port. */
export function find(cluster: Cluster, packet: Packet, hit: Hit): Frontend | undefined {
  const live = cluster.services.filter((service) => leftAlone(service) === undefined).flatMap(frontendsOf)
  const served = live.filter(
    ({ protocol, port, family }) =>
      protocol === packet.protocol && port === packet.port && family === familyOf(packet.destination),
  )
  const isOwn = cluster.node.nodePortAddresses.includes(packet.destination)
  const byAddress = served.filter(({ address }) => address === packet.destination)
  const byNodePort = isOwn ? served.filter(({ address }) => address === undefined) : []
  if (byAddress.length > 0 && byNodePort.length > 0) hit('frontend/address-first')
  const claims = byAddress.length > 0 ? byAddress : byNodePort
  const found = winner(claims)
  const rivals = claims.filter(({ service }) => service !== found?.service)
  const age = found?.service.metadata?.creationTimestamp
  if (rivals.length > 0)
    hit(
      rivals.some(({ service }) => service.metadata?.creationTimestamp === age) ? 'claim/lesser-name' : 'claim/oldest',
    )
  if (found === undefined && !isOwn && served.some(({ role }) => role === 'node-port'))
    hit('frontend/node-port-elsewhere')
  return found
}

function withoutFrontend({ services, node }: Cluster, packet: Packet, hit: Hit): Verdict {
  tellOfAbsence({ services, node }, packet, hit)
  const { destination, protocol } = packet
  const live = services.filter((service) => leftAlone(service) === undefined)
  if (live.some((service) => clusterIpsOf(service).map(spelled).includes(destination))) {
    hit('guard/unserved')
    return { kind: 'reject', with: protocol === 'TCP' ? 'tcp-reset' : 'icmp' }
  }
  if (isIn(node.serviceCidrs, destination)) {
    hit('guard/unassigned')
    return { kind: 'drop' }
  }
  hit(isIn(node.podCidrs, destination) ? 'guard/pod-address' : 'guard/elsewhere')
  return { kind: 'pass' }
}

/** Which lines of the contract made that there is no frontend. */
function tellOfAbsence({ services, node }: Pick<Cluster, 'services' | 'node'>, packet: Packet, hit: Hit): void {
  const { destination, protocol, port } = packet
  for (const service of services) {
    const { ports, externalIPs, type } = service.spec ?? {}
    const reason = leftAlone(service)
    const addresses = [...clusterIpsOf(service), ...(externalIPs ?? []), ...ingressOf(service, 'VIP')].map(spelled)
    const serves = ports?.some((one) => one.port === port && (one.protocol || 'TCP') === protocol)
    if (serves && addresses.includes(destination)) {
      if (reason !== undefined) hit(reason)
      else if (!familiesOf(service).includes(familyOf(destination))) hit('family/absent')
    }
    if (reason !== undefined) continue
    if (serves && ingressOf(service, 'Proxy').map(spelled).includes(destination)) hit('frontend/proxy-mode')
    if (!serves && addresses.includes(destination) && ports?.some((one) => one.port === port)) hit('protocol/other')
    const isOwn = node.nodePortAddresses.includes(destination)
    if (isOwn && type === 'LoadBalancer' && ports?.some((one) => !one.nodePort)) hit('frontend/no-node-port')
  }
}

/** Endpoints of each service port that a client may hold to, under either policy: what pins are released by. */
export function pinnable({ services, slices, node }: Cluster): ReadonlyMap<string, ReadonlySet<string>> {
  const sets = new Map<string, ReadonlySet<string>>()
  for (const service of services) {
    if (leftAlone(service) !== undefined || service.spec?.sessionAffinity !== 'ClientIP') continue
    for (const frontend of frontendsOf(service)) {
      const endpoints = endpointsOf(service, frontend.servicePort, frontend.family, slices, silent)
      const choices = [clusterChoice(endpoints, node, silent), localChoice(endpoints, node, silent)]
      const usable = choices.flatMap((choice) => (typeof choice === 'string' ? [] : choice))
      sets.set(servicePortOf(frontend), new Set(usable.map(({ address, port }) => `${address} ${port}`)))
    }
  }
  return sets
}

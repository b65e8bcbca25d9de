import type { Service } from '#api/core/service/message.ts'
import { labelsBelow } from '#names/dns-name.ts'
import { socketText } from '#net/port-protocol.ts'
import { keyOf } from '#objects/object-key.ts'
import type { Origin } from '#routes/table/origin.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { RequestText } from '../ask/request-text.ts'
import type { ClusterFacts } from '../cluster/facts.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import { listenerOwners } from '../cluster/listener-owners.ts'
import { clusterIpsOf, externalIpsOf, ingressOf, nodeAt, nodePortAt, portAt } from '../cluster/lookup.ts'
import { nearest } from '../cluster/nearest.ts'
import { resolveDestination } from '../resolve/destination.ts'
import { ofFamily } from '../resolve/query.ts'
import type { Source } from '../resolve/source.ts'
import type { Question } from '../trace/question.ts'
import type { RequestStep } from '../trace/request/step.ts'
import { ingressesOfNobody, leftOut, unattachedFor } from './claims.ts'
import { originRef } from './route-ref.ts'
import { ingressSite, serviceOfSite, servingName, siteOfService } from './site.ts'

/** Which gateway is asked, and where. */
export interface Place {
  readonly site: Origin
  /** Of the gateway's addresses, as its listeners have it. */
  readonly port: number
  readonly service: Service | undefined
  /** What the packet is sent to, as a question has it; undefined where there is nothing to send to. */
  readonly to: string | undefined
  readonly steps: readonly RequestStep[]
}

/** A URL, and the gateway that is asked for it. */
export interface AskedAt {
  readonly question: Question
  readonly text: RequestText
  readonly place: Place
}

interface Asking {
  readonly facts: ClusterFacts
  readonly gateways: GatewayFacts
  readonly question: Question
  readonly source: Source
  readonly text: RequestText
  /** That the request is for. */
  readonly host: string
}

/**
 * The gateway that a URL leads to; undefined where it leads to none: then it is asked like any other address. `nobody`: the
 * name is nothing that the cluster's DNS could have, and no gateway serves it. Throws ExplainError.
 */
export function placeOf(asking: Asking): Place | 'nobody' | undefined {
  const { gateways, question, text, host } = asking
  if (question.gateway !== undefined) return atSite(asking, namedSite(gateways, question.gateway))
  if (text.isAddress) return atAddress(asking)
  const named = byDns(asking)
  if (named !== 'unknown') return named
  const [serving] = servingName(gateways, host, text.port)
  if (serving !== undefined && serving.hostname !== '') return atSite(asking, serving.site.origin)
  const claimed = claimedSite(gateways, host)
  if (claimed !== undefined) return atSite(asking, claimed)
  if (isClusterName(asking.facts, text.host)) return undefined
  return serving === undefined ? 'nobody' : atSite(asking, serving.site.origin)
}

/** `--gateway` names none, or several. */
export const gatewayUnknown = (gateway: string, near: readonly string[]): ExplainError =>
  new ExplainError({ code: 'DESTINATION_MALFORMED', why: 'gateway-unknown', gateway, near })

/** As `--gateway` has it. */
const namedSite = (gateways: GatewayFacts, name: string): Origin => {
  const own = ingressSite(gateways)
  if (name === own.name) return own
  const keys = gateways.objects.gateways.map(keyOf)
  const [found, ...others] = keys.filter((key) => key === name || key.endsWith(`/${name}`))
  if (found === undefined || others.length > 0)
    throw gatewayUnknown(name, found === undefined ? nearest(name, [...keys, own.name]) : [found, ...others])
  const slash = found.indexOf('/')
  return { kind: 'Gateway', namespace: found.slice(0, slash), name: found.slice(slash + 1) }
}

/** At a gateway’s own address; by a name that is not one of it, with a step that says so. */
const atSite = (asking: Asking, site: Origin): Place => {
  const { facts, question, source, text } = asking
  const service = serviceOfSite(facts, site)
  if (text.isAddress) return { site, service, port: text.port, to: socketText(text.host, text.port), steps: [] }
  const addresses = service === undefined ? [] : [...ingressOf(service), ...clusterIpsOf(service)]
  const address = ofFamily(addresses, { facts, question, source })
  const given = service === undefined ? [] : ingressOf(service)
  return {
    site,
    service,
    port: text.port,
    to:
      service === undefined
        ? undefined
        : address === undefined || (given.length === 0 && source.node === undefined)
          ? `svc/${keyOf(service)}:${text.port}`
          : socketText(address, text.port),
    steps: [
      {
        code: 'name-of-gateway',
        name: text.host,
        gateway: originRef(site),
        addresses: given.length > 0 ? given : address === undefined ? [] : [address],
      },
    ],
  }
}

/** The gateway that has an address, or a node's port there. */
const atAddress = ({ facts, gateways, text }: Asking): Place | undefined => {
  const { host: address, port } = text
  const at = (service: Service, own: number): Place | undefined => {
    const site = siteOfService(gateways, service)
    return site && { site, service, port: own, to: socketText(address, port), steps: [] }
  }
  const owners = facts.services.filter((service) =>
    [...clusterIpsOf(service), ...ingressOf(service), ...externalIpsOf(service)].includes(address),
  )
  // An address may be that of several Services, by its ports.
  const owner = owners.find((one) => portAt(one, port, 'TCP') !== undefined) ?? owners[0]
  if (owner !== undefined) return at(owner, port)
  if (nodeAt(facts, address) === undefined) return undefined
  for (const service of facts.services) {
    const found = nodePortAt(service, port, 'TCP')
    if (found !== undefined) return at(service, found.port)
  }
  return undefined
}

/** By a name of the cluster's DNS: `unknown` where that has none. */
const byDns = ({ facts, gateways, question, source, text }: Asking): Place | 'unknown' | undefined => {
  const to = `${text.host}:${text.port}`
  const { service, deadEnd } = resolveDestination(facts, { ...question, to }, source)
  if (deadEnd !== undefined && NAMELESS.has(deadEnd.kind)) return 'unknown'
  const site = service && siteOfService(gateways, service)
  return site && { site, service, port: text.port, to, steps: [] }
}
const NAMELESS: ReadonlySet<string> = new Set(['name-unknown', 'name-too-short', 'service-unknown'])

/** Whether a name can only be one of the cluster's DNS: it is below its domain, or names a namespace. */
const isClusterName = ({ network, namespaces }: ClusterFacts, name: string): boolean => {
  const labels = name.split('.')
  return (
    labels.length === 1 ||
    labelsBelow(name, network.clusterDomain) !== undefined ||
    labels[2] === 'svc' ||
    (labels.length === 2 && namespaces.includes(labels[1]!))
  )
}

/** The gateway that a route wants to serve a name at, where nothing does. */
const claimedSite = (gateways: GatewayFacts, host: string): Origin | undefined => {
  const named = unattachedFor(gateways, host).filter(({ route }) => (route.spec.hostnames ?? []).length > 0)
  const wanted = named.map((one) => one.gateway).find((one) => one?.kind === 'Gateway')
  if (wanted !== undefined) return wanted
  if (ingressesOfNobody(gateways, host).length + leftOut(gateways, host).length > 0) return ingressSite(gateways)
  const listening = [...listenerOwners(gateways).values()].find(({ listeners }) =>
    listeners.some(({ hostname }) => hostname?.toLowerCase() === host),
  )
  return listening?.gateway
}

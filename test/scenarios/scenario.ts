import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { possibleOutcomes } from '#dataplane/evaluator/evaluate.ts'
import { LoadedRuleset } from '#dataplane/evaluator/loaded-ruleset.ts'
import { compileNode, compileService, type UsedKind } from '#dataplane/nftables/compile.ts'
import { Ids } from '#dataplane/nftables/ids.ts'
import { renderElements, renderKinds } from '#dataplane/nftables/render.ts'
import type { Element } from '#dataplane/nftables/rule.ts'
import type { ServiceForwarding, Treatment } from '#forwarding/forward-service.ts'
import { ForwardingState } from '#forwarding/forwarding-state.ts'
import type { NodeFacts } from '#forwarding/node-facts.ts'
import { decide } from '../contract/contract.ts'
import type { Cluster, Packet } from '../contract/model.ts'
import { evaluated, textOf, textOfVerdict } from '../property/dataplane.ts'
import { isOwnAddress, node, OWN_PODS } from '../property/plan.ts'

const folder = import.meta.dirname

export const cases: readonly string[] = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort()

/** The files that a case is held to; `FAIRLEAD_UPDATE=1` writes them. */
export const GOLDENS = ['forwarding.txt', 'ruleset.nft', 'packets.txt'] as const
type Golden = (typeof GOLDENS)[number]

const here = node('a')
/** The node that scenarios are seen from: n1, in zone a. */
export const facts: NodeFacts = {
  name: here.name,
  zone: here.zone,
  nodeAddresses: here.nodePortAddresses,
  podCidrs: here.podCidrs,
  serviceCidrs: here.serviceCidrs,
  ownPods: OWN_PODS,
}

type Document = (Service & { readonly kind: 'Service' }) | (EndpointSlice & { readonly kind: 'EndpointSlice' })

/**
 * Reads input.yaml of a case and gives what becomes of it. Throws where the contract and the ruleset disagree on one of
 * the packets.
 */
export function render(name: string): Readonly<Record<Golden, string>> {
  const documents = parseAllDocuments(readFileSync(join(folder, name, 'input.yaml'), 'utf8')).map(
    (document) => document.toJS() as Document,
  )
  const services = documents.filter((one): one is Service & { readonly kind: 'Service' } => one.kind === 'Service')
  const slices = documents.filter(
    (one): one is EndpointSlice & { readonly kind: 'EndpointSlice' } => one.kind === 'EndpointSlice',
  )
  const state = new ForwardingState(facts)
  for (const service of services) {
    const own = slices.filter(
      ({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name,
    )
    state.set(`${service.metadata?.namespace}/${service.metadata?.name}`, service, own)
  }
  const forwardings = [...state.services()].map((one) => state.settled(one))
  const ids = new Ids()
  const compiled = forwardings.map(({ forwarding }) => compileService(forwarding as ServiceForwarding, ids, 0))
  const elements = compiled.flatMap((one) => one.elements)
  const kinds = compiled.flatMap((one) => one.kinds)
  return {
    'forwarding.txt': forwardings
      .map(({ forwarding, lost }) =>
        [
          ...forwardingText(forwarding as ServiceForwarding),
          ...lost.map(({ frontend, winner }) => `  lost ${frontend} to ${winner}\n`),
        ].join(''),
      )
      .join('\n'),
    'ruleset.nft': rulesetText(elements, kinds),
    'packets.txt': packetsText(
      { services, slices, node: here },
      new LoadedRuleset([...compileNode(facts), ...elements], kinds),
    ),
  }
}

const at = (address: string | undefined, port: number) =>
  address === undefined ? `node port ${port}` : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

function treatmentText(treatment: Treatment): string {
  if (treatment.kind !== 'balance') return `${treatment.kind}, ${treatment.reason}`
  const place = (local: boolean | undefined) => (local === undefined ? ' (node not told)' : local ? ' (here)' : '')
  return treatment.backends.map(({ address, port, local }) => `${at(address, port)}${place(local)}`).join(', ')
}

function* forwardingText({ service, ports }: ServiceForwarding): Generator<string> {
  yield `${service}${ports.length === 0 ? ' is left alone' : ''}\n`
  for (const { servicePort, family, protocol, frontends, cluster, local, affinitySeconds, topology } of ports) {
    yield `  ${servicePort} ${protocol} ${family}\n`
    for (const { kind, address, port, policy, sourceRanges } of frontends)
      yield `    ${kind} ${at(address, port)}, policy ${policy}${sourceRanges ? `, from ${sourceRanges.join(' ')}` : ''}\n`
    yield `    Cluster: ${treatmentText(cluster)}${topology === 'none' ? '' : `, by hints for the ${topology}`}\n`
    yield `    Local: ${treatmentText(local)}\n`
    if (affinitySeconds !== undefined) yield `    affinity: ${affinitySeconds} s\n`
  }
}

/** What this case adds to the constant tables, an element a line. */
function rulesetText(elements: readonly Element[], kinds: readonly UsedKind[]): string {
  const seen = new Set<string>()
  const lines = elements
    .map((element) => renderElements('add', [element]))
    .filter((line) => !seen.has(line) && seen.add(line))
  return renderKinds(kinds, new Set()) + lines.join('')
}

const SOURCES: readonly {
  readonly who: string
  readonly entry: Packet['entry']
  readonly v4: string
  readonly v6: string
}[] = [
  { who: 'endpoint here', entry: 'pod', v4: '10.244.1.11', v6: 'fd00:10:244:1::11' },
  { who: 'pod here', entry: 'pod', v4: '10.244.1.99', v6: 'fd00:10:244:1::99' },
  { who: 'pod elsewhere', entry: 'pod', v4: '10.244.2.99', v6: 'fd00:10:244:2::99' },
  { who: 'node', entry: 'node', v4: '172.30.0.1', v6: 'fd00:172:30::1' },
  { who: 'outside', entry: 'outside', v4: '172.31.0.101', v6: 'fd00:172:31::101' },
  { who: 'stranger', entry: 'outside', v4: '172.31.0.200', v6: 'fd00:172:31::200' },
]

interface Aim {
  readonly about: string
  readonly address: string
  readonly port: number
  readonly protocol: Packet['protocol']
}

function* aims({ spec, status }: Service): Generator<Aim> {
  const v6 = (address: string) => address.includes(':')
  const ips = (spec?.clusterIPs ?? []).filter((ip) => ip !== 'None').map((ip) => (v6(ip) ? 'fd00:10:96::1' : ip))
  for (const { port, nodePort, protocol = 'TCP' } of spec?.ports ?? []) {
    for (const address of ips) yield { about: 'ClusterIP', address, port, protocol }
    for (const { ip } of status?.loadBalancer?.ingress ?? [])
      if (ip) yield { about: 'ingress IP', address: ip, port, protocol }
    for (const address of spec?.externalIPs ?? []) yield { about: 'external IP', address, port, protocol }
    if (!nodePort) continue
    for (const family of new Set(ips.map(v6))) {
      yield { about: 'node port', address: family ? 'fd00:172:30::1' : '172.30.0.1', port: nodePort, protocol }
      yield {
        about: 'node port, other address',
        address: family ? 'fd00:192::1' : '192.0.2.1',
        port: nodePort,
        protocol,
      }
    }
  }
  if (spec?.healthCheckNodePort)
    yield { about: 'health check', address: '172.30.0.1', port: spec.healthCheckNodePort, protocol: 'TCP' }
  for (const address of ips) yield { about: 'ClusterIP, port not served', address, port: 9, protocol: 'TCP' }
}

const ELSEWHERE: readonly Aim[] = [
  { about: 'address that nobody has', address: '10.96.77.7', port: 80, protocol: 'TCP' },
  { about: 'pod', address: '10.244.2.11', port: 8080, protocol: 'TCP' },
]

/**
 * `10.244.1.11:8080 masqueraded, 10.244.2.11:8080`, from the text that both statements of the contract are compared by.
 */
const readable = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/^dnat (\S+) (\d+)/, (_, address: string, port: string) => at(address, Number(port))))
    .join(', ')

function packetsText(cluster: Cluster, ruleset: LoadedRuleset): string {
  let text = ''
  for (const { about, address, port, protocol } of [
    ...cluster.services.flatMap((one) => [...aims(one)]),
    ...ELSEWHERE,
  ]) {
    const byVerdict = new Map<string, string[]>()
    for (const { who, entry, v4, v6 } of SOURCES) {
      // A pod reaches a ClusterIP by its own node.
      if (who === 'pod elsewhere' && about.startsWith('ClusterIP')) continue
      const packet: Packet = { entry, source: address.includes(':') ? v6 : v4, destination: address, protocol, port }
      const got = textOf(possibleOutcomes(ruleset, evaluated(packet), isOwnAddress))
      const expected = textOfVerdict(decide(cluster, packet))
      if (got !== expected)
        throw new Error(`${who} to ${at(address, port)}: the contract says\n${expected}\nthe ruleset\n${got}`)
      const same = byVerdict.get(got)
      if (same === undefined) byVerdict.set(got, [who])
      else same.push(who)
    }
    text += `${about} ${at(address, port)}/${protocol}\n`
    for (const [verdict, sources] of byVerdict)
      text += `  ${`${sources.length === SOURCES.length ? 'anybody' : sources.join(', ')}:`.padEnd(40)} ${readable(verdict)}\n`
  }
  return text
}

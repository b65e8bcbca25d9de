import fc from 'fast-check'
import type { Cluster, Packet, Protocol } from '../contract/model.ts'
import { NODE_PORTS } from './clusters.ts'
import {
  clusterIp,
  externalIp,
  type FamilyIndex,
  ingressIp,
  NODE_NAMES,
  nodeAddress,
  OTHER_ADDRESS,
  outside,
  podAddress,
  UNASSIGNED,
  WORLD,
} from './plan.ts'

const AIMS = [
  'cluster-ip',
  'cluster-ip',
  'cluster-ip',
  'external-ip',
  'external-ip',
  'ingress',
  'ingress',
  'ingress',
  'node-port',
  'node-port',
  'node-port',
  'node-port-elsewhere',
  'unassigned',
  'endpoint',
  'world',
] as const

/** Where a packet shall come from and go to, in numbers that any cluster gives a meaning to: so a failure shrinks. */
export const packetPlan = fc.record({
  aim: fc.constantFrom(...AIMS),
  family: fc.constantFrom<FamilyIndex>(0, 0, 0, 1, 1),
  service: fc.nat(5),
  port: fc.nat(2),
  /** Which of several addresses, endpoints, places. */
  which: fc.nat(5),
  from: fc.constantFrom(
    'pod',
    'pod',
    'endpoint',
    'pod-elsewhere',
    'node',
    'outside',
    'outside',
    'outside',
    'other-node',
  ),
  who: fc.nat(2),
  /** The client of the packet before, at another frontend of the same Service. */
  again: fc.boolean(),
  wrong: fc.constantFrom<'port' | 'protocol' | undefined>(
    ...Array.from({ length: 10 }, () => undefined),
    'port',
    'protocol',
  ),
  stray: fc.constantFrom(...Array.from({ length: 19 }, () => false), true),
  /** How much of the time of session affinity goes by before who came just now comes again. */
  wait: fc.constantFrom<'none' | 'half' | 'most' | 'all' | 'more'>(
    ...Array.from({ length: 5 }, () => 'none' as const),
    'half',
    ...Array.from({ length: 3 }, () => 'most' as const),
    'all',
    'more',
  ),
})
export type PacketPlan = typeof packetPlan extends fc.Arbitrary<infer T> ? T : never

const at = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(list.length, 1)]
const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

/** Plans in their order, with what those mean that take up the client before them. */
export function resolved(plans: readonly PacketPlan[]): readonly PacketPlan[] {
  let last: PacketPlan | undefined
  return plans.map((plan) => {
    const before = plan.again ? last : undefined
    const { family, service, port, from, who } = before ?? plan
    // What it was given at the ClusterIP may not be what it is given at a frontend of policy Local.
    const aim = before?.aim === 'cluster-ip' ? (plan.which % 2 ? 'node-port' : 'ingress') : plan.aim
    last = { ...plan, aim, family, service, port, from, who }
    return last
  })
}

/** Seconds that go by before the packet of a plan. */
export function waitOf({ again, wait, service }: PacketPlan, { services }: Cluster): number {
  const { sessionAffinity, sessionAffinityConfig } = at(services, service)?.spec ?? {}
  if (!again || sessionAffinity !== 'ClientIP') return 0
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800
  return { none: 0, half: Math.ceil(seconds / 2), most: seconds - 1, all: seconds, more: seconds + 1 }[wait]
}

/** The packet that a plan means in a cluster. */
export function packetOf(plan: PacketPlan, { services, slices }: Cluster): Packet {
  const service = at(services, plan.service)
  const servicePort = at(service?.spec?.ports ?? [], plan.port)
  const ownFamily =
    service?.spec?.ipFamilies?.length === 1 ? (service.spec.ipFamilies[0] === 'IPv4' ? 0 : 1) : plan.family
  // Mostly the family that the Service has.
  const family: FamilyIndex = plan.which === 5 ? plan.family : ownFamily
  const ofFamily = (texts: readonly (string | undefined)[]) =>
    texts
      .filter((text): text is string => text?.includes(family === 1 ? ':' : '.') === true)
      .map((text) => text.toLowerCase())
  const absent = (make: typeof externalIp) =>
    plan.which % 4 === 1 ? make(plan.which % 2, family) : addresses['cluster-ip']()
  const addresses: Readonly<Record<(typeof AIMS)[number], () => string>> = {
    'cluster-ip': () =>
      ofFamily(service?.spec?.clusterIPs ?? [])[0] ?? clusterIp(Number(service?.metadata?.name?.at(-1) ?? 0), family),
    // What this Service does not have is asked for now and then, and mostly something that it has.
    'external-ip': () => at(ofFamily(service?.spec?.externalIPs ?? []), plan.which) ?? absent(externalIp),
    ingress: () =>
      at(ofFamily((service?.status?.loadBalancer?.ingress ?? []).map(({ ip }) => ip)), plan.which) ?? absent(ingressIp),
    'node-port': () => nodeAddress('n1', family),
    'node-port-elsewhere': () => (plan.which % 2 ? OTHER_ADDRESS[family] : nodeAddress('n2', family)),
    unassigned: () => UNASSIGNED[family],
    endpoint: () => podAddress(at(NODE_NAMES, plan.which) as string, plan.who, family),
    world: () => WORLD[family],
  }
  const isNodePort = plan.aim === 'node-port' || plan.aim === 'node-port-elsewhere'
  let port = (isNodePort ? (servicePort?.nodePort ?? at(NODE_PORTS, plan.which)) : servicePort?.port) ?? 80
  let protocol = servicePort?.protocol || 'TCP'
  if (plan.wrong === 'port') port = isNodePort ? 30099 : 81
  if (plan.wrong === 'protocol') protocol = at(PROTOCOLS, PROTOCOLS.indexOf(protocol) + 1) as Protocol
  const here = slices
    .filter(({ metadata }) => metadata?.labels?.['kubernetes.io/service-name'] === service?.metadata?.name)
    .flatMap(({ endpoints }) => endpoints ?? [])
    .map(({ addresses: [address] = [] }) => address)
  const endpoint = at(
    ofFamily(here).filter((address) => /^10\.244\.1\.|^fd00:10:244:1:/.test(address)),
    plan.who,
  )
  const destination = addresses[plan.aim]()
  // A pod reaches a ClusterIP by its own node.
  const isClusterIp = /^10\.96\.|^fd00:10:96:/.test(destination)
  const from = isClusterIp && plan.from === 'pod-elsewhere' ? 'pod' : plan.from
  const sources = {
    pod: () => podAddress('n1', plan.who, family),
    endpoint: () => endpoint ?? podAddress('n1', plan.who, family),
    'pod-elsewhere': () => podAddress(plan.who % 2 ? 'n2' : 'n3', plan.which % 3, family),
    node: () => nodeAddress('n1', family),
    outside: () => outside(plan.who, family),
    'other-node': () => nodeAddress('n2', family),
  }
  const entry = from === 'node' ? 'node' : from === 'outside' || from === 'other-node' ? 'outside' : 'pod'
  return { entry, source: sources[from](), destination, protocol, port, stray: plan.stray }
}

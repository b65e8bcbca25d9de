import fc from 'fast-check'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { Cluster } from '../contract/model.ts'
import {
  clusterIp,
  externalIp,
  type FamilyIndex,
  ingressIp,
  NODE_NAMES,
  node,
  nodeAddress,
  podAddress,
  RANGES,
  ZONES,
} from './plan.ts'

const weighted = <T>(...choices: readonly (readonly [weight: number, value: T])[]) =>
  fc.oneof(...choices.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })))

const FAMILIES: readonly (readonly FamilyIndex[])[] = [[0], [1], [0, 1], [1, 0]]
/** One of them is a node port too. */
const PORTS = [80, 80, 443, 53, 30080] as const
export const NODE_PORTS = [30080, 30081, 30082] as const

const endpointPlan: fc.Arbitrary<EndpointPlan> = fc.record({
  node: fc.constantFrom(...NODE_NAMES),
  /** 3: the node's own address, as of a pod in the host's network. */
  pod: weighted<number>([4, 0], [4, 1], [4, 2], [1, 3]),
  conditions: weighted<object>(
    [6, { ready: true, serving: true, terminating: false }],
    [2, {}],
    [2, { ready: false, serving: false, terminating: false }],
    [3, { ready: false, serving: true, terminating: true }],
    [1, { ready: false, serving: false, terminating: true }],
    [1, { ready: false, terminating: true }],
    [1, { ready: false }],
    [1, { ready: false, serving: true }],
  ),
  /** Which of the slices tell of it. */
  slices: weighted<number>([4, 0b001], [3, 0b010], [1, 0b011], [1, 0b100]),
  knowsNode: weighted([9, true], [1, false]),
  hasHints: weighted([12, true], [1, false]),
  hintedNode: fc.constantFrom(...NODE_NAMES),
  hintedZone: fc.constantFrom('a', 'b'),
})
interface EndpointPlan {
  readonly node: (typeof NODE_NAMES)[number]
  readonly pod: number
  readonly conditions: object
  readonly slices: number
  readonly knowsNode: boolean
  readonly hasHints: boolean
  readonly hintedNode: (typeof NODE_NAMES)[number]
  readonly hintedZone: string
}

const portPlan = fc.record({
  port: fc.constantFrom(...PORTS),
  protocol: weighted<'TCP' | 'UDP' | 'SCTP' | undefined>([5, 'TCP'], [2, undefined], [4, 'UDP'], [3, 'SCTP']),
  nodePort: fc.constantFrom(...NODE_PORTS),
  /** Slices in which this port is missing. */
  missing: weighted([8, 0], [1, 0b001], [1, 0b010]),
  differs: fc.boolean(),
})

const address = (count: number) => fc.record({ number: fc.nat(count - 1), family: fc.constantFrom<FamilyIndex>(0, 1) })

/** Everything that a generated Service is made from, as fast-check can shrink it. */
const servicePlan = fc.record({
  type: weighted([3, 'ClusterIP'], [3, 'NodePort'], [5, 'LoadBalancer'], [1, 'ExternalName']),
  families: fc.constantFrom(...FAMILIES),
  unusual: weighted<undefined | 'headless' | 'headless-label' | 'proxy-name' | 'slice-label'>(
    [16, undefined],
    [1, 'headless'],
    [1, 'headless-label'],
    [1, 'proxy-name'],
    [2, 'slice-label'],
  ),
  created: fc.constantFrom(1, 2, 3),
  namespace: weighted([4, 'default'], [1, 'other']),
  ports: fc.array(portPlan, { minLength: 1, maxLength: 3 }),
  hasNodePorts: weighted([4, true], [1, false]),
  externalIPs: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: address(2) },
      { weight: 1, arbitrary: fc.constant({ number: -1, family: 0 as FamilyIndex }) },
    ),
    { maxLength: 2 },
  ),
  ingress: fc.array(
    fc.record({
      number: fc.nat(2),
      family: fc.constantFrom<FamilyIndex>(0, 1),
      mode: weighted<undefined | 'VIP' | 'Proxy'>([3, undefined], [3, 'VIP'], [2, 'Proxy']),
      /** The address of an external IP, or of the node. */
      instead: weighted<undefined | 'external' | 'node'>([6, undefined], [1, 'external'], [1, 'node']),
    }),
    { maxLength: 3 },
  ),
  ranges: fc.option(fc.subarray([...RANGES], { minLength: 1, maxLength: 3 }), { nil: undefined }),
  external: weighted<'Cluster' | 'Local' | undefined>([4, 'Local'], [2, 'Cluster'], [1, undefined]),
  internal: weighted<'Cluster' | 'Local' | undefined>([2, 'Local'], [3, 'Cluster'], [1, undefined]),
  affinity: weighted<undefined | 'default' | 10 | 86400>([3, undefined], [2, 'default'], [2, 10], [1, 86400]),
  published: weighted([5, false], [1, true]),
  hints: weighted<'none' | 'node' | 'zone' | 'both' | 'random'>(
    [4, 'none'],
    [1, 'node'],
    [2, 'zone'],
    [2, 'both'],
    [3, 'random'],
  ),
  distribution: weighted<string | undefined>(
    [3, undefined],
    [1, 'PreferClose'],
    [1, 'PreferSameZone'],
    [1, 'PreferSameNode'],
  ),
  endpoints: fc.oneof(
    { weight: 6, arbitrary: fc.array(endpointPlan, { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constant<EndpointPlan[]>([]) },
    // All of them on their way out.
    {
      weight: 1,
      arbitrary: fc.array(
        endpointPlan.map((plan) => ({
          ...plan,
          conditions: { ready: false, serving: plan.hasHints, terminating: true },
        })),
        { minLength: 1, maxLength: 4 },
      ),
    },
  ),
  /** Besides, twenty endpoints that are ready. */
  crowd: weighted([14, false], [1, true]),
  /** What each endpoint of the third slice, and of the first, counts for. */
  weights: weighted<readonly [string?, string?]>([8, []], [2, ['3']], [1, ['2', '5']], [1, ['0', 'many']]),
  /** IPv6 written otherwise than canonically. */
  shouts: weighted([9, false], [1, true]),
})
type ServicePlan = typeof servicePlan extends fc.Arbitrary<infer T> ? T : never

/** The Services of one cluster by number; undefined: there is none of this number. */
export const servicePlans = fc.oneof(
  { weight: 8, arbitrary: fc.array(servicePlan, { minLength: 1, maxLength: 6 }) },
  // Where fields must meet: a client of all endpoints that comes again by a frontend of policy Local.
  {
    weight: 1,
    arbitrary: fc.array(
      servicePlan.map(
        (plan): ServicePlan => ({ ...plan, type: 'NodePort', affinity: 10, external: 'Local', internal: 'Cluster' }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  // An address of the node that a guarded load balancer has, or that is an external IP, at a number that is a node port too.
  {
    weight: 1,
    arbitrary: fc.array(servicePlan, { minLength: 2, maxLength: 4 }).map((plans) =>
      plans.map((plan, index): ServicePlan => {
        const ports: ServicePlan['ports'] = plan.ports.map((port, at) =>
          at === 0 ? { ...port, port: 30080, protocol: 'TCP', nodePort: index === 0 ? 30081 : 30080 } : port,
        )
        const common: ServicePlan = {
          ...plan,
          ports,
          families: plan.families.includes(0) ? plan.families : [1, 0],
        }
        if (index > 0)
          return {
            ...common,
            type: 'NodePort',
            external: 'Local',
            externalIPs: [{ number: -1, family: 0 }, ...plan.externalIPs],
          }
        return {
          ...common,
          type: 'LoadBalancer',
          external: 'Cluster',
          ranges: [RANGES[1]],
          ingress: [{ number: 0, family: 0, mode: undefined, instead: 'node' }, ...plan.ingress],
        }
      }),
    ),
  },
  // And where who holds to one of several comes again, in time or too late.
  {
    weight: 1,
    arbitrary: fc.array(
      servicePlan.map(
        (plan): ServicePlan => ({
          ...plan,
          type: 'NodePort',
          unusual: undefined,
          affinity: plan.affinity ?? 10,
          external: 'Local',
          distribution: undefined,
          hints: 'none',
          endpoints: (plan.endpoints as EndpointPlan[]).map((one) => ({ ...one, conditions: { ready: true } })),
        }),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
)
export const zonePlan = weighted<string | undefined>([5, 'a'], [1, 'b'], [2, undefined])

/** A change of one Service: it goes, comes, or another plan takes some of its fields' place. */
export const changePlan: fc.Arbitrary<ChangePlan> = fc.record({
  service: fc.nat(5),
  fields: fc.oneof(
    { weight: 5, arbitrary: fc.constant<readonly (keyof ServicePlan)[]>(['endpoints']) },
    { weight: 1, arbitrary: fc.constant('gone' as const) },
    { weight: 2, arbitrary: fc.constant<readonly (keyof ServicePlan)[]>(['affinity']) },
    {
      weight: 4,
      arbitrary: fc.subarray<keyof ServicePlan>(
        [
          'type',
          'families',
          'unusual',
          'ports',
          'externalIPs',
          'ingress',
          'ranges',
          'external',
          'internal',
          'affinity',
          'hints',
          'endpoints',
          'crowd',
          'created',
          'published',
          'distribution',
          'hasNodePorts',
        ],
        { minLength: 1, maxLength: 3 },
      ),
    },
    // One endpoint more.
    { weight: 3, arbitrary: fc.constant('more' as const) },
    // Session affinity off, or on.
    { weight: 2, arbitrary: fc.constant('toggle' as const) },
  ),
  by: servicePlan,
})
interface ChangePlan {
  readonly service: number
  readonly fields: readonly (keyof ServicePlan)[] | 'gone' | 'more' | 'toggle'
  readonly by: ServicePlan
}
export type Plans = readonly (ServicePlan | undefined)[]

/** The plans after a change. */
export function changed(plans: Plans, { service, fields, by }: ChangePlan): Plans {
  const index = service % Math.max(plans.length, 1)
  const before = plans[index]
  let after: ServicePlan | undefined
  if (fields === 'gone') after = before === undefined ? by : undefined
  else if (before === undefined) after = by
  else if (fields === 'more') after = { ...before, endpoints: [...before.endpoints, ...by.endpoints].slice(0, 7) }
  else if (fields === 'toggle') after = { ...before, affinity: before.affinity === undefined ? 10 : undefined }
  else after = { ...before, ...Object.fromEntries(fields.map((field) => [field, by[field]])) }
  return plans.map((plan, at) => (at === index ? after : plan))
}

const serviceName = (index: number): string => `web-${index}`

/** The Service and the slices of a plan, as an API server and its controllers would write them. */
export function objectsOf(
  plan: ServicePlan,
  index: number,
): { readonly service: Service; readonly slices: readonly EndpointSlice[] } {
  const { namespace } = plan
  const name = serviceName(index)
  const labels: Record<string, string> = {}
  if (plan.unusual === 'headless-label') labels['service.kubernetes.io/headless'] = ''
  if (plan.unusual === 'proxy-name') labels['service.kubernetes.io/service-proxy-name'] = 'another'
  const write = (text: string) => (plan.shouts ? text.toUpperCase() : text)
  const ips = plan.families.map((family) => write(clusterIp(index, family)))
  const isExternal = plan.type === 'NodePort' || plan.type === 'LoadBalancer'
  const ports = unique(plan).map(({ port, protocol, nodePort }, at) => ({
    ...(plan.ports.length > 1 ? { name: `p${at}` } : {}),
    port,
    ...(protocol ? { protocol } : {}),
    ...(isExternal && (plan.hasNodePorts || plan.type === 'NodePort') ? { nodePort } : {}),
  }))
  // Old API servers left the ClusterIPs of a Service that became an ExternalName.
  const hasNoIps = plan.type === 'ExternalName' && !plan.hasNodePorts
  const clusterIps = hasNoIps
    ? {}
    : plan.unusual === 'headless'
      ? { clusterIP: 'None', clusterIPs: ['None'] }
      : { clusterIP: ips[0], clusterIPs: ips }
  const spec = {
    type: plan.type,
    ...clusterIps,
    ipFamilies: plan.families.map((family) => (family === 0 ? 'IPv4' : 'IPv6')),
    ports,
    externalIPs: [
      ...new Set(
        plan.externalIPs.map(({ number, family }) =>
          number < 0 ? nodeAddress('n1', family) : write(externalIp(number, family)),
        ),
      ),
    ],
    ...(plan.type === 'LoadBalancer' && plan.ranges ? { loadBalancerSourceRanges: plan.ranges } : {}),
    ...(plan.external && plan.type !== 'ExternalName' ? { externalTrafficPolicy: plan.external } : {}),
    ...(plan.internal ? { internalTrafficPolicy: plan.internal } : {}),
    ...(plan.affinity === undefined ? {} : { sessionAffinity: 'ClientIP' }),
    ...(typeof plan.affinity === 'number'
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: plan.affinity } } }
      : {}),
    ...(plan.published ? { publishNotReadyAddresses: true } : {}),
    ...(plan.distribution ? { trafficDistribution: plan.distribution } : {}),
  }
  const ingress = plan.ingress.map(({ number, family, mode, instead }) => ({
    ip: instead === 'node' ? nodeAddress('n1', family) : write((instead ? externalIp : ingressIp)(number % 2, family)),
    ...(mode ? { ipMode: mode } : {}),
  }))
  const service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace, name, creationTimestamp: `2026-01-0${plan.created}T00:00:00Z`, labels },
    spec,
    ...(plan.type === 'LoadBalancer' ? { status: { loadBalancer: { ingress } } } : {}),
  } as unknown as Service
  const slices = ([0, 1] as const).flatMap((family) =>
    [0, 1, 2].flatMap((number) => sliceOf(plan, index, family, number)),
  )
  return { service, slices }
}

const CROWD: readonly EndpointPlan[] = Array.from({ length: 20 }, (_, index) => ({
  node: NODE_NAMES[index % 3] as (typeof NODE_NAMES)[number],
  pod: 20 + index,
  conditions: { ready: true },
  slices: 1,
  knowsNode: true,
  hasHints: true,
  hintedNode: 'n1',
  hintedZone: 'a',
}))

/** Ports that an API server would take: no protocol and port, and no protocol and node port, twice. */
function unique({ ports }: ServicePlan): ServicePlan['ports'] {
  const seen = new Set<string>()
  return ports.filter(({ port, nodePort, protocol }) => {
    const keys = [`${protocol ?? 'TCP'} ${port}`, `${protocol ?? 'TCP'} ${nodePort}`]
    if (keys.some((key) => seen.has(key))) return false
    for (const key of keys) seen.add(key)
    return true
  })
}

function sliceOf(plan: ServicePlan, index: number, family: FamilyIndex, number: number): readonly EndpointSlice[] {
  const told = [...plan.endpoints, ...(plan.crowd ? CROWD : [])].filter(({ slices }) => slices & (1 << number))
  if (told.length === 0) return []
  const label: Record<string, string> = { 'kubernetes.io/service-name': serviceName(index) }
  if (plan.unusual === 'slice-label' && number === 1) label['service.kubernetes.io/headless'] = ''
  if (plan.unusual === 'slice-label' && number === 2) label['service.kubernetes.io/service-proxy-name'] = 'another'
  const endpoints = told.map((one) => {
    const { node, pod, conditions, knowsNode } = one
    const at = pod === 3 ? nodeAddress(node, family) : podAddress(node, pod, family)
    const hints = hintsOf(plan, one)
    return {
      addresses: [plan.shouts ? at.toUpperCase() : at],
      conditions: plan.published ? { ...conditions, ready: true } : conditions,
      ...(knowsNode ? { nodeName: node } : {}),
      ...(hints === undefined ? {} : { hints }),
    }
  })
  const ports = unique(plan).flatMap(({ protocol, missing, differs }, at) =>
    missing & (1 << number)
      ? []
      : [
          {
            name: plan.ports.length > 1 ? `p${at}` : '',
            ...(protocol ? { protocol } : {}),
            port: 8080 + 10 * at + (differs ? number : 0),
          },
        ],
  )
  const weight = number === 1 ? undefined : plan.weights[number === 2 ? 0 : 1]
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: plan.namespace,
      name: `${serviceName(index)}-${family === 0 ? 'ipv4' : 'ipv6'}-${number}`,
      labels: label,
      ...(weight !== undefined && { annotations: { 'fairlead.dev/endpoint-weight': weight } }),
    },
    addressType: family === 0 ? 'IPv4' : 'IPv6',
    endpoints,
    ports,
  }
  return [slice as unknown as EndpointSlice]
}

function hintsOf({ hints, distribution }: ServicePlan, { node, hasHints, hintedNode, hintedZone }: EndpointPlan) {
  const forNodes = (name: string) => ({ forNodes: [{ name }] })
  const forZones = (name: string) => ({ forZones: [{ name }] })
  if (!hasHints) return undefined
  // As the slice controller writes them.
  if (distribution === 'PreferSameNode') return { ...forNodes(node), ...forZones(ZONES[node]) }
  if (distribution !== undefined) return forZones(ZONES[node])
  if (hints === 'node') return forNodes(hintedNode)
  if (hints === 'zone') return forZones(hintedZone)
  if (hints === 'both') return { ...forNodes(hintedNode), ...forZones(hintedZone) }
  if (hints === 'random' && hintedNode !== 'n1') return hintedNode === 'n2' ? forZones(hintedZone) : forNodes(node)
  return undefined
}

/** The cluster that these plans make, seen from n1. */
export function clusterOf(plans: Plans, zone: string | undefined): Cluster {
  const objects = plans.flatMap((plan, index) => (plan === undefined ? [] : [objectsOf(plan, index)]))
  return {
    services: objects.map(({ service }) => service),
    slices: objects.flatMap(({ slices }) => slices),
    node: node(zone),
  }
}

/** What is to be told of when `before` becomes `after`: the objects that are new or other, and the names of Services that are gone. */
export function differences(before: Plans, after: Plans) {
  const name = (plan: ServicePlan | undefined, index: number) => plan && `${plan.namespace}/${serviceName(index)}`
  const gone = before.flatMap((plan, index) => {
    const was = name(plan, index)
    return was === undefined || name(after[index], index) === was ? [] : [was]
  })
  const written = after.flatMap((plan, index) => (plan && plan !== before[index] ? [objectsOf(plan, index)] : []))
  return { written, gone }
}

import type { Namespace } from '#api/core/namespace/message.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { policySpecs, TIERS } from './policy-specs.ts'

/**
 * A cluster as its API tells of it: namespaces of teams, and three that serve all; Deployments of five pods; in each team's
 * namespace ten policies. Dual-stack.
 */
export const HERE = 'node-0'
export const PODS = 10_000
export const TEAMS = 100
export const POLICIES_A_TEAM = 10
const SHARED = ['kube-system', 'ingress-nginx', 'monitoring'] as const
const NODES = 100
/** Three pods of this node that answer, and eight that ask them, all of one team; with them 110 live here. */
export const SERVERS = 3
export const CLIENTS = 8
export const SERVER_PORT = 8080

export interface BenchCluster {
  readonly namespaces: readonly Namespace[]
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly policies: readonly NetworkPolicy[]
}

const teamOf = (index: number): string => `team-${index}`

const namespaceNames = [...Array.from({ length: TEAMS }, (_, index) => teamOf(index)), ...SHARED]

const namespaceOf = (name: string, index: number): Namespace => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name,
    resourceVersion: '1',
    labels: {
      'kubernetes.io/metadata.name': name,
      ...(index < TEAMS ? { team: `${index % 10}`, stage: ['prod', 'test'][index % 2] as string } : {}),
    },
  },
})

const nodeOf = (index: number): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `node-${index}`, resourceVersion: '1', labels: { 'kubernetes.io/hostname': `node-${index}` } },
  status: {
    addresses: [
      { type: 'InternalIP', address: `172.30.1.${index + 1}` },
      { type: 'InternalIP', address: `fd00:172:30:1::${(index + 1).toString(16)}` },
    ],
  },
})

/** Where the nth pod of a node has its addresses. */
const addressesOf = (node: number, number: number): readonly [string, string] => [
  `10.244.${node}.${number + 1}`,
  `fd00:10:244:${node.toString(16)}::${(number + 1).toString(16)}`,
]

interface Place {
  readonly namespace: string
  readonly tier: string
  readonly app: string
  readonly labels?: Readonly<Record<string, string>>
}

const placeOf = (index: number): Place => {
  if (index < SERVERS) return { namespace: teamOf(0), tier: 'api', app: 'api-0' }
  if (index < SERVERS + CLIENTS) return { namespace: teamOf(0), tier: 'web', app: 'web-0' }
  const space = index % namespaceNames.length
  const app = Math.floor(index / namespaceNames.length) % 20
  const namespace = namespaceNames[space] as string
  const tier = TIERS[app % TIERS.length] as string
  const labels: Readonly<Record<string, string>> | undefined =
    namespace === 'kube-system' ? { 'k8s-app': 'kube-dns' } : undefined
  return { namespace, tier, app: `${tier}-${app}`, ...(labels && { labels }) }
}

const NAMED = [
  { name: 'http', containerPort: SERVER_PORT, protocol: 'TCP' },
  { name: 'metrics', containerPort: 9100, protocol: 'TCP' },
] as const

/** The nth pod; `version`: how often its labels have changed since it was made. */
export const podOf = (index: number, node: number, number: number, version = 0): Pod => {
  const { namespace, tier, app, labels } = placeOf(index)
  const [v4, v6] = addressesOf(node, number)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: `${app}-${index}`,
      uid: `uid-${index}`,
      resourceVersion: String(1 + version),
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: {
        app,
        // Of web policies speak everywhere: who becomes one, or is one no more, concerns every node.
        tier: version % 2 === 0 ? tier : tier === 'web' ? 'job' : 'web',
        'app.kubernetes.io/part-of': namespace,
        'pod-template-hash': `${app}5d8f`,
        ...labels,
      },
    },
    spec: { nodeName: `node-${node}`, containers: [{ name: 'main', image: `${tier}:1`, ports: NAMED }] },
    status: { phase: 'Running', podIP: v4, podIPs: [{ ip: v4 }, { ip: v6 }] },
  } as unknown as Pod
}

/** The policy of a team with this number; `version`: how often it has changed. */
export const policyOf = (team: number, number: number, version = 0): NetworkPolicy => {
  const [name, spec] = policySpecs(team, version)[number] as [string, NetworkPolicy['spec']]
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: teamOf(team), name, uid: `policy-${team}-${number}`, resourceVersion: String(1 + version) },
    spec,
  } as NetworkPolicy
}

/** Each pod's node, and which of that node's pods it is. */
export const places = (): readonly (readonly [node: number, number: number])[] => {
  const taken = Array.from({ length: NODES }, () => 0)
  return Array.from({ length: PODS }, (_, index) => {
    const node = index < SERVERS + CLIENTS ? 0 : index % NODES
    return [node, (taken[node] as number)++ as number] as const
  })
}

export const makeCluster = (): BenchCluster => {
  const at = places()
  return {
    namespaces: namespaceNames.map(namespaceOf),
    nodes: Array.from({ length: NODES }, (_, index) => nodeOf(index)),
    pods: at.map(([node, number], index) => podOf(index, node, number)),
    policies: Array.from({ length: TEAMS * POLICIES_A_TEAM }, (_, index) =>
      policyOf(Math.floor(index / POLICIES_A_TEAM), index % POLICIES_A_TEAM),
    ),
  }
}

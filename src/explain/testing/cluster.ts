import assert from 'node:assert/strict'
import type { Node } from '#api/core/node/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { ExplainError } from '../ask/explain-error.ts'
import type { ClusterFacts, ListeningSocket } from '../cluster/facts.ts'
import { explain } from '../explain.ts'
import type { CommandFlags, Question } from '../trace/question.ts'
import { print } from '../words/print.ts'
import { refusalText } from '../words/refusal.ts'
import { answerFaults } from './answer-schema.ts'
import { type Told, told } from './told.ts'

/* A cluster of two nodes for tests: web on both, local on the second under policy Local, a client on the first. */

export const node = (number: number, zone?: string) =>
  ({
    metadata: { name: `node-${number}`, ...(zone && { labels: { 'topology.kubernetes.io/zone': zone } }) },
    spec: { podCIDRs: [`10.244.${number}.0/24`, `fd00:10:244:${number}::/64`] },
    status: {
      addresses: [
        { type: 'InternalIP', address: `172.30.0.${number + 1}` },
        { type: 'InternalIP', address: `fd00:172:30::${number + 1}` },
        { type: 'Hostname', address: `node-${number}` },
      ],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }) as unknown as Node

interface PodOptions {
  readonly labels?: object
  readonly namespace?: string
  readonly ready?: boolean
  readonly leaving?: boolean
  readonly ports?: readonly object[]
  readonly status?: object
  readonly spec?: object
}
export const pod = (name: string, number: number, host: number, options: PodOptions = {}) =>
  ({
    metadata: {
      name,
      namespace: options.namespace ?? 'default',
      uid: name,
      labels: options.labels ?? { app: 'web' },
      ...(options.leaving && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    spec: {
      nodeName: `node-${number}`,
      containers: [{ name: 'web', ports: options.ports ?? [{ name: 'http', containerPort: 8080, protocol: 'TCP' }] }],
      ...options.spec,
    },
    status: {
      phase: 'Running',
      podIPs: [{ ip: `10.244.${number}.${host}` }, { ip: `fd00:10:244:${number}::${host}` }],
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: (options.ready ?? true) ? 'True' : 'False' },
      ],
      containerStatuses: [{ name: 'web', ready: options.ready ?? true, state: { running: {} } }],
      ...options.status,
    },
  }) as unknown as Pod

export const service = (name: string, address: string | undefined, spec: object = {}, more: object = {}) =>
  ({
    metadata: { name, namespace: 'default', uid: `svc-${name}`, ...more },
    spec: {
      type: 'ClusterIP',
      ...(address && { clusterIP: address, clusterIPs: [address] }),
      ipFamilies: ['IPv4'],
      selector: { app: name },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  }) as unknown as Service

export const slice = (
  name: string,
  endpoints: readonly object[],
  port: object = { name: '', port: 8080, protocol: 'TCP' },
) =>
  ({
    metadata: { name: `${name}-abc`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [port],
    endpoints,
  }) as unknown as EndpointSlice

export const at = (address: string, number: number, conditions: object = { ready: true }) => ({
  addresses: [address],
  nodeName: `node-${number}`,
  conditions,
})

export const listening: Record<string, readonly ListeningSocket[]> = {
  'pod/web-1': [{ protocol: 'TCP', address: '::', port: 8080 }],
  'pod/web-2': [{ protocol: 'TCP', address: '::', port: 8080 }],
  'node/node-1': [
    { protocol: 'TCP', address: '172.30.0.2', port: 53 },
    { protocol: 'UDP', address: '172.30.0.2', port: 53 },
  ],
  'pod/client': [],
  'node/node-2': [],
}

/** The cluster's DNS, which the first node answers for. */
export const dns: readonly [Service, EndpointSlice] = [
  service(
    'kube-dns',
    '10.96.0.10',
    { selector: {}, ports: [{ name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 }] },
    { namespace: 'kube-system' },
  ),
  {
    ...slice('kube-dns', [at('172.30.0.2', 1)], { name: 'dns', port: 53, protocol: 'UDP' }),
    metadata: { namespace: 'kube-system', labels: { 'kubernetes.io/service-name': 'kube-dns' } },
  } as EndpointSlice,
]

/** `more` in place of what the cluster has; it keeps its DNS. */
export const facts = (more: Partial<ClusterFacts> = {}): ClusterFacts => ({
  ...withoutDns(more),
  services: [...withoutDns(more).services, dns[0]],
  slices: [...withoutDns(more).slices, dns[1]],
})

export const withoutDns = (more: Partial<ClusterFacts> = {}): ClusterFacts => ({
  services: [
    service('web', '10.96.0.1'),
    service('local', '10.96.0.2', {
      type: 'NodePort',
      externalTrafficPolicy: 'Local',
      selector: { app: 'other' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }],
    }),
  ],
  slices: [slice('web', [at('10.244.1.11', 1), at('10.244.2.11', 2)]), slice('local', [at('10.244.2.11', 2)])],
  pods: [pod('web-1', 1, 11), pod('web-2', 2, 11), pod('client', 1, 9, { labels: { app: 'client' } })],
  nodes: [node(1), node(2)],
  deployments: [],
  events: [],
  namespaces: ['default'],
  network: {
    podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56'],
    serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'],
    loadBalancerCidrs: ['172.30.255.0/24', 'fd00:172:30:0:ff::/80'],
    hostAddresses: ['172.30.0.1', 'fd00:172:30::1'],
    clusterDomain: 'cluster.local',
    nodePortRange: { from: 30000, to: 32767 },
    nodePortAddresses: [],
    loadBalancer: 'pool',
    egress: false,
  },
  listening,
  kernels: ['node-1', 'node-2'],
  refused: [],
  images: ['fairlead/echo', 'fairlead/host'],
  ...more,
})

/** The answer in words, as people get it; `trace` is the answer itself. */
export const ask = (
  from: string,
  to: string,
  { flags, ...more }: Partial<Question> & { readonly flags?: CommandFlags } = {},
  given = facts(),
): Told => {
  try {
    const trace = explain(given, { from, to, ...more }, flags)
    assert.deepEqual(answerFaults({ ...trace, text: print(trace) }), [], 'it is as docs/explain.schema.json says')
    return told(trace)
  } catch (error) {
    throw error instanceof ExplainError ? Object.assign(error, refusalText(error.refusal)) : error
  }
}

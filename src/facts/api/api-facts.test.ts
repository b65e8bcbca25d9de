import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import type { Node } from '#api/core/node/message.ts'
import { nodes } from '#api/core/node/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { ApiError } from '#client/client.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { explain } from '#explain/explain.ts'
import { told } from '#explain/testing/told.ts'
import { print } from '#explain/words/print.ts'
import { parseAddress } from '#net/ip-address.ts'
import { gatherApiFacts } from './api-facts.ts'
import { rangeOfServices } from './covering-cidr.ts'

const node = (name: string, ip: string, spec: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec,
    status: {
      addresses: [
        { type: 'InternalIP', address: ip },
        { type: 'ExternalIP', address: ip.replace('10.0.0.', '198.51.100.') },
      ],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  }) as unknown as Node
const pod = (name: string, on: string, ip: string, labels: object) =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: name, labels },
    spec: { nodeName: on, containers: [{ name: 'web', ports: [{ containerPort: 8080, protocol: 'TCP' }] }] },
    status: { phase: 'Running', podIPs: [{ ip }], conditions: [{ type: 'Ready', status: 'True' }] },
  }) as unknown as Pod
const service = (name: string, ip: string, spec: object = {}, status: object = {}) =>
  ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: {
      type: 'ClusterIP',
      clusterIP: ip,
      clusterIPs: [ip],
      ipFamilies: ['IPv4'],
      selector: { app: 'web' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080, nodePort: 30080 }],
      ...spec,
    },
    status,
  }) as unknown as Service
const dns: Service = {
  ...service('kube-dns', '10.96.0.10', { selector: {}, ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] }),
  metadata: { name: 'kube-dns', namespace: 'kube-system' },
}
const dnsSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: {
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: { 'kubernetes.io/service-name': 'kube-dns' },
  },
  addressType: 'IPv4',
  ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  endpoints: [{ addresses: ['192.168.7.9'], nodeName: 'b', conditions: { ready: true } }],
} as unknown as EndpointSlice
const slice = (name: string) =>
  ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    ports: [{ name: '', port: 8080, protocol: 'TCP' }],
    endpoints: [{ addresses: ['192.168.7.9'], nodeName: 'b', conditions: { ready: true } }],
  }) as unknown as EndpointSlice

/** A cluster whose pod network has its own plan, and which shows no ServiceCIDR. */
const cluster = async (forbidden: readonly string[] = ['servicecidrs', 'events', 'replicasets'], withDns = true) => {
  const client = new FakeClient({
    clock: new HandClock(),
    fault: (verb, { plural }) =>
      verb === 'list' && forbidden.includes(plural)
        ? new ApiError({
            apiVersion: 'v1',
            kind: 'Status',
            status: 'Failure',
            code: 403,
            reason: 'Forbidden',
            message: `${plural} is forbidden`,
          })
        : undefined,
  })
  for (const one of [
    node('a', '10.0.0.1', { podCIDRs: ['10.244.0.0/24'] }),
    node('b', '10.0.0.2', { podCIDRs: ['10.244.1.0/24'] }),
  ])
    await client.create(nodes, one)
  await client.create(pods, pod('web', 'b', '192.168.7.9', { app: 'web' }))
  await client.create(pods, pod('client', 'a', '192.168.3.4', { app: 'client' }))
  await client.create(services, service('web', '10.96.0.1'))
  await client.create(
    services,
    service(
      'local',
      '10.96.200.7',
      { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
      { loadBalancer: { ingress: [{ ip: '203.0.113.5' }] } },
    ),
  )
  await client.create(endpointSlices, slice('web'))
  await client.create(endpointSlices, slice('local'))
  if (withDns) {
    await client.create(services, dns)
    await client.create(endpointSlices, dnsSlice)
  }
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } })
  return client
}
const gather = async (serviceCidrs?: readonly string[]) =>
  gatherApiFacts(await cluster(), {
    server: 'https://prod:6443',
    clusterDomain: 'cluster.local',
    ...(serviceCidrs && { serviceCidrs }),
  })

test('by the API alone: the walk is the same, and what cannot be seen is said', async () => {
  const facts = await gather()
  const explanation = explain(facts, { from: 'pod/client', to: 'web:80' })
  assert.equal(explanation.verdict, 'reachable')
  assert.deepEqual(explanation.outcomes, [
    {
      node: 'a',
      verdict: 'deliver',
      listensUnknown: true,
      backend: { address: '192.168.7.9', port: 8080, pod: { kind: 'Pod', namespace: 'default', name: 'web' } },
      translated: true,
      masqueraded: false,
      sourceSeen: '192.168.3.4',
    },
  ])
  assert.deepEqual(explanation.walks, [], 'the chains are not ours')
  const text = print(explanation)
  assert.match(text, /REACHABLE, by the model, as far as can be seen: web:80 from pod default\/client/)
  assert.match(
    text,
    /\nNOT SEEN from here\n {2}only the API of https:\/\/prod:6443 was asked: this is what kube-proxy’s contract says should happen\n/,
  )
  assert.match(text, /events \(forbidden\): why a probe fails is not quoted/)
  assert.match(text, /the range of Services, which no API tells: at least 10\.96\.0\.0\/16; --service-cidr gives it/)
})

test('by the API alone: pods outside of their node’s range count as pods, and policy Local spares them', async () => {
  const facts = await gather()
  assert.deepEqual(facts.network.podCidrs, ['10.244.0.0/24', '10.244.1.0/24', '192.168.7.9/32', '192.168.3.4/32'])
  const walk = (from: string, to: string) =>
    explain(facts, { from, to }).outcomes.map(({ node: at, verdict, sourceSeen }) => [at, verdict, sourceSeen])
  assert.deepEqual(
    walk('203.0.113.77', '203.0.113.5:80'),
    [['b', 'deliver', '203.0.113.77']],
    'the node that has one, alone',
  )
  assert.deepEqual(walk('203.0.113.77', '10.0.0.1:30080'), [['a', 'drop', undefined]])
  assert.deepEqual(
    walk('pod/client', '10.0.0.1:30080').map(([, verdict]) => verdict),
    ['deliver'],
  )
})

test('by the API alone: a ClusterIP is not asked from outside, a node by its outer address is, and there is no host', async () => {
  const facts = await gather(['10.96.0.0/12'])
  const { findings, reachable } = told(explain(facts, { from: '203.0.113.77', to: 'svc/web' }))
  assert.equal(reachable, false)
  assert.deepEqual(
    findings.map(({ reason, cures }) => [reason, cures[0]?.command]),
    [['cluster-ip-outside', 'fairlead explain --from 203.0.113.77 --to 10.0.0.1:30080']],
  )
  const { steps, destination } = told(explain(facts, { from: '203.0.113.77', to: '198.51.100.2:30080' }))
  assert.equal(steps[0]?.text, '198.51.100.2 is the external address of b, which the network turns to 10.0.0.2')
  assert.deepEqual(destination, { address: '10.0.0.2', port: 30080 })
  assert.equal(explain(facts, { from: 'pod/client', to: '10.111.9.9:80' }).findings[0]?.reason, 'cluster-ip-unassigned')
  assert.throws(() => explain(facts, { from: 'host', to: 'svc/web' }), {
    code: 'SOURCE_UNKNOWN',
    refusal: { code: 'SOURCE_UNKNOWN', why: 'no-host' },
  })
  assert.equal(explain(facts, { from: 'pod/client', to: '10.0.0.2:30099' }).findings[0]?.reason, 'node-port-unknown')
})

test('by the API alone: a name is not called reachable where nobody knows the cluster’s DNS', async () => {
  const facts = await gatherApiFacts(await cluster([], false), {
    server: 'https://prod:6443',
    clusterDomain: 'cluster.local',
  })
  const { verdict, findings } = explain(facts, { from: 'pod/client', to: 'web:80' })
  assert.deepEqual([verdict, findings[0]?.reason], ['unknown', 'dns-down'])
  assert.equal(explain(facts, { from: 'pod/client', to: 'svc/web' }).verdict, 'reachable', 'no name is asked')
})

test('by the API alone: claims and volumes are read where a pod waits with one, and it is said where they may not be', async () => {
  const waiting = {
    ...pod('db', '', '', { app: 'db' }),
    spec: { containers: [{ name: 'c' }], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }] },
    status: { phase: 'Pending' },
  } as unknown as Pod
  const options = { server: 'https://prod:6443', clusterDomain: 'cluster.local' }
  const free = await cluster()
  assert.equal((await gatherApiFacts(free, options)).storage, undefined)
  await free.create(pods, waiting)
  assert.deepEqual((await gatherApiFacts(free, options)).storage, { claims: [], volumes: [], classes: [] })
  const barred = await cluster(['persistentvolumes'])
  await barred.create(pods, waiting)
  const { storage, unseen } = await gatherApiFacts(barred, options)
  assert.equal(storage, undefined)
  assert.ok(unseen?.some((one) => one.code === 'resource' && one.resource === 'persistentvolumes'))
})

test('by the API alone: what must be read and may not is the server’s own refusal', async () => {
  const client = await cluster(['endpointslices'])
  const gathered = gatherApiFacts(client, { server: 'https://prod:6443', clusterDomain: 'cluster.local' })
  await assert.rejects(gathered, { name: 'ApiError', message: 'endpointslices is forbidden' })
})

test('rangeOfServices() holds what lies between ClusterIPs, and nothing that is a pod’s or too wide', () => {
  const all = (...texts: string[]) => texts.map(parseAddress)
  const text = (ips: string[], others: string[] = []) =>
    rangeOfServices(all(...ips), all(...others)).map(({ prefix }) => prefix)
  assert.deepEqual(text(['10.96.0.1']), [32])
  assert.deepEqual(text([]), [])
  assert.deepEqual(text(['10.96.0.1', '10.96.0.10', '10.103.1.1', 'fd00::1', 'fd00::a']), [13, 124])
  assert.deepEqual(text(['10.96.0.1', '172.20.0.1']), [], 'two ranges')
  assert.deepEqual(text(['10.96.0.1', '10.200.0.1'], ['10.244.1.9']), [], 'pods lie in between')
})

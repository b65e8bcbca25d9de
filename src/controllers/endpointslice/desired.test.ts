import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { makeNode, makeService } from '../testing/cluster.ts'
import { desiredSlices, sliceMeta } from './desired.ts'

const pod = (
  index: number,
  more: { ready?: boolean; deleted?: boolean; ips?: string[]; port?: number; node?: string; spec?: Pod['spec'] } = {},
): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `p${index}`,
    namespace: 'default',
    uid: `u${index}`,
    labels: { app: 'web' },
    ...(more.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: {
    nodeName: more.node ?? 'node-1',
    containers: [{ name: 'm', image: 'x', ports: [{ name: 'http', containerPort: more.port ?? 8080 }] }],
    ...more.spec,
  },
  status: {
    phase: 'Running',
    podIPs: (more.ips ?? [`10.244.${index >> 8}.${index & 255}`]).map((ip) => ({ ip })),
    conditions: [{ type: 'Ready', status: (more.ready ?? true) ? 'True' : 'False' }],
  },
})
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => pod(from + i))
const noNode = () => undefined
/** What the server would hold after the changes. */
const apply = (existing: readonly EndpointSlice[], service = makeService('web'), pods: readonly Pod[] = []) => {
  const changes = desiredSlices(service, pods, noNode, existing)
  const names = new Set(changes.delete.map((slice) => slice.metadata?.name))
  const next = existing
    .filter((slice) => !names.has(slice.metadata?.name))
    .map((slice) => changes.update.find((one) => one.metadata?.name === slice.metadata?.name) ?? slice)
  let serial = existing.length
  const made = changes.create.map(
    (slice) =>
      ({ ...slice, metadata: { name: `web-${serial++}-${Math.abs(serial)}`, ...sliceMeta(service) } }) as EndpointSlice,
  )
  return { slices: [...next, ...made], changes }
}
const sizes = (slices: readonly EndpointSlice[]) => slices.map((slice) => slice.endpoints?.length ?? 0)

test('conditions tell ready, serving and terminating apart', () => {
  const { slices } = apply([], makeService('web'), [pod(1), pod(2, { ready: false }), pod(3, { deleted: true })])
  assert.deepEqual(
    slices[0]?.endpoints?.map(({ conditions }) => conditions),
    [
      { ready: true, serving: true, terminating: false },
      { ready: false, serving: false, terminating: false },
      { ready: false, serving: true, terminating: true },
    ],
  )
  const published = apply([], makeService('web', { publishNotReadyAddresses: true }), [pod(2, { ready: false })])
  assert.deepEqual(published.slices[0]?.endpoints?.[0]?.conditions, { ready: true, serving: false, terminating: false })
})

test('at most 100 endpoints a slice, and a change touches one slice only', () => {
  let pods = many(250)
  let { slices } = apply([], makeService('web'), pods)
  assert.deepEqual(sizes(slices), [100, 100, 50])
  pods = pods.map((one, i) => (i === 120 ? pod(120, { ready: false }) : one))
  const failed = apply(slices, makeService('web'), pods)
  assert.deepEqual(
    [failed.changes.create.length, failed.changes.update.length, failed.changes.delete.length],
    [0, 1, 0],
  )
  slices = failed.slices
  const grown = apply(slices, makeService('web'), [...pods, ...many(10, 300)])
  assert.deepEqual([grown.changes.create.length, grown.changes.update.length], [0, 1])
  assert.deepEqual(sizes(grown.slices), [100, 100, 60])
  const same = apply(grown.slices, makeService('web'), [...pods, ...many(10, 300)])
  assert.deepEqual(same.changes, { create: [], update: [], delete: [] })
})

test('without pods one empty slice a family stays, and it is taken up when pods come', () => {
  const empty = apply([])
  assert.deepEqual(sizes(empty.slices), [0])
  assert.deepEqual(apply(empty.slices).changes, { create: [], update: [], delete: [] })
  const { slices } = apply(empty.slices, makeService('web'), many(2))
  assert.deepEqual(sizes(slices), [2])
})

test('a named target port that differs between pods makes a slice for each number', () => {
  const { slices } = apply([], makeService('web'), [pod(1), pod(2, { port: 9090 })])
  assert.deepEqual(
    slices.map((slice) => slice.ports?.map(({ port }) => port)),
    [[8080], [9090]],
  )
})

test('dual-stack gives one slice a family', () => {
  const service = makeService('web', { ipFamilies: ['IPv4', 'IPv6'] })
  const { slices } = apply([], service, [pod(1, { ips: ['10.244.1.5', 'fd00::5'] })])
  assert.deepEqual(
    slices.map((slice) => [slice.addressType, slice.endpoints?.[0]?.addresses]),
    [
      ['IPv4', ['10.244.1.5']],
      ['IPv6', ['fd00::5']],
    ],
  )
})

test('a headless Service passes its labels on, names its pods, and may have no ports', () => {
  const service = {
    ...makeService('web', { clusterIP: 'None', ports: [] }),
    metadata: { name: 'web', namespace: 'default', labels: { team: 'a' } },
  }
  const { slices } = apply([], service, [
    pod(1, { spec: { hostname: 'one', subdomain: 'web' } }),
    pod(2, { spec: { hostname: 'two', subdomain: 'x' } }),
  ])
  assert.deepEqual(slices[0]?.metadata?.labels, {
    team: 'a',
    'service.kubernetes.io/headless': '',
    'kubernetes.io/service-name': 'web',
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
  })
  assert.deepEqual(slices[0]?.ports, [])
  assert.deepEqual(
    slices[0]?.endpoints?.map(({ hostname }) => hostname),
    ['one', undefined],
  )
})

test('trafficDistribution hints at the zone, and at the node for PreferSameNode', () => {
  const node = makeNode('node-1', { metadata: { labels: { 'topology.kubernetes.io/zone': 'z1' } } })
  const hints = (trafficDistribution: string, one = pod(1)) =>
    desiredSlices(makeService('web', { trafficDistribution }), [one], () => node, []).create[0]?.endpoints?.[0]?.hints
  for (const wish of ['PreferClose', 'PreferSameZone']) assert.deepEqual(hints(wish), { forZones: [{ name: 'z1' }] })
  assert.deepEqual(hints('PreferSameNode'), { forZones: [{ name: 'z1' }], forNodes: [{ name: 'node-1' }] })
  assert.equal(hints('PreferMoon'), undefined)
  assert.equal(hints('PreferClose', pod(1, { ready: false })), undefined, 'nobody is to prefer one that is not ready')
})

test('a Service without a selector, an ExternalName, or one that is going is left alone', () => {
  const nothing = { create: [], update: [], delete: [] }
  assert.deepEqual(desiredSlices(makeService('web', { selector: {} }), [pod(1)], noNode, []), nothing)
  assert.deepEqual(desiredSlices(makeService('web', { type: 'ExternalName' }), [pod(1)], noNode, []), nothing)
  const { metadata, ...web } = makeService('web')
  const going = { ...web, metadata: { ...metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
  assert.deepEqual(desiredSlices(going, [pod(1)], noNode, []), nothing)
})

test('a slice is filled to exactly a hundred before another one is made, and the hundred and first makes it', () => {
  const full = apply([], makeService('web'), many(99))
  assert.deepEqual(sizes(full.slices), [99])
  const hundred = apply(full.slices, makeService('web'), many(100))
  assert.deepEqual(sizes(hundred.slices), [100])
  assert.equal(hundred.changes.create.length, 0)
  assert.deepEqual(sizes(apply(hundred.slices, makeService('web'), many(101)).slices), [100, 1])
  assert.deepEqual(sizes(apply([], makeService('web'), many(100)).slices), [100])
  assert.deepEqual(sizes(apply([], makeService('web'), many(200)).slices), [100, 100])
})

test('a port is found by its name and its protocol together', () => {
  const ports = [
    { name: 'dns', containerPort: 53, protocol: 'UDP' },
    { name: 'dns', containerPort: 5353, protocol: 'TCP' },
  ] as const
  const service = makeService('web', {
    ports: [
      { name: 't', port: 53, targetPort: 'dns', protocol: 'TCP' },
      { name: 'u', port: 53, targetPort: 'dns', protocol: 'UDP' },
      { name: 's', port: 53, targetPort: 'dns', protocol: 'SCTP' },
    ],
  })
  const { slices } = apply([], service, [pod(1, { spec: { containers: [{ name: 'm', image: 'x', ports }] } })])
  assert.deepEqual(slices[0]?.ports, [
    { name: 't', port: 5353, protocol: 'TCP' },
    { name: 'u', port: 53, protocol: 'UDP' },
  ])
})

test('a named port of a sidecar is found, one of an init container that ends is not', () => {
  const init = (restartPolicy?: string) => ({
    containers: [{ name: 'm', image: 'x' }],
    initContainers: [
      {
        name: 'i',
        image: 'x',
        ports: [{ name: 'http', containerPort: 8080 }],
        ...(restartPolicy && { restartPolicy }),
      },
    ],
  })
  const portsOf = (spec: Pod['spec']) => apply([], makeService('web'), [pod(1, { spec })]).slices[0]?.ports
  assert.deepEqual(portsOf(init('Always')), [{ name: 'web', port: 8080, protocol: 'TCP' }])
  assert.deepEqual(portsOf(init()), [])
})

const slice = (name: string, ...indexes: readonly number[]): EndpointSlice => {
  const service = makeService('web')
  const [made] = desiredSlices(
    service,
    indexes.map((index) => pod(index)),
    noNode,
    [],
  ).create
  return { ...made!, metadata: { name, ...sliceMeta(service) } }
}
/** `name: index, index` of each slice after the changes. */
const packed = (existing: readonly EndpointSlice[], pods: readonly Pod[]): readonly string[] =>
  apply(existing, makeService('web'), pods).slices.map(
    ({ metadata, endpoints = [] }) =>
      `${metadata?.name}: ${endpoints.map(({ targetRef }) => targetRef?.uid?.slice(1)).join(' ')}`,
  )

test('new endpoints go where something is written anyway, else into the fullest slice that takes them all', () => {
  const two = [slice('few', 1), slice('more', 2, 3)]
  assert.deepEqual(
    packed(
      two,
      [1, 2, 3, 4].map((index) => pod(index)),
    ),
    ['few: 1', 'more: 2 3 4'],
  )
  assert.deepEqual(
    packed(
      two,
      [2, 3, 4].map((index) => pod(index)),
    ),
    ['few: 4', 'more: 2 3'],
  )
})

test('slices that have nothing left go, but for one that says that there is nothing', () => {
  assert.deepEqual(packed([slice('one', 1), slice('two', 2)], [pod(2)]), ['two: 2'])
  assert.deepEqual(packed([slice('one'), slice('two')], []), ['one: '])
})

test('an endpoint that stands in two slices, or in one that is too full, is left in one', () => {
  assert.deepEqual(packed([slice('one', 1, 2), slice('two', 2)], [pod(1), pod(2)]), ['one: 1 2'])
  const full = slice('full', ...Array.from({ length: 60 }, (_, index) => index))
  const fuller = {
    ...full,
    endpoints: [...full.endpoints!, ...slice('x', ...Array.from({ length: 60 }, (_, index) => 60 + index)).endpoints!],
  }
  assert.deepEqual(sizes(apply([fuller], makeService('web'), many(120)).slices), [100, 20])
})

test('a slice keeps what others have noted on it, and has the labels of its Service', () => {
  const [made] = apply([], makeService('web'), many(1)).slices
  const noted = { ...made!, metadata: { ...made!.metadata, annotations: { 'lab.example/seen': 'yes' } } }
  const service = { ...makeService('web'), metadata: { name: 'web', namespace: 'default', labels: { team: 'a' } } }
  const [after] = apply([noted], service, many(1)).slices
  assert.equal(after?.metadata?.labels?.team, 'a')
  assert.deepEqual(after?.metadata?.annotations, { 'lab.example/seen': 'yes' })
})

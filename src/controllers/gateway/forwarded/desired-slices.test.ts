import assert from 'node:assert/strict'
import { test } from 'node:test'
import { desiredSlices } from './desired-slices.ts'

type Loose = any
const site = { kind: 'Gateway', namespace: 'shop', name: 'db' }
const service = (...ipFamilies: readonly string[]): Loose => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'gateway-shop-db', namespace: 'kube-system', uid: 'u' },
  spec: { ipFamilies },
})
const to = (name: string, weight: number) => ({
  weight,
  service: { namespace: 'shop', name, port: 80 },
  portName: 'web',
})
const port = (targets: readonly object[], refusedWeight = 0): Loose => ({
  site,
  port: 5432,
  protocol: 'TCP',
  to: targets,
  refusedWeight,
})
const slice = (addressType: string, endpoints: readonly object[], number = 15_432): Loose => ({
  addressType,
  metadata: {},
  ports: [{ name: 'web', port: number, protocol: 'TCP' }],
  endpoints,
})
const endpoint = (address: string, nodeName: string, more: object = {}) => ({ addresses: [address], nodeName, ...more })
const made = (of: Loose, ports: readonly Loose[], slices: Readonly<Record<string, readonly Loose[]>>): Loose[] =>
  desiredSlices(of, ports, (key) => slices[key] ?? [], []).flatMap(({ changes, meta }) =>
    changes.create.map((one) => ({ ...one, weight: meta.annotations['fairlead.dev/endpoint-weight'] })),
  )
const shown = (all: readonly Loose[]) =>
  all.map(({ addressType, weight, endpoints }) => [
    addressType,
    weight,
    endpoints.map(({ addresses, nodeName }: Loose) => `${addresses[0]} ${nodeName}`),
  ])

test('endpoints stay on their nodes, and count by their Service’s weight wherever they are', () => {
  const slices = {
    'shop/a': [
      slice('IPv4', [endpoint('10.0.1.1', 'one'), endpoint('10.0.2.1', 'two')]),
      slice('IPv4', [endpoint('10.0.3.1', 'three')]),
    ],
    'shop/b': [slice('IPv4', [endpoint('10.0.2.9', 'two')])],
  }
  assert.deepEqual(shown(made(service('IPv4'), [port([to('a', 90), to('b', 10)])], slices)), [
    ['IPv4', '3', ['10.0.1.1 one', '10.0.2.1 two', '10.0.3.1 three']],
    ['IPv4', '1', ['10.0.2.9 two']],
  ])
})

test('of two families each is shared by itself, among the endpoints that it has', () => {
  const slices = {
    'shop/a': [
      slice('IPv4', [endpoint('10.0.1.1', 'one'), endpoint('10.0.2.1', 'two')]),
      slice('IPv6', [endpoint('fd00::1', 'one')]),
    ],
    'shop/b': [slice('IPv4', [endpoint('10.0.2.9', 'two')])],
  }
  const ports = [port([to('a', 1), to('b', 1)])]
  const four = [
    ['IPv4', '1', ['10.0.1.1 one', '10.0.2.1 two']],
    ['IPv4', '2', ['10.0.2.9 two']],
  ]
  const six = [['IPv6', '1', ['fd00::1 one']]]
  assert.deepEqual(shown(made(service('IPv4', 'IPv6'), ports, slices)), [...four, ...six])
  assert.deepEqual(shown(made(service('IPv6'), ports, slices)), six)
})

test('hints of one Service stay where it is alone, and would mislead among several', () => {
  const hints = { hints: { forZones: [{ name: 'z' }] } }
  const slices = { 'shop/a': [slice('IPv4', [endpoint('10.0.1.1', 'one', hints)])], 'shop/b': [] }
  const hintsOf = (targets: readonly object[]) => made(service('IPv4'), [port(targets)], slices)[0]?.endpoints[0].hints
  assert.deepEqual(hintsOf([to('a', 1)]), hints.hints)
  assert.equal(hintsOf([to('a', 1), to('b', 1)]), undefined)
})

test('what is refused has its share at the pods of the gateways, where nobody listens; with no backend there is none', () => {
  const pods = { ...slice('IPv4', [endpoint('10.0.1.7', 'one')]), ports: [] }
  const slices = {
    'shop/a': [slice('IPv4', [endpoint('10.0.1.1', 'one')])],
    'kube-system/gateway-shop-db': [pods],
  }
  const all = made(service('IPv4'), [port([to('a', 3)], 1)], slices)
  assert.deepEqual(
    all.map(({ weight, ports, endpoints }) => [weight, ports[0].port, endpoints[0].addresses[0]]),
    [
      ['3', 15_432, '10.0.1.1'],
      ['1', 1, '10.0.1.7'],
    ],
  )
  assert.deepEqual(made(service('IPv4'), [port([], 1)], slices), [])
})

test('many endpoints are many slices of one share', () => {
  const many = Array.from({ length: 250 }, (_, at) => endpoint(`10.1.${at >> 7}.${at & 127}`, 'one'))
  const all = made(service('IPv4'), [port([to('a', 1)])], { 'shop/a': [slice('IPv4', many)] })
  assert.deepEqual(
    all.map(({ endpoints }) => endpoints.length),
    [100, 100, 50],
  )
})

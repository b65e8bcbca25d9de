import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Backend, ServicePortForwarding } from '#forwarding/forward-service.ts'
import type { Frontend } from '#forwarding/frontend.ts'
import { type CompiledService, commentOf, compileNode, compileService, keyOfBackend } from './compile.ts'
import { Ids } from './ids.ts'
import { type Element, WORD } from './rule.ts'
import { kindName } from './ruleset/kinds.ts'

const backend = (address: string, local?: boolean): Backend => ({ address, port: 8080, local })
const balance = (...backends: Backend[]) => ({ kind: 'balance', backends }) as const
const NONE = { kind: 'reject', reason: 'no-endpoints' } as const
const NONE_HERE = { kind: 'drop', reason: 'no-local-endpoints' } as const
const FAR = backend('10.244.2.21', false)
const HERE = backend('10.244.1.11', true)

const frontend = (kind: Frontend['kind'], more: Partial<Frontend> = {}): Frontend => ({
  kind,
  address: { 'cluster-ip': '10.96.0.1', 'external-ip': '198.51.100.7', 'load-balancer': '203.0.113.1' }[kind as string],
  protocol: 'TCP',
  port: kind === 'node-port' ? 30080 : 80,
  policy: 'Cluster',
  sourceRanges: undefined,
  ...more,
})

const port = (more: Partial<ServicePortForwarding> = {}): ServicePortForwarding => ({
  servicePort: 'default/web:',
  family: 'IPv4',
  protocol: 'TCP',
  affinitySeconds: undefined,
  frontends: [frontend('cluster-ip')],
  cluster: balance(HERE, FAR),
  local: balance(HERE),
  topology: 'none',
  ...more,
})

const compile = (ports: readonly ServicePortForwarding[], ids = new Ids()): CompiledService =>
  compileService({ service: 'default/web', ports }, ids, 0)

const told = ({ family, set, key, data, comment }: Element): string =>
  `${family === 'ip6' ? 'ip6 ' : ''}${set} ${key.map(text).join(' ')}${data === undefined ? '' : ` : ${data.map(text).join(' ')}`}${comment === undefined ? '' : ` # ${comment}`}`
/** Words have more bits than ports. */
const text = (value: string | number) =>
  typeof value === 'number' && value > 0xffff ? `0x${value.toString(16)}` : `${value}`

/** The first service port has the id 1, and its words begin there. */
const BASE = 1 << WORD.ID_SHIFT
const elements = (...ports: ServicePortForwarding[]) => compile(ports).elements.map(told)

test('a backend that has several places has so many slots, and one endpoint that clients may hold to', () => {
  const cluster = balance(HERE, FAR, FAR)
  const slots = (all: readonly string[]) =>
    all.filter((one) => /^(backends|slots|endpoints|cluster-endpoints) /.test(one))
  assert.deepEqual(slots(elements(port({ cluster }))), [
    'backends 8192 0 : 10.244.1.11 8080',
    'backends 8192 1 : 10.244.2.21 8080',
    'backends 8192 2 : 10.244.2.21 8080',
  ])
  assert.deepEqual(slots(elements(port({ cluster, affinitySeconds: 10 }))), [
    'slots 8192 0 : 8193',
    'cluster-endpoints 8193',
    'slots 8192 1 : 8194',
    'cluster-endpoints 8194',
    'slots 8192 2 : 8194',
    'endpoints 8193 : 10.244.1.11 8080',
    'endpoints 8194 : 10.244.2.21 8080',
  ])
})

test('a ClusterIP: its backends in slots, a frontend that leads to their kind, and each that may meet itself', () => {
  assert.deepEqual(elements(port()), [
    'backends 8192 0 : 10.244.1.11 8080',
    'backends 8192 1 : 10.244.2.21 8080',
    'cluster-ips 10.96.0.1',
    'frontends 10.96.0.1 tcp 80 : 8193 # default/web',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
})

test('without endpoints a frontend leads to a refusal, and where there may be some elsewhere, to a drop', () => {
  const at = (policy: Frontend['policy']) =>
    compile([port({ frontends: [frontend('cluster-ip', { policy })], cluster: NONE, local: NONE_HERE })])
  const kinds = ({ kinds }: CompiledService) => kinds.map(({ kind }) => kind)
  assert.deepEqual(at('Cluster').elements.map(told), [
    'cluster-ips 10.96.0.1',
    'frontends 10.96.0.1 tcp 80 : 8193 # default/web',
  ])
  assert.deepEqual(kinds(at('Cluster')), [{ kind: 'reject' }])
  assert.deepEqual(at('Local').elements.map(told), [
    'cluster-ips 10.96.0.1',
    `frontends 10.96.0.1 tcp 80 : ${BASE + WORD.LOCAL + 1} # default/web`,
  ])
  assert.deepEqual(kinds(at('Local')), [{ kind: 'drop' }])
})

test('internal policy Local: the ClusterIP leads to the endpoints that are here, and nothing else is written', () => {
  assert.deepEqual(elements(port({ frontends: [frontend('cluster-ip', { policy: 'Local' })] })), [
    'backends 12288 0 : 10.244.1.11 8080',
    'cluster-ips 10.96.0.1',
    'frontends 10.96.0.1 tcp 80 : 12289 # default/web',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
})

test('a ClusterIP that is bound to this node beside a frontend that is not: each has the endpoints of its policy', () => {
  const frontends = [frontend('cluster-ip', { policy: 'Local' }), frontend('node-port')]
  assert.deepEqual(elements(port({ frontends })), [
    'backends 8192 0 : 10.244.1.11 8080',
    'backends 8192 1 : 10.244.2.21 8080',
    'backends 12288 0 : 10.244.1.11 8080',
    'cluster-ips 10.96.0.1',
    'frontends 10.96.0.1 tcp 80 : 12290 # default/web',
    'nodeports tcp 30080 : 8193 # default/web',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
})

test('external policy Local: its frontends are particular, and lead strangers to the endpoints that are here', () => {
  const outside = { policy: 'Local' } as const
  const frontends = [frontend('external-ip', outside), frontend('node-port', outside)]
  assert.deepEqual(elements(port({ frontends })), [
    'backends 8192 0 : 10.244.1.11 8080',
    'backends 8192 1 : 10.244.2.21 8080',
    'backends 12288 0 : 10.244.1.11 8080',
    'frontends 198.51.100.7 tcp 80 : 0x80002001 # default/web',
    'frontends-local 198.51.100.7 tcp 80 : 12290',
    'nodeports tcp 30080 : 0x80002001 # default/web',
    'nodeports-local tcp 30080 : 12290',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
})

test('source ranges make a frontend particular, and each of them is allowed; no range at all lets nobody in', () => {
  const ranges = ['10.0.0.0/8', '192.0.2.7/32']
  const guarded = (sourceRanges: readonly string[]) =>
    elements(port({ frontends: [frontend('load-balancer', { sourceRanges })] })).slice(2)
  assert.deepEqual(guarded(ranges), [
    'frontends 203.0.113.1 tcp 80 : 0x80002001 # default/web',
    'restricted 203.0.113.1 tcp 80',
    'allowed 203.0.113.1 tcp 80 10.0.0.0/8',
    'allowed 203.0.113.1 tcp 80 192.0.2.7/32',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
  assert.deepEqual(guarded([]), [
    'frontends 203.0.113.1 tcp 80 : 0x80002001 # default/web',
    'restricted 203.0.113.1 tcp 80',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
})

test('a frontend of policy Cluster that all clients share is not particular, whatever protocol it has', () => {
  const udp = { protocol: 'UDP' } as const
  assert.deepEqual(
    elements(port({ frontends: [frontend('external-ip', udp), frontend('node-port', { protocol: 'SCTP' })] })).slice(2),
    [
      'frontends 198.51.100.7 udp 80 : 8193 # default/web',
      'nodeports sctp 30080 : 8193 # default/web',
      'hairpin 10.244.1.11 10.244.1.11',
    ],
  )
})

test('with affinity endpoints have numbers, of which a slot and a client’s pin hold one, and the set that it may be of', () => {
  const sticky = port({
    affinitySeconds: 60,
    frontends: [frontend('cluster-ip'), frontend('node-port', { policy: 'Local' })],
  })
  assert.deepEqual(elements(sticky), [
    'slots 8192 0 : 8193',
    'cluster-endpoints 8193',
    'slots 8192 1 : 8194',
    'cluster-endpoints 8194',
    'slots 12288 0 : 8193',
    'local-endpoints 8193',
    'endpoints 8193 : 10.244.1.11 8080',
    'endpoints 8194 : 10.244.2.21 8080',
    'cluster-ips 10.96.0.1',
    'frontends 10.96.0.1 tcp 80 : 8193 # default/web',
    'nodeports tcp 30080 : 0x80002001 # default/web',
    'nodeports-local tcp 30080 : 12290',
    'hairpin 10.244.1.11 10.244.1.11',
  ])
  assert.deepEqual(
    compile([sticky]).kinds.map(({ number, kind }) => [number, kindName(kind)]),
    [
      [1, 'sticky-2-60'],
      [2, 'local-sticky-1-60'],
    ],
  )
})

test('up to sixteen backends stand in slots themselves; one more, of either set, and they are known by number', () => {
  const many = (count: number) =>
    balance(...Array.from({ length: count }, (_, index) => backend(`10.244.2.${index}`, false)))
  const sets = (more: Partial<ServicePortForwarding>) =>
    [...new Set(compile([port(more)]).elements.map(({ set }) => set))].join(' ')
  assert.equal(sets({ cluster: many(16) }), 'backends cluster-ips frontends hairpin')
  assert.equal(sets({ cluster: many(17) }), 'slots endpoints cluster-ips frontends hairpin')
  assert.equal(sets({ cluster: many(16), local: many(16) }), 'backends cluster-ips frontends')
  assert.equal(sets({ cluster: many(1), local: many(17) }), 'backends endpoints cluster-ips frontends')
  // The lesser set stays in slots of its own.
  const local = [frontend('node-port', { policy: 'Local' })]
  assert.equal(
    sets({ cluster: many(17), local: balance(FAR), frontends: local }),
    'slots backends endpoints nodeports nodeports-local',
  )
  const { elements } = compile([port({ cluster: many(17), local: NONE_HERE })])
  assert.equal(elements.filter(({ set }) => set === 'endpoints').length, 17)
  assert.deepEqual(
    elements.filter(({ set }) => set === 'slots').map(({ key, data }) => [key, data]),
    Array.from({ length: 17 }, (_, slot) => [[BASE, slot], [BASE + slot + 1]]),
  )
})

test('both families of a service port share its id and its endpoints’ numbers, which none of them takes from the other', () => {
  const v6 = port({
    family: 'IPv6',
    affinitySeconds: 60,
    frontends: [frontend('cluster-ip', { address: 'fd00:10:96::1' })],
    cluster: balance(backend('fd00::21', false)),
    local: NONE,
  })
  const v4 = port({ affinitySeconds: 60, cluster: balance(FAR), local: NONE })
  const ids = new Ids()
  for (const _ of ['the first time', 'and again'])
    assert.deepEqual(compile([v4, v6], ids).elements.map(told), [
      'slots 8192 0 : 8193',
      'cluster-endpoints 8193',
      'endpoints 8193 : 10.244.2.21 8080',
      'cluster-ips 10.96.0.1',
      'frontends 10.96.0.1 tcp 80 : 8193 # default/web',
      'ip6 slots 8192 0 : 8194',
      'ip6 cluster-endpoints 8194',
      'ip6 endpoints 8194 : fd00::21 8080',
      'ip6 cluster-ips fd00:10:96::1',
      'ip6 frontends fd00:10:96::1 tcp 80 : 8193 # default/web',
    ])
  assert.deepEqual(
    compile([v4, v6]).kinds.map(({ family, number }) => [family, number]),
    [
      ['ip', 1],
      ['ip6', 1],
    ],
  )
})

test('a kind is told once in each family, and each port has an id of its own', () => {
  const other = port({ servicePort: 'default/web:b', frontends: [frontend('cluster-ip', { port: 81 })] })
  const { elements, kinds } = compile([port(), other])
  assert.deepEqual(kinds, [{ family: 'ip', number: 1, kind: { kind: 'pick', count: 2, local: false } }])
  assert.deepEqual(elements.filter(({ set }) => set === 'frontends').map(told), [
    'frontends 10.96.0.1 tcp 80 : 8193 # default/web',
    'frontends 10.96.0.1 tcp 81 : 16385 # default/web:b',
  ])
})

test('a port that no frontend leads to takes no number and no element', () => {
  const ids = new Ids()
  assert.deepEqual(compile([port({ frontends: [] })], ids), { elements: [], kinds: [] })
  assert.equal(ids.known('default/web:'), undefined)
})

test('affinity that is turned off, or on, gives the endpoints other numbers: no client is bound by what it held before', () => {
  const ids = new Ids()
  const many = balance(...Array.from({ length: 17 }, (_, index) => backend(`10.244.2.${index}`, false)))
  const numbers = (affinitySeconds: number | undefined, cluster: ServicePortForwarding['cluster'] = many) =>
    compile([port({ affinitySeconds, cluster, local: NONE })], ids)
      .elements.filter(({ set }) => set === 'endpoints')
      .map(({ key }) => (key[0] as number) & WORD.ENDPOINT)
  const sticky = numbers(60)
  assert.deepEqual(numbers(120), sticky)
  const plain = numbers(undefined)
  assert.deepEqual(numbers(undefined), plain)
  const again = numbers(60)
  assert.equal(new Set([...sticky, ...plain, ...again]).size, 3 * 17)
  assert.deepEqual(numbers(undefined, balance(FAR)), [])
  assert.equal(
    numbers(60).some((number) => again.includes(number)),
    false,
  )
})

test('an endpoint is known by its address and port, and without affinity by another key', () => {
  assert.equal(keyOfBackend({ affinitySeconds: 60 })(HERE), '10.244.1.11 8080')
  assert.equal(keyOfBackend({ affinitySeconds: undefined })(HERE), 'any 10.244.1.11 8080')
})

test('an endpoint that may be a pod of this node can meet itself: here, or where nothing tells of which node it is', () => {
  const hairpins = (local: boolean | undefined) =>
    elements(port({ cluster: balance(backend('10.244.1.11', local)), local: NONE })).filter((one) =>
      one.startsWith('hairpin'),
    )
  assert.deepEqual(
    [hairpins(true), hairpins(undefined), hairpins(false)],
    [['hairpin 10.244.1.11 10.244.1.11'], ['hairpin 10.244.1.11 10.244.1.11'], []],
  )
})

test('a comment names the service port, in letters that nft reads, and no longer than it takes', () => {
  assert.equal(commentOf('default/web:http'), 'default/web:http')
  assert.equal(commentOf('default/web:'), 'default/web')
  assert.equal(commentOf('default/we"b }\n:a:'), 'default/web:a')
  assert.equal(commentOf(`default/${'a'.repeat(200)}:`), `default/${'a'.repeat(119)}`)
})

test('what tells of the node: all ranges and addresses of both families, each once', () => {
  const elements = compileNode({
    name: 'node-1',
    zone: undefined,
    nodeAddresses: ['172.30.0.2', 'fd00:172:30::2', '172.30.0.2'],
    podCidrs: ['10.244.0.0/16', 'fd00:10:244::/56', '10.244.0.0/16'],
    serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112', '10.96.0.0/16'],
    balancedCidrs: ['203.0.113.0/24', '10.96.0.0/16', '203.0.113.0/24'],
    ownPods: [
      { cidr: '10.244.1.0/24', masqueradeAs: '172.30.0.2' },
      { cidr: 'fd00:10:244:1::/64', masqueradeAs: 'fd00:172:30::2' },
    ],
  })
  assert.deepEqual(elements.map(told), [
    'pod-cidrs 10.244.0.0/16',
    'ip6 pod-cidrs fd00:10:244::/56',
    'service-cidrs 10.96.0.0/16',
    'ip6 service-cidrs fd00:10:96::/112',
    'balanced-cidrs 203.0.113.0/24',
    'balanced-cidrs 10.96.0.0/16',
    'virtual-cidrs 10.96.0.0/16',
    'ip6 virtual-cidrs fd00:10:96::/112',
    'virtual-cidrs 203.0.113.0/24',
    'nodeport-ips 172.30.0.2',
    'ip6 nodeport-ips fd00:172:30::2',
    'own-pods 10.244.1.0/24 : 172.30.0.2',
    'ip6 own-pods fd00:10:244:1::/64 : fd00:172:30::2',
  ])
})

test('a node without load balancer addresses has ClusterIPs alone for addresses that no link has', () => {
  const elements = compileNode({
    name: 'node-1',
    zone: undefined,
    nodeAddresses: [],
    podCidrs: [],
    serviceCidrs: ['10.96.0.0/16'],
    ownPods: [],
  })
  assert.deepEqual(elements.map(told), ['service-cidrs 10.96.0.0/16', 'virtual-cidrs 10.96.0.0/16'])
})

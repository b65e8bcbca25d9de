import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener } from '#api/gatewayapi/shared/listener.ts'
import { condition, listenerOf, routes, statusOf, words } from '../testing/ask.ts'
import { gateway, http, https, listenerSet, secret } from '../testing/make.ts'
import { withOverlaps } from './conflicts.ts'
import type { OwnListener } from './own-listener.ts'

const tcp = (changes: Partial<Listener> = {}): Listener => ({ name: 'tcp', port: 80, protocol: 'TCP', ...changes })
const tls = (changes: Partial<Listener> = {}): Listener => ({
  name: 'tls',
  port: 443,
  protocol: 'TLS',
  tls: { mode: 'Passthrough' },
  ...changes,
})

const secrets = [secret('certificate')]
const conflicts = (...listeners: readonly Listener[]): readonly (string | undefined)[] => {
  const all = routes({ gateways: [gateway('gw', listeners)], secrets })
  return listeners.map(({ name }) => {
    const found = listenerOf(all, 'Gateway gw', name)
    const own = condition(found, 'Conflicted')?.split(' ')[1]
    const isServed = condition(found, 'Programmed') === 'True Programmed'
    assert.equal(isServed, own === 'NoConflicts', name)
    if (!isServed) {
      assert.equal(condition(found, 'Accepted'), `False ${own}`)
      assert.equal(condition(found, 'Programmed'), `False ${own}`)
    }
    return own
  })
}

const NONE = 'NoConflicts'
const HOST = 'HostnameConflict'
const PROTOCOL = 'ProtocolConflict'

const CASES: readonly (readonly [string, readonly Listener[], readonly string[]])[] = [
  [
    'other hostnames',
    [http({ hostname: 'a.test' }), http({ name: 'b', hostname: 'b.test' }), http({ name: 'c' })],
    [NONE, NONE, NONE],
  ],
  ['one hostname', [http({ hostname: 'a.test' }), http({ name: 'b', hostname: 'A.test' })], [HOST, HOST]],
  ['no hostname twice', [http(), http({ name: 'b' })], [HOST, HOST]],
  ['another port', [http(), http({ name: 'b', port: 81 })], [NONE, NONE]],
  ['HTTP and HTTPS', [http({ port: 443, hostname: 'a.test' }), https({ hostname: 'b.test' })], [PROTOCOL, PROTOCOL]],
  ['HTTPS and TLS of other hostnames', [https({ hostname: 'a.test' }), tls({ hostname: 'b.test' })], [NONE, NONE]],
  ['HTTPS and TLS of one hostname', [https({ hostname: 'a.test' }), tls({ hostname: 'a.test' })], [HOST, HOST]],
  ['TLS that ends here and that passes through', [https({ protocol: 'TLS', hostname: 'a.test' }), tls()], [NONE, NONE]],
  ['TCP and HTTP', [tcp(), http({ hostname: 'a.test' })], [PROTOCOL, PROTOCOL]],
  ['TCP and TLS', [tcp({ port: 443 }), tls({ hostname: 'a.test' })], [PROTOCOL, PROTOCOL]],
  ['TCP twice', [tcp(), tcp({ name: 'b' })], [HOST, HOST]],
  ['UDP twice', [tcp({ protocol: 'UDP' }), tcp({ name: 'b', protocol: 'UDP' })], [HOST, HOST]],
  ['TCP and UDP', [tcp(), tcp({ name: 'b', protocol: 'UDP' })], [NONE, NONE]],
  ['HTTP and UDP', [http(), tcp({ name: 'b', protocol: 'UDP' })], [NONE, NONE]],
  [
    'one that is no party',
    [http({ hostname: 'a.test' }), http({ name: 'b', hostname: 'a.test' }), http({ name: 'c' })],
    [HOST, HOST, NONE],
  ],
]
for (const [what, listeners, expected] of CASES)
  test(`listeners of one Gateway: ${what}`, () => {
    assert.deepEqual(conflicts(...listeners), expected)
    assert.deepEqual(conflicts(...listeners.toReversed()), expected.toReversed())
  })

test('an unknown protocol is in nobody’s way', () => {
  const all = routes({ gateways: [gateway('gw', [http(), http({ name: 'b', protocol: 'x.test/y' })])] })
  assert.equal(condition(listenerOf(all, 'Gateway gw', 'http'), 'Programmed'), 'True Programmed')
  assert.equal(condition(listenerOf(all, 'Gateway gw', 'b'), 'Conflicted'), 'False NoConflicts')
})

test('with whom a listener is in conflict is told', () => {
  const all = routes({
    gateways: [gateway('gw', [http({ hostname: 'a.test' }), http({ name: 'b', hostname: 'a.test' }), tcp()])],
  })
  assert.equal(
    words(listenerOf(all, 'Gateway gw', 'b'), 'Conflicted'),
    'port 80 with the hostname "a.test" is used by listener http of Gateway gw as well',
  )
  assert.equal(
    words(listenerOf(all, 'Gateway gw', 'tcp'), 'Conflicted'),
    'port 80 is used for HTTP by listener http of Gateway gw, so that it cannot be for TCP',
  )
  const twice = routes({ gateways: [gateway('gw', [tcp(), tcp({ name: 'b' })])] })
  assert.equal(
    words(listenerOf(twice, 'Gateway gw', 'b'), 'Conflicted'),
    'port 80 is used by listener tcp of Gateway gw as well',
  )
})

test('a Gateway’s listener stays where a ListenerSet’s wants its place, and an older ListenerSet’s before a younger one’s', () => {
  const all = routes({
    gateways: [gateway('gw', [http({ hostname: 'a.test' })], { allowedListeners: { namespaces: { from: 'Same' } } })],
    listenerSets: [
      listenerSet('young', 'gw', [http({ hostname: 'b.test' }), http({ name: 'c', hostname: 'c.test' })], 2),
      listenerSet('old', 'gw', [http({ hostname: 'a.test' }), http({ name: 'b', hostname: 'b.test' }), tcp()], 1),
      listenerSet('lost', 'gw', [http({ hostname: 'c.test' })], 3),
    ],
  })
  const conflict = (object: string, name: string) => condition(listenerOf(all, object, name), 'Conflicted')
  assert.equal(conflict('Gateway gw', 'http'), 'False NoConflicts')
  assert.equal(conflict('ListenerSet old', 'http'), 'True HostnameConflict')
  assert.equal(conflict('ListenerSet old', 'b'), 'False NoConflicts')
  assert.equal(conflict('ListenerSet old', 'tcp'), 'True ProtocolConflict')
  assert.equal(conflict('ListenerSet young', 'http'), 'True HostnameConflict')
  assert.equal(conflict('ListenerSet young', 'c'), 'False NoConflicts')
  assert.equal(conflict('ListenerSet lost', 'http'), 'True HostnameConflict')
  assert.equal(statusOf(all, 'Gateway gw').attachedListenerSets, 2)
  const listeners = all.table.sites[0]?.ports.flatMap((port) =>
    port.listeners.map(({ origin, name }) => `${origin.name} ${name}`),
  )
  assert.deepEqual(listeners, ['gw http', 'old b', 'young c'])
})

test('of ListenerSets as old as each other the first by name goes first', () => {
  const all = routes({
    gateways: [gateway('gw', [http({ hostname: 'x.test' })], { allowedListeners: { namespaces: { from: 'Same' } } })],
    listenerSets: [listenerSet('b', 'gw', [http()]), listenerSet('a', 'gw', [http()])],
  })
  assert.equal(condition(listenerOf(all, 'ListenerSet a', 'http'), 'Conflicted'), 'False NoConflicts')
  assert.equal(condition(listenerOf(all, 'ListenerSet b', 'http'), 'Conflicted'), 'True HostnameConflict')
})

test('a TCP port that a listener of UDP was found at first is in conflict all the same', () => {
  const all = routes({
    gateways: [
      gateway('gw', [tcp({ name: 'udp', protocol: 'UDP' }), http({ hostname: 'a.test' })], {
        allowedListeners: { namespaces: { from: 'Same' } },
      }),
    ],
    listenerSets: [listenerSet('s', 'gw', [tcp(), tcp({ name: 'udp', protocol: 'UDP', port: 81 })])],
  })
  assert.equal(condition(listenerOf(all, 'ListenerSet s', 'tcp'), 'Conflicted'), 'True ProtocolConflict')
  assert.equal(condition(listenerOf(all, 'ListenerSet s', 'udp'), 'Conflicted'), 'False NoConflicts')
})

test('listeners of TLS whose names overlap are told so, those of other ports and names are not', () => {
  const all = routes({
    gateways: [
      gateway('gw', [
        https({ name: 'wide', hostname: '*.test' }),
        https({ name: 'narrow', hostname: 'a.test' }),
        https({ name: 'other', hostname: 'a.example' }),
        https({ name: 'port', port: 8443, hostname: '*.test' }),
        http({ hostname: 'a.test' }),
        tls({ name: 'pass', hostname: 'b.a.test' }),
      ]),
    ],
    secrets,
  })
  const overlap = (name: string) => condition(listenerOf(all, 'Gateway gw', name), 'OverlappingTLSConfig')
  assert.deepEqual(['wide', 'narrow', 'pass', 'other', 'port', 'http'].map(overlap), [
    'True OverlappingHostnames',
    'True OverlappingHostnames',
    'True OverlappingHostnames',
    undefined,
    undefined,
    undefined,
  ])
  assert.equal(
    words(listenerOf(all, 'Gateway gw', 'narrow'), 'OverlappingTLSConfig'),
    'listener wide of Gateway gw has a hostname in common with it',
  )
})

test('of thousands of listeners of TLS none is compared with all the others', () => {
  let looks = 0
  const count = 4000
  const owner = { kind: 'ListenerSet', namespace: 'shop', name: 'all' }
  const listener = (hostname: string): OwnListener => ({
    ...{ owner, spec: https({ hostname }), kinds: [], certificates: [], isServed: true },
    get hostname() {
      looks++
      return hostname
    },
  })
  const all = Array.from({ length: count }, (_, at) => listener(`h${at}.test`))
  const told = withOverlaps([...all, listener('*.other')])
  assert.ok(told.every(({ overlaps }) => overlaps === undefined))
  assert.equal(withOverlaps([...all, listener('*.test')]).filter(({ overlaps }) => overlaps).length, count + 1)
  assert.ok(looks < 20 * count, `${looks} looks at hostnames`)
})

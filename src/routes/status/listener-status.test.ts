import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RouteOptions } from '../route-objects.ts'
import { condition, listenerOf, routes, statusOf, words } from '../testing/ask.ts'
import type { Cluster } from '../testing/cluster.ts'
import { gateway, http, https, listenerSet, secret } from '../testing/make.ts'
import { unservedOf } from './listener-status.ts'

const cluster = (...listeners: Parameters<typeof gateway>[1]): Cluster => ({
  gateways: [gateway('gw', listeners)],
  secrets: [secret('certificate')],
})
const told = (of: Cluster, name: string, changes: Partial<RouteOptions> = {}) => {
  const listener = listenerOf(routes(of, changes), 'Gateway gw', name)
  return ['Accepted', 'Conflicted', 'Programmed'].map((type) => condition(listener, type))
}

test('why a listener is not served stands in its conditions, and in those of its Gateway', () => {
  const gone = https({ name: 'gone', port: 444, tls: { certificateRefs: [{ name: 'gone' }] } })
  const odd = http({ name: 'odd', port: 99, protocol: 'x.test/odd' })
  const of = cluster(http({ name: 'a' }), http({ name: 'b' }), odd, gone, http({ name: 'ok', port: 81 }))
  const conflict = ['False HostnameConflict', 'True HostnameConflict', 'False HostnameConflict']
  assert.deepEqual(told(of, 'b'), conflict)
  assert.deepEqual(told(of, 'odd'), ['False UnsupportedProtocol', 'False NoConflicts', 'False Invalid'])
  assert.deepEqual(told(of, 'gone'), ['True Accepted', 'False NoConflicts', 'False Invalid'])
  assert.deepEqual(told(of, 'ok'), ['True Accepted', 'False NoConflicts', 'True Programmed'])
  const all = routes(of)
  const said = (name: string, type: string) => words(listenerOf(all, 'Gateway gw', name), type)
  assert.match(said('odd', 'Programmed'), /x\.test\/odd/)
  assert.equal(said('odd', 'Programmed'), said('odd', 'Accepted'))
  assert.equal(said('gone', 'Programmed'), 'Secret shop/gone is not there')
  const whole = words({ conditions: statusOf(all, 'Gateway gw').conditions! }, 'Accepted')
  for (const name of ['b', 'odd', 'gone'])
    assert.ok(whole.includes(`listener ${name}: ${said(name, 'Programmed')}`), whole)
})

test('a hostname in common with another listener of TLS is told', () => {
  const [wide, own, other] = ['*.a.test', 'x.a.test', 'x.b.test'].map((hostname, at) =>
    https({ name: `l${at}`, hostname }),
  )
  const all = routes(cluster(wide!, own!, other!))
  const overlaps = ['l0', 'l1', 'l2'].map((name) =>
    condition(listenerOf(all, 'Gateway gw', name), 'OverlappingTLSConfig'),
  )
  assert.deepEqual(overlaps, ['True OverlappingHostnames', 'True OverlappingHostnames', undefined])
})

test('ports of the kernel are asked for by their protocol', () => {
  const of = cluster(http({ name: 't', port: 53, protocol: 'TCP' }), http({ name: 'u', port: 53, protocol: 'UDP' }))
  const isLed: RouteOptions['isLed'] = ({ protocol, by }) => protocol === 'UDP' && by === 'kernel'
  assert.equal(told(of, 'u', { isLed })[2], 'True Programmed')
  assert.equal(told(of, 't', { isLed })[2], 'False Pending')
  assert.equal(
    told(cluster(http()), 'http', { isLed: ({ protocol, by }) => protocol === 'TCP' && by === 'proxy' })[2],
    'True Programmed',
  )
})

test('of several things that are not served what stays as it was is told before what begins, and what is wrong last', () => {
  const wrong = { reason: 'Invalid', message: 'wrong' }
  const begins = { reason: 'Pending', message: 'begins' }
  const older = { ...begins, message: 'older', isOlder: true } as const
  const other = { reason: 'Invalid', message: 'other', isOlder: true } as const
  assert.equal(unservedOf([undefined, undefined]), undefined)
  assert.deepEqual(unservedOf([wrong, begins, older]), older)
  assert.deepEqual(unservedOf([begins, other]), other)
  assert.deepEqual(unservedOf([wrong, begins]), begins)
  assert.deepEqual(unservedOf([wrong, { ...wrong, message: 'too' }]), wrong)
  const untold = { ...begins, message: 'untold', isUntold: true } as const
  assert.deepEqual(unservedOf([wrong, untold]), untold, 'one of them may be served')
  assert.deepEqual(unservedOf([untold, begins]), begins)
  assert.equal(unservedOf([undefined, untold]), undefined)
  // Where others are served, it is served as it was before.
  assert.deepEqual(unservedOf([undefined, begins]), { ...begins, isOlder: true })
  assert.equal(unservedOf([undefined, wrong]), undefined)
})

test('a status is of the object that was looked at, and of its generation', () => {
  const gateways = [gateway('gw', [http()], { allowedListeners: { namespaces: { from: 'Same' } } })]
  const { statuses } = routes({ gateways, listenerSets: [listenerSet('s', 'gw', [http({ port: 81 })])] })
  assert.deepEqual(
    statuses.map(({ object, uid, generation }) => [object.kind, object.name, uid, generation]),
    [
      ['GatewayClass', 'fairlead', 'uid-fairlead', 3],
      ['Gateway', 'gw', 'uid-gw', 7],
      ['ListenerSet', 's', 'uid-s', 7],
    ],
  )
})

test('an address that is asked for may be any of those that are given, and each that is not is told', () => {
  const at = (addresses: readonly string[], ...values: readonly (string | undefined)[]) => {
    const spec = { addresses: values.map((value) => ({ ...(value && { value }) })) }
    const all = routes({ gateways: [gateway('gw', [http()], spec)] }, { addressesOf: () => addresses })
    return words({ conditions: statusOf(all, 'Gateway gw').conditions! }, 'Programmed')
  }
  const given = ['192.0.2.1', 'lb.test', '2001:db8::1']
  assert.equal(at(given, '2001:db8::1'), 'the Gateway is served at its addresses')
  assert.equal(at(given, '192.0.2.1', '2001:db8::2'), 'the address 2001:db8::2 cannot be given to it')
  assert.equal(at([], '192.0.2.1', undefined, '192.0.2.2'), 'none of the addresses 192.0.2.1, 192.0.2.2 is given to it')
})

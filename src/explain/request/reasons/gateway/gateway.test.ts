import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, grant, http, httpRoute, https, rule, secret } from '#routes/testing/make.ts'
import type { GatewayFacts } from '../../../cluster/gateway-facts.ts'
import { ask } from '../../../testing/cluster.ts'
import { withGateway } from '../../../testing/gateways.ts'
import { gatewayNotProgrammed, listenerFault, listenerNotServed, shutOutCures } from './gateway.ts'

type Cluster = Parameters<typeof withGateway>[0]
type Given = Parameters<typeof withGateway>[1]
const secrets = [secret('default/cert', 'CERT shop.test')]
const shop = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('web')] })

/** What is said of a request, one alone, and what would help. */
const told = (to: string, cluster: Cluster, given: Given = {}, flags: Parameters<typeof ask>[2] = {}) => {
  const { findings } = ask('pod/client', to, flags, withGateway({ secrets, ...cluster }, given))
  const [finding, ...others] = findings
  assert.deepEqual(others, [])
  const { reason, message, details, cures } = finding!
  const commands = cures.map(({ command, alternative }) => `${alternative ? 'or ' : ''}${command}`)
  return { reason, message, details, cures: commands }
}
const asked = (...urls: readonly string[]) =>
  urls.map((one, index) => `${index === 0 ? '' : 'or '}fairlead explain --from pod/client --to ${one}`)
const LOOK = 'kubectl describe gateway gw -n default'

test('a Gateway of a class that is another’s, or not there, is given the class that is served here, if there is one', () => {
  const theirs = gateway('default/gw', [http()], { gatewayClassName: 'nginx' })
  const gatewayClass = (name: string, controllerName: string) => ({
    apiVersion: 'gateway.networking.k8s.io/v1' as const,
    kind: 'GatewayClass' as const,
    metadata: { name },
    spec: { controllerName },
  })
  const classes = (...some: readonly ReturnType<typeof gatewayClass>[]) =>
    ({ gateways: [theirs], httpRoutes: [shop], gatewayClasses: some }) as Cluster
  const nginx = gatewayClass('nginx', 'example.com/nginx')
  const ours = gatewayClass('fairlead', 'fairlead.dev/gateway-controller')
  const give = `kubectl patch gateway gw -n default --type merge -p '{"spec":{"gatewayClassName":"fairlead"}}'`
  const flags = { gateway: 'default/gw' }
  const named = told('http://shop.test/', classes(nginx, ours), {}, flags)
  assert.deepEqual([named.reason, named.cures], ['gateway-of-nobody', [give]])
  assert.match(`${named.message} ${named.details}`, /nginx.*example\.com\/nginx/)
  assert.deepEqual(told('http://shop.test/', classes(ours), {}, flags).cures, [give])
  assert.deepEqual(told('http://shop.test/', classes(nginx), {}, flags).cures, [LOOK])
})

test('a listener that is not served is told for its hosts and its port alone, however the hostname is written', () => {
  const broken = https({ name: 'broken', hostname: '*.Shop.test', tls: { certificateRefs: [{ name: 'gone' }] } })
  const whole = https({ hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } })
  const cluster = { gateways: [gateway('default/gw', [whole, broken])], httpRoutes: [shop] }
  const flags = { gateway: 'default/gw' }
  const { reason, message, cures } = told('https://www.shop.test/', cluster, {}, flags)
  assert.deepEqual(
    [reason, cures],
    ['listener-not-served', ['kubectl create secret tls gone -n default --cert=tls.crt --key=tls.key']],
  )
  assert.match(message, /^the listener broken of Gateway default\/gw is not served/)
  assert.equal(told('https://nosuch.test/', cluster, {}, flags).reason, 'name-without-tls')
  assert.equal(told('https://www.shop.test:8443/', cluster, {}, flags).reason, 'gateway-port-unknown')
})

test('a request that a wider listener refuses is told by the closer one that is not served, not by one that is wider yet', () => {
  const broken = (hostname: string) => https({ name: 'broken', hostname, tls: { certificateRefs: [{ name: 'gone' }] } })
  const whole = https({ hostname: '*.shop.test', tls: { certificateRefs: [{ name: 'cert' }] } })
  const reasonBeside = (hostname: string) =>
    told('https://a.shop.test/', { gateways: [gateway('default/gw', [broken(hostname), whole])] }).reason
  assert.equal(reasonBeside('a.shop.test'), 'listener-not-served')
  assert.equal(reasonBeside('*.test'), 'no-rule')
})

test('certificates of other namespaces are granted to their listener, each that is not, and its own need no grant', () => {
  const refs = [
    { name: 'a', namespace: 'team' },
    { name: 'own' },
    { name: 'granted', namespace: 'team' },
    { name: 'b', namespace: 'other' },
  ]
  const gateways = [gateway('default/gw', [https({ tls: { certificateRefs: refs } })])]
  const referenceGrants = [grant('team', 'Gateway', 'default', { kind: 'Secret', name: 'granted' })]
  const { cures, message } = told('https://shop.test/', { gateways, referenceGrants }, {}, { gateway: 'gw' })
  assert.match(message, /RefNotPermitted/)
  assert.deepEqual(
    cures.map((one) => /"from":\[\{.*"kind":"Gateway","namespace":"default"\}\].*"name":"(\w+)"\}\]/.exec(one)?.[1]),
    ['a', 'b'],
  )
})

test('what nobody can mend from here is looked at, at the Gateway', () => {
  const listeners = [http(), http({ name: 'second' })]
  const protocol = { ...http(), protocol: 'example.com/own' } as ReturnType<typeof http>
  const port = [
    http({ hostname: 'shop.test' }),
    https({ name: 'tls', port: 80, hostname: 'shop.test', tls: { certificateRefs: [{ name: 'cert' }] } }),
  ]
  for (const one of [listeners, [protocol], port]) {
    const { reason, cures } = told(
      'http://shop.test/',
      { gateways: [gateway('default/gw', one)] },
      {},
      { gateway: 'gw' },
    )
    assert.deepEqual([reason, cures], ['listener-not-served', [LOOK]])
  }
})

test('a Gateway that serves nothing at all says so with its condition, and is looked at', () => {
  const empty = told('http://shop.test/', { gateways: [gateway('default/gw', [])] }, {}, { gateway: 'gw' })
  assert.deepEqual(empty, {
    reason: 'gateway-not-programmed',
    message: 'Gateway default/gw serves nothing: Invalid',
    details: ['it has no listener that can be served'],
    cures: [LOOK],
  })
})

test('only what a Gateway’s conditions refuse is a refusal: an address yet to come is none', () => {
  const site = { kind: 'Gateway', namespace: 'default', name: 'gw' } as const
  const said = (...conditions: readonly (readonly [type: string, status: string, reason: string])[]) => {
    const status = {
      conditions: conditions.map(([type, status, reason]) => ({ type, status, reason, message: 'why' })),
    }
    const others = ['team/gw', 'default/other']
      .map((key) => key.split('/'))
      .map(([namespace, name]) => ({
        object: { ...site, namespace, name },
        status: { conditions: [{ type: 'Accepted', status: 'False', reason: 'Others', message: '' }] },
      }))
    const statuses = [...others, { object: { ...site, kind: 'ListenerSet' }, status: {} }, { object: site, status }]
    const { isRefused, finding } = gatewayNotProgrammed({ routes: { statuses } } as unknown as GatewayFacts, site)
    assert.equal(finding.reason, 'gateway-not-programmed')
    return [isRefused, finding.because, finding.message]
  }
  assert.deepEqual(said(), [false, 'Pending', undefined])
  assert.deepEqual(said(['Accepted', 'True', 'Accepted'], ['Programmed', 'False', 'Pending']), [
    false,
    'Pending',
    'why',
  ])
  assert.deepEqual(said(['Programmed', 'False', 'AddressNotAssigned']), [false, 'AddressNotAssigned', 'why'])
  assert.deepEqual(said(['Programmed', 'False', 'NoResources']), [true, 'NoResources', 'why'])
  assert.deepEqual(said(['Programmed', 'False', 'Invalid'], ['Accepted', 'False', 'InvalidParameters']), [
    true,
    'InvalidParameters',
    'why',
  ])
})

type Condition = readonly [type: string, reason: string, status?: string]
const conditions = (...all: readonly Condition[]) =>
  all.map(([type, reason, status = 'False']) => ({ type, status, reason, message: `${type}: ${reason}` }))
/** What statuses say of one object, beside others of its name or of its namespace. */
const saying = (kind: string, status: object, objects: object = {}): GatewayFacts => {
  const object = { kind, namespace: 'default', name: 'gw' }
  const others = [{ name: 'other' }, { namespace: 'team' }, { kind: 'HTTPRoute' }]
  const statuses = [...others.map((one) => ({ object: { ...object, ...one }, status: {} })), { object, status }]
  return {
    objects: { listenerSets: [], referenceGrants: [], ...objects },
    routes: { statuses },
  } as unknown as GatewayFacts
}

test('nobody answers at a listener that is not programmed, for the first reason that there is; one in part is served', () => {
  const ref = { kind: 'Gateway', namespace: 'default', name: 'gw' }
  const fault = (...all: readonly Condition[]) => {
    const listeners = [
      { name: 'other', conditions: conditions(['Programmed', 'Other']) },
      { name: 'http', conditions: conditions(...all) },
    ]
    return listenerFault(saying('Gateway', { listeners }), ref, 'http')
  }
  const [resolved, unprogrammed] = [
    ['ResolvedRefs', 'RefNotPermitted'],
    ['Programmed', 'Invalid'],
  ] as const
  assert.equal(fault(), undefined)
  assert.equal(fault(resolved, ['Programmed', 'Programmed', 'True']), undefined)
  assert.deepEqual(fault(unprogrammed), { because: 'Invalid', message: 'Programmed: Invalid' })
  assert.equal(fault(unprogrammed, resolved)?.because, 'RefNotPermitted')
  assert.equal(fault(unprogrammed, resolved, ['Accepted', 'PortUnavailable'])?.because, 'PortUnavailable')
  // Of one that its Gateway does not let in it says nothing but that.
  const shut = saying('Gateway', { conditions: conditions(['Accepted', 'NotAllowed'], unprogrammed) })
  assert.equal(listenerFault(shut, ref, 'http')?.because, 'NotAllowed')
})

test('a ListenerSet hangs on nothing where its Gateway does not let it in, or is not accepted', () => {
  const ref = { kind: 'ListenerSet', namespace: 'default', name: 'gw' }
  const owner = { word: 'listenerset', ref, gateway: { ...ref, kind: 'Gateway' }, listeners: [] } as never
  const isShut = (...all: readonly Condition[]) =>
    shutOutCures(saying('ListenerSet', { conditions: conditions(...all) }, { gateways: [] }), owner) !== undefined
  assert.equal(isShut(['Accepted', 'NotAllowed'], ['Programmed', 'Invalid']), true)
  assert.equal(isShut(['Accepted', 'ParentNotAccepted'], ['Programmed', 'Invalid']), true)
  assert.equal(isShut(['Accepted', 'ListenersNotValid'], ['Programmed', 'Invalid']), false)
  assert.equal(isShut(['Accepted', 'NotAllowed', 'True']), false)
  assert.equal(isShut(), false)
})

test('what else a listener may not refer to than certificates is looked at', () => {
  const listeners = [
    { name: 'http', conditions: conditions(['ResolvedRefs', 'RefNotPermitted'], ['Programmed', 'Invalid']) },
  ]
  const gateways = [gateway('default/gw', [https({ name: 'http', tls: { certificateRefs: [{ name: 'cert' }] } })])]
  const site = { kind: 'Gateway', namespace: 'default', name: 'gw' } as const
  const finding = listenerNotServed(saying('Gateway', { listeners }, { gateways }), site, 443, 'shop.test')
  assert.deepEqual(
    finding?.cures.map(({ argv }) => argv.join(' ')),
    [LOOK],
  )
})

test('a port that no listener has is one that serves the host, of the same scheme first', () => {
  const secure = https({ tls: { certificateRefs: [{ name: 'cert' }] } })
  const cluster = {
    gateways: [gateway('default/gw', [http(), secure, http({ name: 'alt', port: 8080 })])],
    httpRoutes: [shop],
  }
  const given = { ports: [80, 443, 8080] }
  const at = (url: string, more: Cluster = {}) => told(url, { ...cluster, ...more }, given)
  assert.deepEqual(at('https://shop.test:8443/a').cures, asked('https://shop.test/a', 'http://shop.test/a'))
  assert.deepEqual(at('http://shop.test:81/').cures, asked('http://shop.test/', 'http://shop.test:8080/'))
  const plain = gateway('default/gw', [
    http({ name: 'other', hostname: 'other.test' }),
    http({ name: 'alt', port: 8080 }),
  ])
  assert.deepEqual(at('http://shop.test:81/', { gateways: [plain] }).cures, asked('http://shop.test:8080/'))
})

test('the other scheme is proposed at a port where that is spoken', () => {
  const secure = https({ tls: { certificateRefs: [{ name: 'cert' }] } })
  const cluster = { gateways: [gateway('default/gw', [http({ port: 8080 }), secure])], httpRoutes: [shop] }
  const given = { ports: [443, 8080] }
  const plainly = told('http://shop.test:443/a?b=c', cluster, given, { method: 'POST' })
  assert.deepEqual(
    [plainly.reason, plainly.cures],
    ['scheme-mistaken', asked("'https://shop.test/a?b=c' --method POST")],
  )
  const securely = told('https://shop.test:8080/', cluster, given)
  assert.deepEqual([securely.reason, securely.cures], ['scheme-mistaken', asked('http://shop.test:8080/')])
})

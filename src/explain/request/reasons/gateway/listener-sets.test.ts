import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, http, httpRoute, https, listenerSet, rule, secret } from '#routes/testing/make.ts'
import { ask } from '../../../testing/cluster.ts'
import { withGateway } from '../../../testing/gateways.ts'
import { routeRows } from '../../route-rows.ts'

const open = { allowedListeners: { namespaces: { from: 'All' } } } as const
const gw = gateway('default/gw', [http()], open)
const set = (...listeners: Parameters<typeof listenerSet>[2]) => listenerSet('default/more', 'gw', listeners)
const shop = (parent: { readonly name: string; readonly namespace?: string }, key = 'default/shop') =>
  httpRoute(key, {
    parentRefs: [{ kind: 'ListenerSet', ...parent }],
    hostnames: ['shop.test'],
    rules: [rule('web')],
  })

/** What is said of a request, and what would help. */
const told = (to: string, cluster: Parameters<typeof withGateway>[0], given: Parameters<typeof withGateway>[1] = {}) =>
  ask('pod/client', to, {}, withGateway(cluster, given)).findings.map(({ reason, message, details, cures }) => ({
    reason,
    message,
    details,
    cures: cures.map(({ command }) => command),
  }))

test('a listener of a ListenerSet that is not served is told as one of the Gateway is, with what mends it', () => {
  const broken = (name: string, namespace?: string) =>
    https({ hostname: 'shop.test', tls: { certificateRefs: [{ name, ...(namespace && { namespace }) }] } })
  const of = (listener: ReturnType<typeof https>, own = gw) => ({
    gateways: [own],
    listenerSets: [set(listener)],
    httpRoutes: [shop({ name: 'more' })],
    secrets: [secret('team/cert', 'CERT shop.test')],
  })
  const [gone] = told('https://shop.test/', of(broken('gone')))
  assert.equal(gone?.message, 'the listener https of ListenerSet default/more is not served: InvalidCertificateRef')
  assert.deepEqual(gone?.cures, ['kubectl create secret tls gone -n default --cert=tls.crt --key=tls.key'])
  const [foreign] = told('https://shop.test/', of(broken('cert', 'team')))
  assert.match(foreign!.message, /RefNotPermitted$/)
  assert.match(foreign!.cures[0]!, /"from":\[\{[^}]*"kind":"ListenerSet","namespace":"default"\}/)
  const [shut] = told('https://shop.test/', of(broken('gone'), gateway('default/gw', [http()])))
  assert.match(shut!.message, /^the listener https of ListenerSet default\/more is not served: NotAllowed$/)
  assert.deepEqual(shut?.cures, [
    `kubectl patch gateway gw -n default --type merge -p '{"spec":{"allowedListeners":{"namespaces":{"from":"Same"}}}}'`,
  ])
})

test('a ListenerSet that its Gateway does not let in is let in there, and others stay out', () => {
  const cures = (namespaces: object | undefined, key = 'team/more') => {
    const own = gateway('default/gw', [http({ hostname: 'other.test' })], {
      ...(namespaces && { allowedListeners: { namespaces } }),
    })
    const listenerSets = [listenerSet(key, 'default/gw', [http({ name: 'own', hostname: 'shop.test' })])]
    const [namespace, name] = key.split('/') as [string, string]
    const httpRoutes = [shop({ name, namespace }, `${namespace}/shop`)]
    const [first] = told('http://shop.test/', { gateways: [own], listenerSets, httpRoutes })
    return first?.cures
  }
  const selecting = (...values: readonly string[]) => [
    `kubectl patch gateway gw -n default --type merge -p '${JSON.stringify({
      spec: {
        allowedListeners: {
          namespaces: {
            from: 'Selector',
            selector: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }] },
          },
        },
      },
    })}'`,
  ]
  assert.deepEqual(cures(undefined), selecting('team'))
  assert.deepEqual(cures({ from: 'Same' }), selecting('team', 'default'))
  const selector = { matchLabels: { sets: 'yes' } }
  assert.deepEqual(cures({ from: 'Selector', selector }), ['kubectl label namespace team sets=yes'])
  const expressions = { matchExpressions: [{ key: 'a', operator: 'Exists' }] }
  assert.deepEqual(cures({ from: 'Selector', selector: expressions }), ['kubectl describe gateway gw -n default'])
})

test('listeners of a ListenerSet that its Gateway does not let in stand among the routes', () => {
  const { gateways } = withGateway({ gateways: [gateway('default/gw', [http()])], listenerSets: [set(https())] })
  const facts = { addressesOf: () => [], digest: (text: string) => text, proxies: [], hasEndpoints: () => true }
  assert.deepEqual(
    routeRows(gateways!, facts, []).map(({ route, gateway, listener, state }) => [
      `${route.kind} ${route.name} ${gateway?.name} ${listener}`,
      state.code === 'not-served' && state.because,
    ]),
    [['ListenerSet more gw https', 'NotAllowed']],
  )
})

test('a route whose ListenerSet is not there is told, also where no gateway listens for its host', () => {
  const route = [shop({ name: 'moer' })]
  const named = gateway('default/gw', [http({ hostname: 'other.test' })], open)
  for (const own of [gw, named]) {
    const [first] = told('http://shop.test/', { gateways: [own], listenerSets: [set(http())], httpRoutes: route })
    assert.match(first!.message, /is not attached to ListenerSet default\/moer: NoSuchParent$/)
    assert.match(
      first!.cures[0]!,
      /^kubectl patch httproute shop .*"path":"\/spec\/parentRefs\/0\/name","value":"more"/,
    )
    assert.doesNotMatch(first!.cures[0]!, /kind/)
  }
  const [alone] = told('http://shop.test/', { gateways: [gw], httpRoutes: route })
  assert.match(alone!.cures[0]!, /parentRefs\/0\/kind","value":"Gateway"/)
})

test('a route whose ListenerSet names a Gateway that is not there is told, and the ListenerSet is mended', () => {
  const listenerSets = [listenerSet('default/more', 'gone', [http({ hostname: 'shop.test' })])]
  const [first] = told('http://shop.test/', { gateways: [gw], listenerSets, httpRoutes: [shop({ name: 'more' })] })
  assert.match(first!.message, /is not attached to ListenerSet default\/more: NoSuchGateway$/)
  assert.deepEqual(first?.details, ['default/gone'])
  assert.match(first!.cures[0]!, /^kubectl patch listenerset more .*"parentRef":\{"name":"gw","namespace":"default"\}/)
})

test('what a ListenerSet does not let in is let in there, not at a Gateway of the same name', () => {
  const listenerSets = [listenerSet('default/gw', 'gw', [http({ name: 'own', hostname: 'shop.test' })])]
  const route = shop({ name: 'gw', namespace: 'default' }, 'team/shop')
  const [first] = told('http://shop.test/', { gateways: [gw], listenerSets, httpRoutes: [route] })
  assert.match(first!.message, /is not attached to ListenerSet default\/gw: NotAllowedByListeners$/)
  assert.match(first!.cures[0]!, /^kubectl patch listenerset gw -n default .*\/spec\/listeners\/0\/allowedRoutes/)
})

test('a route of another Gateway’s ListenerSet is no matter of this one', () => {
  const other = gateway('team/other', [http({ port: 8080 })], open)
  const listenerSets = [listenerSet('default/more', 'team/other', [http({ port: 8081, hostname: 'x.test' })])]
  const cluster = { gateways: [gw, other], listenerSets, httpRoutes: [shop({ name: 'more' })] }
  const asked = ask('pod/client', 'http://shop.test/', { gateway: 'default/gw' }, withGateway(cluster))
  assert.deepEqual(
    asked.findings.map(({ reason }) => reason),
    ['no-rule'],
  )
})

test('a name that a ListenerSet serves by HTTP gets its certificate there', () => {
  const listenerSets = [set(http({ port: 8080, hostname: 'shop.test' }))]
  const own = gateway(
    'default/gw',
    [https({ hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } })],
    open,
  )
  const secrets = [secret('default/cert', 'CERT other.test')]
  const cluster = { gateways: [own], listenerSets, secrets, httpRoutes: [shop({ name: 'more' })] }
  const [first] = told('https://shop.test/', cluster, { ports: [443, 8080] })
  assert.equal(first?.reason, 'name-without-tls')
  assert.ok(
    first.cures.some((one) => one.startsWith('kubectl patch listenerset more -n default')),
    String(first.cures),
  )
})

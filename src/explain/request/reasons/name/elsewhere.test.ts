import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import { gateway, http, httpRoute, https, rule, secret, tlsRoute } from '#routes/testing/make.ts'
import { ask, service } from '../../../testing/cluster.ts'
import { ingressService, withGateway } from '../../../testing/gateways.ts'
import type { Told } from '../../../testing/told.ts'

const asked = (told: Told): readonly string[] =>
  told.findings.flatMap(({ cures }) => cures.map(({ command }) => command.replace(/^.* --to /, '')))
const more = { services: [service('web', '10.96.0.1'), ingressService(80)] }
const ofIngress = (host: string, annotations = {}) =>
  ingress('default/shop', { rules: [ingressRule(host, 'Prefix / web')] }, annotations)
const gw = gateway('default/gw', [http()])
const all = httpRoute('default/all', { rules: [rule('web')] })
const named = (key: string, host: string, path = '/') =>
  httpRoute(key, {
    hostnames: [host],
    rules: [rule('web', { matches: [{ path: { type: 'PathPrefix', value: path } }] })],
  })

test('the nearest name is one of all gateways, also where a Gateway listens for all names', () => {
  const facts = withGateway(
    {
      gateways: [gw],
      httpRoutes: [named('default/bank', 'bank.example')],
      ingresses: [ofIngress('shop.test')],
      ingressClasses: [OUR_CLASS],
    },
    { more, ports: [80] },
  )
  const told = ask('pod/client', 'http://shpo.test/cart', {}, facts)
  assert.equal(told.findings[0]?.reason, 'no-rule')
  assert.deepEqual(told.findings[0].details, [
    'no rule there is anything like it',
    'shop.test is served by IngressClass fairlead at port 80 (http)',
  ])
  assert.deepEqual(asked(told), ['http://shop.test/cart'])
})

test('of names at one gateway the most alike is proposed first, whatever its paths are', () => {
  const routes = [named('default/a', 'api.test'), named('default/b', 'all.test', '/app')]
  const told = ask('pod/client', 'http://al.test/', {}, withGateway({ gateways: [gw], httpRoutes: routes }))
  assert.equal(asked(told)[0], 'http://all.test/app')
})

test('a rule of the very host comes before one of a host that is like it', () => {
  const routes = [named('default/a', 'shop2.test'), named('default/b', 'shop.test', '/cart')]
  const told = ask('pod/client', 'http://shop.test/', {}, withGateway({ gateways: [gw], httpRoutes: routes }))
  assert.deepEqual(asked(told), ['http://shop.test/cart', 'http://shop2.test/'])
})

test('the same host at another port comes first of all', () => {
  const two = gateway('default/gw', [
    http({ hostname: 'shop2.test' }),
    http({ name: 'alt', port: 8080, hostname: 'shop.test' }),
  ])
  const facts = withGateway({ gateways: [two], httpRoutes: [all] }, { ports: [80, 8080] })
  const told = ask('pod/client', 'http://shop.test/', {}, facts)
  assert.equal(told.findings[0]?.reason, 'host-not-served')
  assert.deepEqual(asked(told), ['http://shop.test:8080/', 'http://shop2.test/'])
})

test('of several places where the host is served that is proposed which has the scheme and the port that were asked for', () => {
  const two = gateway('default/gw', [
    http({ hostname: 'other.example' }),
    http({ name: 'alt', port: 8080, hostname: 'shop.test' }),
  ])
  const facts = withGateway(
    { gateways: [two], httpRoutes: [all], ingresses: [ofIngress('shop.test')], ingressClasses: [OUR_CLASS] },
    { more, ports: [80, 8080] },
  )
  const at = (url: string) => asked(ask('pod/client', url, { gateway: 'default/gw' }, facts))[0]
  assert.equal(at('http://shop.test/'), 'http://shop.test/ --gateway fairlead')
})

test('a host that is served by TLS alone is asked so, be its connections passed through, and by none whose rules it is not for', () => {
  const secure = https({ tls: { certificateRefs: [{ name: 'cert' }] } })
  const through = { name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } } as const
  const secrets = [secret('default/cert', 'CERT shop.test')]
  const plain = http({ hostname: 'other.example' })
  const told = (listener: typeof secure | typeof through, routes: object) => {
    const gateways = [gateway('default/gw', [plain, listener])]
    const facts = withGateway({ gateways, secrets, ...routes }, { ports: [80, 443] })
    const { trace, ...words } = ask('pod/client', 'http://shop.test/', { gateway: 'default/gw' }, facts)
    return { codes: trace.findings[0]!.cures.map(({ effect }) => effect.code), asked: asked({ trace, ...words }) }
  }
  const secured = { codes: ['ask-gateway-port'], asked: 'https://shop.test/ --gateway default/gw' }
  const terminated = told(secure, { httpRoutes: [all] })
  assert.deepEqual({ ...terminated, asked: terminated.asked[0] }, secured)
  const passed = (host: string) =>
    told(through, { httpRoutes: [all], tlsRoutes: [tlsRoute('default/tls', { hostnames: [host] })] })
  assert.deepEqual({ ...passed('shop.test'), asked: passed('shop.test').asked[0] }, secured)
  // A name that has nothing to do with it is not proposed.
  assert.deepEqual(passed('any.example').codes, ['show-route'])
})

test('names that are served elsewhere are three at most, and none that is nothing like it', () => {
  const hosts = ['shop1.test', 'shop2.test', 'shop3.test', 'shop4.test', 'nothing-alike.example']
  const ingresses = hosts.map((host) => ({
    ...ofIngress(host),
    metadata: { name: host.replaceAll('.', '-'), namespace: 'default' },
  }))
  const facts = withGateway({ gateways: [gw], ingresses, ingressClasses: [OUR_CLASS] }, { more, ports: [80] })
  const { findings } = ask('pod/client', 'http://shop.test/', { gateway: 'default/gw' }, facts)
  const places = (findings[0]?.details ?? []).flatMap((one) => /^(\S+) is served by/.exec(one)?.[1] ?? [])
  assert.deepEqual(places, ['shop1.test', 'shop2.test', 'shop3.test'])
  const only = withGateway(
    { gateways: [gw], ingresses: ingresses.slice(-1), ingressClasses: [OUR_CLASS] },
    { more, ports: [80] },
  )
  assert.doesNotMatch(
    `${ask('pod/client', 'http://shop.test/', { gateway: 'default/gw' }, only).findings[0]?.details}`,
    /alike/,
  )
})

test('an Ingress that names the host and is the canary of nobody is told, and how it serves for itself', () => {
  const canary = ofIngress('shop.test', { canary: 'true' })
  const others = [undefined, gw].map((one) => (one ? [one] : []))
  for (const gateways of others) {
    const given = { gateways, ingresses: [canary], ingressClasses: [OUR_CLASS] }
    const told = ask(
      'pod/client',
      'http://shop.test/',
      {},
      withGateway(given, { more, ports: gateways.length ? [80] : [] }),
    )
    assert.deepEqual(
      told.findings.map(({ reason, message }) => [reason, message]),
      [['ingress-left-out', 'Ingress default/shop speaks of it, and that has no effect: CanaryUnused']],
    )
    assert.match(told.findings[0]!.cures[0]!.command, /patch ingress shop .*"nginx.ingress.kubernetes.io\/canary":null/)
  }
})

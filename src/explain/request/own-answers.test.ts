import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingressClass, ingress as makeIngress, OUR_CLASS, rule } from '#routes/ingress/testing/ingresses.ts'
import { gateway, http, httpRoute, rule as routeRule, tcpRoute } from '#routes/testing/make.ts'
import { ask, service } from '../testing/cluster.ts'
import { ingressService, withGateway } from '../testing/gateways.ts'
import type { Told } from '../testing/told.ts'

const more = { services: [service('web', '10.96.0.1'), ingressService(80, 443)] }
const shop = (annotations: { readonly [name: string]: string }, ...others: readonly any[]) => {
  const own = makeIngress('default/shop', { rules: [rule('shop.test', 'Prefix / web')] }, annotations)
  return withGateway(
    { ingresses: [own, ...others], ingressClasses: [OUR_CLASS, ingressClass('nginx', NGINX)] },
    { more },
  )
}
const NGINX = { spec: { controller: 'k8s.io/ingress-nginx' } }
const told = ({ verdict, request, findings }: Told) => {
  const answer = request!.answer
  const status = 'status' in answer ? answer.status : undefined
  return [verdict, answer.code, status, ...findings.map(({ reason }) => reason)]
}
const cure = ({ findings }: Told): string => findings[0]!.cures[0]!.command
const PREFLIGHT = { method: 'OPTIONS', headers: ['Origin: https://a.test', 'Access-Control-Request-Method: PUT'] }

test('a preflight is answered by the gateway itself, and goes to no backend', () => {
  const open = ask('pod/client', 'http://shop.test/', PREFLIGHT, shop({ 'enable-cors': 'true' }))
  assert.deepEqual(told(open), ['reachable', 'answered', 204])
  const plain = { ...PREFLIGHT, headers: ['Origin: https://a.test'] }
  assert.equal(told(ask('pod/client', 'http://shop.test/', plain, shop({ 'enable-cors': 'true' })))[1], 'forwarded')
})

test('a preflight of an origin whose pages may not ask is 403, and the cure lets them', () => {
  const facts = shop({ 'enable-cors': 'true', 'cors-allow-origin': 'https://b.test' })
  const closed = ask('pod/client', 'http://shop.test/', PREFLIGHT, facts)
  assert.deepEqual(told(closed), ['unreachable', 'refused', 403, 'origin-not-allowed'])
  assert.match(cure(closed), /patch ingress shop .*cors-allow-origin":"https:\/\/b.test,https:\/\/a.test"/)
  const filters = [{ type: 'CORS' as const, cors: { allowOrigins: ['https://b.test'] } }]
  const route = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [routeRule('web', { filters })] })
  const given = withGateway({ gateways: [gateway('default/gw', [http()])], httpRoutes: [route] })
  const ofRoute = ask('pod/client', 'http://shop.test/', PREFLIGHT, given)
  assert.match(
    cure(ofRoute),
    /patch httproute shop .*"op":"add","path":"\/spec\/rules\/0\/filters\/0\/cors\/allowOrigins"/,
  )
})

test('a body that is larger than the rule takes is 413, and the cure takes it', () => {
  const post = (octets: number) => ({ method: 'POST', headers: [`Content-Length: ${octets}`] })
  const large = ask('pod/client', 'http://shop.test/', post(5), shop({ 'proxy-body-size': '4' }))
  assert.deepEqual(told(large), ['unreachable', 'refused', 413, 'body-too-large'])
  assert.match(cure(large), /proxy-body-size":"5"/)
  assert.equal(told(ask('pod/client', 'http://shop.test/', post(4), shop({ 'proxy-body-size': '4' })))[1], 'forwarded')
})

test('who may not ask is told by the ranges, those that may and those that may not', () => {
  const white = ask('pod/client', 'http://shop.test/', {}, shop({ 'whitelist-source-range': '192.0.2.0/24' }))
  assert.deepEqual(told(white), ['unreachable', 'refused', 403, 'request-source-range'])
  assert.match(cure(white), /whitelist-source-range":"192\.0\.2\.0\/24,172\.30\.[\d.]+\/32"/)
  const allow = ask('pod/client', 'http://shop.test/', {}, shop({ 'allowlist-source-range': '192.0.2.0/24' }))
  assert.match(cure(allow), /"[^"]+\/allowlist-source-range":"192\.0\.2\.0\/24,172\./)
  const black = ask(
    'pod/client',
    'http://shop.test/',
    {},
    shop({ 'denylist-source-range': '172.16.0.0/12,192.0.2.1,192.0.2.2' }),
  )
  assert.deepEqual(told(black), ['unreachable', 'refused', 403, 'request-source-range'])
  assert.match(black.findings[0]!.message, /lets nobody in 172\.16\.0\.0\/12 ask, and the gateway sees 172\.30\./)
  assert.match(cure(black), /denylist-source-range":"192.0.2.1\/32,192.0.2.2\/32"/)
  const all = ask('pod/client', 'http://shop.test/', {}, shop({ 'denylist-source-range': '172.16.0.0/12' }))
  assert.match(cure(all), /denylist-source-range":null/)
})

test('what restricts who may ask, and is not honoured, is named, and nobody may', () => {
  const closed = ask('pod/client', 'http://shop.test/', {}, shop({ 'auth-url': 'https://login.test' }))
  assert.deepEqual(told(closed), ['unreachable', 'refused', 503, 'access-closed'])
  assert.match(closed.findings[0]!.message, /by nginx\.ingress\.kubernetes\.io\/auth-url, which is not honoured here/)
  assert.match(cure(closed), /"nginx\.ingress\.kubernetes\.io\/auth-url":null/)
})

test('beside a rule for all hosts, an Ingress of another class and a route that is not attached are named that mean the host', () => {
  const foreign = makeIngress('default/theirs', {
    ingressClassName: 'nginx',
    rules: [rule('that.test', 'Prefix / web')],
  })
  const all = makeIngress('default/all', { rules: [rule('', 'Prefix / web')] })
  const lost = httpRoute('default/lost', { hostnames: ['that.test'], parentRefs: [{ name: 'gone' }] })
  const facts = withGateway(
    {
      ingresses: [all, foreign],
      ingressClasses: [OUR_CLASS, ingressClass('nginx', NGINX)],
      httpRoutes: [lost],
    },
    { more },
  )
  const details = (asked: Told) =>
    asked.steps.flatMap(({ details: own = [] }) => own.filter((line) => line.startsWith('not asked')))
  const that = ask('pod/client', 'http://172.30.255.8/', { host: 'that.test' }, facts)
  assert.equal(that.verdict, 'reachable')
  assert.deepEqual(details(that), [
    'not asked: HTTPRoute default/lost speaks of it, and is not attached to Gateway default/gone: NoSuchParent',
    'not asked: Ingress default/theirs speaks of it, and nobody here serves it: its class nginx is served by k8s.io/ingress-nginx',
  ])
  assert.deepEqual(details(ask('pod/client', 'http://other.test/', {}, facts)), [])
  const named = ask('pod/client', 'http://that.test/', {}, shop({}, all, foreign))
  assert.equal(named.verdict, 'reachable')
  assert.match(details(named).join(), /^not asked: Ingress default\/theirs speaks of it/)
})

test('a rule of another listener is not told to come later where none takes a request', () => {
  const named = gateway('default/gw', [http({ name: 'shop', hostname: 'shop.test' }), http()])
  const route = (key: string, sectionName: string, path: string) =>
    httpRoute(key, {
      parentRefs: [{ name: 'gw', sectionName }],
      rules: [routeRule('web', { matches: [{ path: { type: 'PathPrefix', value: path } }] })],
    })
  const routes = [route('default/own', 'shop', '/own'), route('default/all', 'http', '/')]
  const lost = ask('pod/client', 'http://shop.test/x', {}, withGateway({ gateways: [named], httpRoutes: routes }))
  assert.deepEqual(told(lost), ['unreachable', 'refused', 404, 'no-rule'])
  assert.ok(!JSON.stringify(lost).includes('default/all'), JSON.stringify(lost.findings))
})

test('a port of the kernel that no route has is told by the TCPRoute that is not attached to it', () => {
  const gw = gateway('default/gw', [http(), http({ name: 'tcp', port: 5432, protocol: 'TCP' })])
  const lost = tcpRoute('default/db', { parentRefs: [{ name: 'gw', sectionName: 'none' }] })
  const facts = withGateway({ gateways: [gw], tcpRoutes: [lost] }, { ports: [80, 5432] })
  for (const to of ['172.30.255.7:5432', 'svc/kube-system/gateway-default-gw:5432']) {
    const closed = ask('pod/client', to, {}, facts)
    assert.deepEqual(
      [closed.verdict, ...closed.findings.map(({ reason }) => reason)],
      ['unreachable', 'route-not-attached'],
      to,
    )
    assert.match(cure(closed), /patch tcproute db .*"path":"\/spec\/parentRefs\/0\/sectionName","value":"tcp"/)
  }
  const other = ask('pod/client', 'http://shop.test/', { gateway: 'default/gw' }, facts)
  assert.ok(!JSON.stringify(other).includes('TCPRoute'), 'a route of connections speaks of no host')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import { gateway, http, httpRoute, https, rule, secret } from '#routes/testing/make.ts'
import { ask, service } from '../../../testing/cluster.ts'
import { ingressService, withGateway } from '../../../testing/gateways.ts'
import type { Told } from '../../../testing/told.ts'

const cures = ({ findings }: Told): readonly string[] =>
  findings.flatMap(({ cures }) => cures.map((one) => one.command))
const more = { services: [service('web', '10.96.0.1'), ingressService(80, 443)] }
const plain = ingress('default/plain', { rules: [ingressRule('plain.test', 'Prefix / web')] })
const other = ingress('default/other', {
  rules: [ingressRule('other.test', 'Prefix / web')],
  tls: [{ hosts: ['other.test'], secretName: 'cert' }],
})
const both = withGateway(
  { ingresses: [plain, other], ingressClasses: [OUR_CLASS], secrets: [secret('default/cert', 'CERT other.test')] },
  { more },
)

test('a host of an Ingress without TLS has no answer by https: it is asked by http, or given a certificate', () => {
  const told = ask('pod/client', 'https://plain.test/', {}, both)
  const [finding] = told.findings
  assert.deepEqual([told.verdict, told.request?.answer], ['unreachable', { code: 'unanswered' }])
  assert.equal(
    finding?.message,
    'IngressClass fairlead has no certificate for plain.test at port 443: TLS fails (alert unrecognized_name), and there is no answer of HTTP',
  )
  assert.deepEqual(finding.details, [
    'by HTTP it is served, at port 80',
    'names that have a certificate there: other.test',
  ])
  assert.deepEqual(cures(told), [
    'fairlead explain --from pod/client --to http://plain.test/',
    'kubectl create secret tls plain-test-tls -n default --cert=tls.crt --key=tls.key',
    `kubectl patch ingress plain -n default --type json -p '[{"op":"add","path":"/spec/tls","value":[{"hosts":["plain.test"],"secretName":"plain-test-tls"}]}]'`,
  ])
})

test('so it is where no Ingress has TLS, and there is no port 443 at all', () => {
  const alone = withGateway(
    { ingresses: [plain], ingressClasses: [OUR_CLASS] },
    { more: { services: [service('web', '10.96.0.1'), ingressService(80)] } },
  )
  const told = ask('pod/client', 'https://plain.test/', {}, alone)
  assert.equal(told.findings[0]?.reason, 'gateway-port-unknown')
  assert.deepEqual(
    cures(told).map((one) => /http:\S*|secret tls|patch ingress/.exec(one)?.[0]),
    ['http://plain.test/', 'secret tls', 'patch ingress'],
  )
})

test('an Ingress that has TLS for another host gets it for this one beside, at the port of HTTPS alone', () => {
  const two = ingress('default/two', {
    rules: [ingressRule('plain.test', 'Prefix / web'), ingressRule('other.test', 'Prefix / web')],
    tls: [{ hosts: ['other.test'], secretName: 'cert' }],
  })
  const facts = withGateway(
    { ingresses: [two], ingressClasses: [OUR_CLASS], secrets: [secret('default/cert', 'CERT other.test')] },
    { more },
  )
  const tls = '{"hosts":["plain.test"],"secretName":"plain-test-tls"}'
  assert.deepEqual(cures(ask('pod/client', 'https://plain.test/', {}, facts)).slice(1), [
    'kubectl create secret tls plain-test-tls -n default --cert=tls.crt --key=tls.key',
    `kubectl patch ingress two -n default --type json -p '[{"op":"add","path":"/spec/tls/-","value":${tls}}]'`,
  ])
  assert.deepEqual(cures(ask('pod/client', 'https://plain.test:8443/', {}, facts)), [
    'fairlead explain --from pod/client --to http://plain.test/',
  ])
})

test('at a port that nobody listens at, one that serves the host is proposed, not one that has nothing for it', () => {
  assert.deepEqual(cures(ask('pod/client', 'http://plain.test:8080/', {}, both)), [
    'fairlead explain --from pod/client --to http://plain.test/',
  ])
  assert.deepEqual(cures(ask('pod/client', 'http://nobody.test:8080/', { gateway: 'fairlead' }, both)), [
    'kubectl get httproutes,grpcroutes,tlsroutes,ingresses -A',
  ])
})

test('a name that nobody serves by HTTP either is told with those that have a certificate there', () => {
  const told = ask('pod/client', 'https://othre.test/', { gateway: 'fairlead' }, both)
  assert.deepEqual(
    told.findings.map(({ reason }) => reason),
    ['name-without-tls'],
  )
  assert.deepEqual(cures(told), ['fairlead explain --from pod/client --to https://other.test/ --gateway fairlead'])
  const byAddress = ask('pod/client', 'https://172.30.255.8/', {}, both)
  assert.deepEqual(cures(byAddress), [
    'fairlead explain --from pod/client --to https://172.30.255.8/ --host other.test',
  ])
})

test('names that others serve without a certificate, by name or by a star, are neither told nor proposed', () => {
  const star = ingress('default/star', { rules: [ingressRule('*.star.test', 'Prefix / web')] })
  const facts = withGateway(
    {
      ingresses: [star, plain, other],
      ingressClasses: [OUR_CLASS],
      secrets: [secret('default/cert', 'CERT other.test')],
    },
    { more },
  )
  const told = ask('pod/client', 'https://othre.test/', { gateway: 'fairlead' }, facts)
  assert.deepEqual(told.findings[0]?.details, ['names that have a certificate there: other.test'])
  assert.deepEqual(cures(told), ['fairlead explain --from pod/client --to https://other.test/ --gateway fairlead'])
})

test('of a name that nobody listens for no name is proposed by https that has no certificate, nor one that is nothing like it', () => {
  const gw = gateway('default/gw', [
    http({ hostname: 'shop.test' }),
    https({ hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } }),
  ])
  const shop = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('web')] })
  const of = (...httpRoutes: readonly ReturnType<typeof httpRoute>[]) =>
    withGateway({ gateways: [gw], httpRoutes, secrets: [secret('default/cert')] })
  const facts = of(shop)
  const told = ask('pod/client', 'https://shoq.test/', {}, facts)
  assert.equal(told.findings[0]?.reason, 'host-not-served')
  assert.match(told.findings[0]?.details.join() ?? '', /names that are served: shop.test/)
  assert.deepEqual(cures(told), ['kubectl get httproutes,grpcroutes,tlsroutes,ingresses -A'])
  assert.deepEqual(cures(ask('pod/client', 'http://shoq.test/', {}, facts)), [
    'fairlead explain --from pod/client --to http://shop.test/',
  ])
  const bare = cures(ask('pod/client', 'http://shoq.test/', {}, of()))
  assert.deepEqual(
    bare,
    ['kubectl get httproutes,grpcroutes,tlsroutes,ingresses -A'],
    'a listener alone answers nothing',
  )
})

test('a host of a Gateway whose listener of HTTPS is for another is given a listener with a certificate', () => {
  const gw = gateway('default/gw', [
    http(),
    https({ hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } }),
  ])
  const shop = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('web')] })
  const facts = withGateway({ gateways: [gw], httpRoutes: [shop], secrets: [secret('default/cert')] })
  const [plainly, create, patch] = cures(ask('pod/client', 'https://shop.test/', {}, facts))
  assert.equal(plainly, 'fairlead explain --from pod/client --to http://shop.test/')
  assert.match(create!, /create secret tls shop-test-tls -n default/)
  assert.match(
    patch!,
    /listeners\/-","value":{"name":"shop-test-tls","port":443,"protocol":"HTTPS","hostname":"shop.test","tls":/,
  )
  const node = ask('pod/client', 'https://172.30.0.2:31443/', { host: 'shop.test' }, facts)
  assert.match(cures(node)[0]!, /http:\/\/172\.30\.0\.2:31080\/ --host shop\.test$/)
})

test('the new listener is like the one by which the host is served without TLS, however its hostname is written', () => {
  const gw = gateway('default/gw', [
    http({ name: 'wrong', hostname: 'wrong.test' }),
    http({ name: 'later', port: 8080, allowedRoutes: { namespaces: { from: 'Same' } } }),
    http({ name: 'right', hostname: '*.Test', allowedRoutes: { namespaces: { from: 'All' } } }),
    https({ hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } }),
  ])
  const shop = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('web')] })
  const facts = withGateway({ gateways: [gw], httpRoutes: [shop], secrets: [secret('default/cert')] })
  const value = {
    name: 'shop-test-tls',
    port: 443,
    protocol: 'HTTPS',
    hostname: 'shop.test',
    allowedRoutes: { namespaces: { from: 'All' } },
    tls: { certificateRefs: [{ name: 'shop-test-tls' }] },
  }
  const patched = cures(ask('pod/client', 'https://shop.test/', {}, facts)).at(-1)!
  const [operation] = JSON.parse(/-p '(.*)'$/.exec(patched)![1]!)
  assert.deepEqual(operation, { op: 'add', path: '/spec/listeners/-', value })
})

test('of the names with a certificate those that are near are told, else three, and one that is near is asked', () => {
  const told = (to: string, ...hostnames: readonly string[]) => {
    const tls = { certificateRefs: [{ name: 'cert' }] }
    const listeners = hostnames.map((hostname, at) => https({ name: `l${at}`, hostname, tls }))
    const gateways = [gateway('default/gw', listeners)]
    const httpRoutes = [httpRoute('default/all', { rules: [rule('web')] })]
    const facts = withGateway({ gateways, httpRoutes, secrets: [secret('default/cert')] })
    const { findings } = ask('pod/client', to, { gateway: 'gw' }, facts)
    const [finding] = findings
    assert.equal(finding?.reason, 'name-without-tls')
    return [finding.details, finding.cures.map(({ command }) => command.replace(/.* --to (\S+) .*/, '$1'))]
  }
  const unlike = ['aaaa.example', 'bbbb.example', 'cccc.example', 'dddd.example']
  const names = 'names that have a certificate there: '
  assert.deepEqual(told('https://zyx.test/', ...unlike), [
    [`${names}aaaa.example, bbbb.example and cccc.example`],
    ['kubectl get httproutes,grpcroutes,tlsroutes,ingresses -A'],
  ])
  assert.deepEqual(told('https://shop.test/', ...unlike, 'shoq.test'), [[`${names}shoq.test`], ['https://shoq.test/']])
})

test('of several ports that serve a host without TLS one is asked, and what serves it shows the certificate', () => {
  const listeners = [
    http({ name: 'alt', port: 8080 }),
    http(),
    https({ hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } }),
  ]
  const shop = httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('web')] })
  const facts = withGateway(
    { gateways: [gateway('default/gw', listeners)], httpRoutes: [shop], secrets: [secret('default/cert')] },
    { ports: [80, 443, 8080] },
  )
  const { trace } = ask('pod/client', 'https://shop.test/', {}, facts)
  const [first, ...others] = trace.findings[0]!.cures.map(({ effect }) => effect)
  assert.equal(first?.code, 'ask-gateway-port')
  const kept = { kind: 'Secret', namespace: 'default', name: 'shop-test-tls' }
  const shown = {
    code: 'show-certificate',
    object: { kind: 'Gateway', namespace: 'default', name: 'gw' },
    host: 'shop.test',
    secret: kept,
  }
  assert.deepEqual(others, [{ code: 'bring-certificate', secret: kept }, shown])
  const ofIngress = ask('pod/client', 'https://plain.test/', {}, both).trace.findings[0]!.cures.map(
    ({ effect }) => effect,
  )
  const secretOf = { kind: 'Secret', namespace: 'default', name: 'plain-test-tls' }
  assert.deepEqual(ofIngress.slice(1), [
    { code: 'bring-certificate', secret: secretOf },
    {
      ...shown,
      object: { kind: 'Ingress', namespace: 'default', name: 'plain' },
      host: 'plain.test',
      secret: secretOf,
    },
  ])
})

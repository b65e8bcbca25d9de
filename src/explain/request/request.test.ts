import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import {
  gateway,
  grant,
  http,
  httpRoute,
  https,
  policy as policyOf,
  rule,
  secret,
  tlsRoute,
} from '#routes/testing/make.ts'
import { ask, at, pod, service, slice } from '../testing/cluster.ts'
import { ingressService, withGateway } from '../testing/gateways.ts'
import { policy } from '../testing/policies.ts'
import type { Told } from '../testing/told.ts'

const gw = gateway('default/gw', [http(), https({ tls: { certificateRefs: [{ name: 'cert' }] } })])
const secrets = [secret('default/cert', 'CERT shop.test')]
const below = (value: string, more: object = {}) => ({ path: { type: 'PathPrefix' as const, value }, ...more })
const shop = (...rules: Parameters<typeof rule>[1][]) =>
  httpRoute('default/shop', { hostnames: ['shop.test'], rules: rules.map((one) => rule('web', one)) })
const cluster = (...rules: Parameters<typeof rule>[1][]) => ({ gateways: [gw], secrets, httpRoutes: [shop(...rules)] })

const BRING = 'kubectl create secret tls gone -n default --cert=tls.crt --key=tls.key'

/** Of the steps at the gateway their words, one a line. */
const atGateway = ({ steps }: Told): readonly string[] =>
  steps.flatMap(({ at, text, details = [] }) => (at === 'default/gw' ? [text, ...details] : []))
const reasons = ({ findings }: Told): readonly string[] => findings.map(({ reason }) => reason)
const statusOf = ({ request }: Told): unknown => {
  const { answer } = request!
  return answer.code === 'forwarded'
    ? answer.shares.map(({ weight, of, status }) => status ?? `${weight}/${of}`)
    : answer
}

test('a URL of a name that a gateway serves is followed to the endpoints behind it', () => {
  const told = ask(
    'pod/client',
    'https://shop.test/cart/7?x=1',
    {},
    withGateway(cluster({ matches: [below('/cart')] })),
  )
  assert.equal(told.verdict, 'reachable')
  assert.deepEqual(atGateway(told), [
    'the listener https of Gateway default/gw (port 443, all names) takes it, since shop.test is asked for by TLS',
    'TLS ends here, with the certificate of Secret default/cert',
    'HTTPRoute default/shop, rule 0 decides: shop.test, paths below /cart',
    'sends to Service default/web, port 80: 2 endpoints, each request to one of them',
    '10.244.1.11:8080  pod default/web-1 on node-1',
    '10.244.2.11:8080  pod default/web-2 on node-2',
  ])
  assert.match(told.steps[0]!.text, /shop\.test is no name of the cluster’s DNS; Gateway default\/gw serves it at 172/)
  assert.ok(told.steps.some(({ at, text }) => at === 'pod kube-system/proxy' && /to 10\.244\.1\.11:8080/.test(text)))
  assert.deepEqual(told.destination, { address: '172.30.255.7', port: 443 })
  assert.deepEqual(told.request?.request, {
    method: 'GET',
    scheme: 'https',
    authority: 'shop.test',
    port: 443,
    target: '/cart/7?x=1',
    headers: [],
    serverName: 'shop.test',
  })
})

test('a policy of TLS that means a port which its Service has not is told where the Service is spoken to without', () => {
  const systems = { caCertificateRefs: [], wellKnownCACertificates: 'System' } as const
  const told = (target: string) =>
    atGateway(
      ask(
        'pod/client',
        'http://shop.test/',
        {},
        withGateway({ ...cluster({}), backendTLSPolicies: [policyOf('default/typo', target, systems)] }),
      ),
    ).filter((line) => line.includes('BackendTLSPolicy'))
  assert.deepEqual(told('web:htps'), [
    'BackendTLSPolicy default/typo is not in force (TargetNotFound): Service web has no port with the name htps',
  ])
  assert.deepEqual(told('local:htps'), [])
})

test('a path that an Ingress loses to another is named where that one takes its requests', () => {
  const rules = [ingressRule('shop.test', 'Prefix / web', 'Prefix /cart web')]
  const facts = withGateway(
    {
      ingresses: [ingress('default/first', { rules }), ingress('default/second', { rules })],
      ingressClasses: [OUR_CLASS],
    },
    { more: { services: [service('web', '10.96.0.1'), ingressService(80)] } },
  )
  const notAsked = (path: string) =>
    ask('pod/client', `http://shop.test${path}`, {}, facts).steps.flatMap(({ details = [] }) =>
      details.filter((line) => line.startsWith('not asked')),
    )
  const root =
    'not asked: Ingress default/second (Conflict): spec.rules[0].http.paths[0]: shop.test, Prefix / is taken, Ingress default/first comes first (spec.rules[0].http.paths[0]); it is left out'
  assert.deepEqual(notAsked('/'), [root])
  assert.equal(notAsked('/cart').length, 2)
})

test('a host of an Ingress whose certificate is not there has nobody who listens, where no host has one', () => {
  const own = ingress('default/own', {
    rules: [ingressRule('shop.test', 'Prefix / web')],
    tls: [{ hosts: ['shop.test'], secretName: 'gone' }],
  })
  const more = { services: [service('web', '10.96.0.1'), ingressService(80)] }
  const told = ask(
    'pod/client',
    'https://shop.test/',
    {},
    withGateway({ ingresses: [own], ingressClasses: [OUR_CLASS] }, { more }),
  )
  const [message] = told.findings.flatMap((one) => (one.reason === 'certificate-unusable' ? [one.message] : []))
  assert.equal(
    message,
    'Ingress default/own has no certificate for shop.test that could be shown: nor has any other host one, so that nobody listens',
  )
})

test('an address of a gateway is asked for the name that is given beside it, by TLS and by HTTP', () => {
  const facts = withGateway(cluster({}))
  for (const to of ['http://172.30.255.7/', 'http://10.96.0.7/', 'http://172.30.0.2:31080/'])
    assert.deepEqual(statusOf(ask('pod/client', to, { host: 'shop.test' }, facts)), ['1/1'], to)
  assert.deepEqual(reasons(ask('pod/client', 'http://172.30.255.7/', {}, facts)), ['no-rule'])
  const secure = ask('host', 'https://172.30.255.7/', { host: 'shop.test' }, facts)
  assert.equal(secure.request?.request.serverName, 'shop.test')
  assert.deepEqual(statusOf(secure), ['1/1'])
  const named = ask('pod/client', 'http://gateway-default-gw.kube-system/', { headers: ['Host: shop.test'] }, facts)
  assert.deepEqual(statusOf(named), ['1/1'])
})

test('a node’s port and an address are a gateway’s by TCP, whoever has the number by UDP', () => {
  const udp = service('dns', '10.96.0.30', {
    type: 'NodePort',
    externalIPs: ['172.30.255.7'],
    ports: [{ port: 53, protocol: 'UDP', targetPort: 53, nodePort: 31080 }],
  })
  const facts = withGateway(cluster({}), { more: { services: [udp, service('web', '10.96.0.1')] } })
  for (const to of ['http://172.30.0.2:31080/', 'http://172.30.255.7/'])
    assert.deepEqual(ask('pod/client', to, { host: 'shop.test' }, facts).request?.gateway?.name, 'gw', to)
})

test('a name that the cluster’s DNS has, and what is no URL, is asked as ever', () => {
  const facts = withGateway(cluster({}))
  for (const to of ['http://web.default/', 'http://web/', 'svc/web', '172.30.255.7:80']) {
    const told = ask('pod/client', to, {}, facts)
    assert.deepEqual([told.verdict, told.request], ['reachable', undefined], to)
  }
  assert.deepEqual(reasons(ask('pod/client', 'http://wbe/', {}, facts)), ['dns-name-unknown'])
  assert.deepEqual(reasons(ask('pod/client', 'http://wbe.default/', {}, facts)), ['dns-name-unknown'])
})

test('rules that nearly take it are told, with what each misses', () => {
  const headers = [{ name: 'X-Canary', type: 'Exact' as const, value: 'yes' }]
  const queryParams = [{ name: 'v', type: 'Exact' as const, value: '2' }]
  const facts = withGateway(
    cluster(
      { matches: [below('/cart', { headers })] },
      { matches: [below('/cart', { queryParams })] },
      { matches: [below('/', { method: 'POST' })] },
      { matches: [below('/cart')] },
    ),
  )
  const told = ask('pod/client', 'http://shop.test/cart?v=1', { headers: ['x-canary: no'] }, facts)
  assert.deepEqual(atGateway(told).slice(1, 5), [
    'HTTPRoute default/shop, rule 3 decides: shop.test, paths below /cart',
    'not HTTPRoute default/shop, rule 0: shop.test, paths below /cart, header x-canary: yes; the header x-canary is no',
    'not HTTPRoute default/shop, rule 1: shop.test, paths below /cart, parameter v: 2; the parameter v is 1',
    'not HTTPRoute default/shop, rule 2: shop.test, all paths, POST; the method is not POST',
  ])
  assert.match(atGateway(ask('pod/client', 'http://shop.test/cart', {}, facts))[2]!, /the header x-canary is missing$/)
  const later = ask('pod/client', 'http://shop.test/cart', { method: 'POST' }, facts)
  assert.match(atGateway(later).join('\n'), /rule 2: .*; it would take the request, and comes later/)
})

test('a rule for all paths goes before expressions, which is told; an expression for all paths below them does not', () => {
  const expression = (value: string) => ({ path: { type: 'RegularExpression' as const, value } })
  const asked = (last: Parameters<typeof below>[0] | { readonly path: object }) => {
    const all = typeof last === 'string' ? below(last) : (last as ReturnType<typeof expression>)
    const rules = [{ matches: [expression('/v[0-9]+/.*')] }, { matches: [all] }]
    return atGateway(ask('pod/client', 'http://shop.test/v1/x', {}, withGateway(cluster(...rules)))).join('\n')
  }
  assert.match(
    asked('/'),
    /rule 1 decides[\s\S]*not HTTPRoute default\/shop, rule 0: .*; it would take the request, and comes later/,
  )
  assert.match(asked(expression('/.*')), /rule 0 decides/)
})

test('what filters do on the way is told, with the path that the backend gets', () => {
  const change = { set: [{ name: 'X-A', value: '1' }], add: [{ name: 'X-B', value: '2' }], remove: ['X-C'] }
  const facts = withGateway(
    cluster({
      matches: [below('/cart')],
      filters: [
        { type: 'RequestHeaderModifier', requestHeaderModifier: change },
        { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['Server'] } },
        {
          type: 'URLRewrite',
          urlRewrite: { hostname: 'web.internal', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
        },
        { type: 'RequestMirror', requestMirror: { backendRef: { name: 'local', port: 80 }, percent: 10 } },
        { type: 'CORS', cors: { allowOrigins: ['https://a.test'] } },
      ],
      timeouts: { request: '2s', backendRequest: '500ms' },
    }),
  )
  assert.deepEqual(atGateway(ask('pod/client', 'http://shop.test//cart/./7?x=1', {}, facts)).slice(1, 11), [
    'the path is read as /cart/7, and goes on so',
    'HTTPRoute default/shop, rule 0 decides: shop.test, paths below /cart',
    'on its way',
    'headers of the request: set X-A: 1; add X-B: 2; without X-C',
    'headers of the answer: without Server',
    'the path /cart/7 becomes /v2/7',
    'the host shop.test becomes web.internal',
    'a copy of 10 in 100 goes to default/local:80, whose answer nobody waits for',
    'pages of https://a.test may ask',
    'an answer must have begun after 2000 ms, or it is 504',
  ])
})

test('a redirect is an answer, with where it leads to; one that leads to itself is none', () => {
  const away = { type: 'RequestRedirect' as const, requestRedirect: { scheme: 'https', statusCode: 301 } } as const
  const redirecting = httpRoute('default/away', { hostnames: ['shop.test'], rules: [{ filters: [away] }] })
  const facts = withGateway({ gateways: [gw], secrets, httpRoutes: [redirecting] })
  const told = ask('host', 'http://shop.test/a?b=c', {}, facts)
  assert.deepEqual(statusOf(told), { code: 'redirected', status: 301, location: 'https://shop.test/a?b=c' })
  assert.deepEqual([told.verdict, reasons(told)], ['reachable', []])
  const again = ask('host', 'https://shop.test/a?b=c', {}, facts)
  assert.deepEqual([again.verdict, reasons(again)], ['unreachable', ['redirect-loop']])
  assert.match(again.findings[0]!.cures[0]!.command, /kubectl patch httproute away .*sectionName","value":"http"/)
})

test('shares by weight are told one by one, and one that leads nowhere makes it an answer at times', () => {
  const backendRefs = [
    { name: 'web', port: 80, weight: 9 },
    { name: 'wbe', port: 80, weight: 1 },
  ]
  const told = ask('pod/client', 'http://shop.test/', {}, withGateway(cluster({ backendRefs })))
  assert.deepEqual([told.verdict, statusOf(told), reasons(told)], ['sometimes', ['9/10', 500], ['backend-unresolved']])
  assert.ok(atGateway(told).includes('answers 500 by itself to 1 of 10 requests'))
})

test('a Service without endpoints is 503, and why it has none is told as of any Service', () => {
  const facts = withGateway(
    {
      gateways: [gw],
      secrets,
      httpRoutes: [httpRoute('default/shop', { hostnames: ['shop.test'], rules: [rule('empty')] })],
    },
    { more: { services: [service('empty', '10.96.0.9')], slices: [slice('empty', [])] } },
  )
  const told = ask('pod/client', 'http://shop.test/', {}, facts)
  assert.deepEqual([told.verdict, statusOf(told), reasons(told)], ['unreachable', [503], ['selector-matches-nothing']])
})

test('a policy that keeps the gateway from its backend is named, with the label or the policy that lets it pass', () => {
  const facts = withGateway(cluster({}), {
    more: {
      policies: { policies: [policy('web', { podSelector: { matchLabels: { app: 'web' } } })], clusterPolicies: [] },
    },
  })
  const told = ask('pod/client', 'http://shop.test/', {}, facts)
  assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['policy-isolates']])
  assert.match(
    told.findings[0]!.message,
    /pods default\/web-1 and default\/web-2 may not be asked at 8080\/TCP by pod kube-system\/proxy/,
  )
})

test('a program that does not listen behind a gateway is found as behind a Service', () => {
  const facts = withGateway(cluster({}), {
    more: { listening: { 'pod/web-1': [], 'pod/web-2': [] }, slices: [slice('web', [at('10.244.1.11', 1)])] },
  })
  assert.deepEqual(reasons(ask('pod/client', 'http://shop.test/', {}, facts)), ['target-port-closed'])
})

test('a gateway without a pod that serves is told by its Service, and what it would do all the same', () => {
  const facts = withGateway(cluster({}))
  const told = ask(
    'pod/client',
    'http://shop.test/',
    {},
    {
      ...facts,
      pods: facts.pods.filter(({ metadata }) => metadata?.name !== 'proxy'),
      slices: facts.slices.filter(({ metadata }) => metadata?.namespace !== 'kube-system'),
    },
  )
  assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['selector-matches-nothing']])
  assert.ok(atGateway(told).includes('HTTPRoute default/shop, rule 0 decides: shop.test, all paths'))
})

test('without an address of the load balancer a gateway is asked by its ClusterIP from inside, and not from outside', () => {
  const facts = withGateway(cluster({}), { isPending: true })
  assert.equal(ask('pod/client', 'http://shop.test/', {}, facts).verdict, 'reachable')
  assert.deepEqual(reasons(ask('host', 'http://shop.test/', {}, facts)), ['load-balancer-pending'])
})

test('TLS that passes through goes to the backend of a TLSRoute by the name alone', () => {
  const passing = gateway('default/gw', [
    http({ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' }, hostname: '*.test' }),
  ])
  const tlsRoutes = [tlsRoute('default/db', { hostnames: ['db.test'] })]
  const facts = withGateway({ gateways: [passing], tlsRoutes })
  const told = ask('host', 'https://db.test/', {}, facts)
  assert.deepEqual([told.verdict, statusOf(told)], ['reachable', ['1/1']])
  assert.ok(atGateway(told).includes('TLS passes through to the backend, which shows its own certificate'))
  const other = ask('host', 'https://other.test/', {}, facts)
  assert.deepEqual(reasons(other), ['no-rule'])
  assert.equal(other.findings[0]!.cures[0]!.command, 'kubectl get tlsroutes -A')
  const nobody = [tlsRoute('default/db', { hostnames: ['db.test'], rules: [{ backendRefs: [] }] })]
  const closed = ask('host', 'https://db.test/', {}, withGateway({ gateways: [passing], tlsRoutes: nobody }))
  assert.deepEqual([closed.verdict, reasons(closed)], ['unreachable', ['backend-unresolved']])
})

test('what proxies do not take answers 500, in their words', () => {
  const refusals = new Map([['HTTPRoute default/shop 0', 'too long']])
  const told = ask('pod/client', 'http://shop.test/', {}, withGateway(cluster({}), { refusals }))
  assert.deepEqual([told.verdict, statusOf(told)], ['unreachable', { code: 'refused', status: 500 }])
  assert.match(told.findings[0]!.message, /too long/)
})

test('a listener that proxies do not take answers nobody, and is told in their words', () => {
  const refusals = new Map([['Gateway default/gw https', 'key too small']])
  const told = ask('pod/client', 'https://shop.test/', {}, withGateway(cluster({}), { refusals }))
  assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['listener-not-served']])
  assert.deepEqual(statusOf(told), { code: 'unanswered' })
  assert.match(told.findings[0]!.details![0]!, /the proxy does not take it: key too small/)
  assert.equal(ask('pod/client', 'http://shop.test/', {}, withGateway(cluster({}), { refusals })).verdict, 'reachable')
})

test('what one listener would have, where proxies do not take that, goes to the next wider one', () => {
  const both = gateway('default/gw', [http({ name: 'own', hostname: 'shop.test' }), http({ name: 'all' })])
  const given = (route: object) => ({ gateways: [both], httpRoutes: [httpRoute('default/shop', route)] })
  const refusals = new Map([['Gateway default/gw own', 'no']])
  const asked = (route: object) => ask('pod/client', 'http://shop.test/', {}, withGateway(given(route), { refusals }))
  const shared = asked({ rules: [rule('web')] })
  assert.deepEqual([shared.verdict, shared.request?.listener?.name], ['reachable', 'all'])
  const own = asked({ parentRefs: [{ name: 'gw', sectionName: 'own' }], rules: [rule('web')] })
  assert.deepEqual([own.verdict, reasons(own)], ['unreachable', ['listener-not-served']])
})

test('what an expression would have that proxies do not take goes on to other rules, and else is 404 for that reason', () => {
  const path = (type: 'RegularExpression' | 'PathPrefix', value: string) => ({ matches: [{ path: { type, value } }] })
  const refusals = new Map([['HTTPRoute default/shop 0', 'bad expression']])
  const asked = (...rules: readonly object[]) =>
    ask('pod/client', 'http://shop.test/api/7', {}, withGateway(cluster(...rules), { refusals }))
  const expression = path('RegularExpression', '/api/[0-9]+')
  const other = asked(expression, path('PathPrefix', '/'))
  assert.deepEqual([other.verdict, other.request?.rule?.index], ['reachable', 1])
  const none = asked(expression)
  assert.deepEqual([none.verdict, statusOf(none)], ['unreachable', { code: 'refused', status: 404 }])
  assert.deepEqual(reasons(none), ['rule-refused'])
  assert.match(none.findings[0]!.message, /bad expression/)
})

test('what has no retries as yet is served', () => {
  const waiting = new Map([['HTTPRoute default/shop 0', 'tried once']])
  const told = ask('pod/client', 'http://shop.test/', {}, withGateway(cluster({}), { waiting }))
  assert.deepEqual([told.verdict, told.findings], ['reachable', []])
})

test('a grant lets a backend of another namespace, and its lack is a cure', () => {
  const backendRefs = [{ name: 'web', namespace: 'team', port: 80 }]
  const more = {
    services: [service('web', '10.96.0.9', {}, { namespace: 'team' })],
    pods: [pod('client', 1, 9)],
    slices: [],
  }
  const given = { ...cluster({ backendRefs }), namespaces: { default: {}, team: {} } }
  assert.deepEqual(reasons(ask('pod/client', 'http://shop.test/', {}, withGateway(given, { more }))), [
    'backend-unresolved',
  ])
  const granted = { ...given, referenceGrants: [grant('team', 'HTTPRoute', 'default', { kind: 'Service' })] }
  assert.deepEqual(reasons(ask('pod/client', 'http://shop.test/', {}, withGateway(granted, { more }))), [
    'selector-matches-nothing',
  ])
})

test('a grant to a kind of the same name in another group grants nothing, and a right one is proposed', () => {
  const backendRefs = [{ name: 'web', namespace: 'team', port: 80 }]
  const more = { services: [service('web', '10.96.0.9', {}, { namespace: 'team' })] }
  const from = { group: 'x.test', kind: 'HTTPRoute', namespace: 'default' }
  const wrong = grant('team', 'HTTPRoute', 'default', { kind: 'Service' })
  const given = { ...cluster({ backendRefs }), namespaces: { default: {}, team: {} } }
  const referenceGrants = [{ ...wrong, spec: { ...wrong.spec, from: [from] } }]
  const { findings } = ask('pod/client', 'http://shop.test/', {}, withGateway({ ...given, referenceGrants }, { more }))
  assert.match(findings[0]!.cures[0]!.command, /"kind":"ReferenceGrant"/)
})

test('--gateway names the one that is meant; one that is not there is refused with those that are', () => {
  const facts = withGateway(cluster({}))
  assert.deepEqual(statusOf(ask('host', 'http://shop.test/', { gateway: 'default/gw' }, facts)), ['1/1'])
  assert.deepEqual(statusOf(ask('host', 'http://shop.test/', { gateway: 'gw' }, facts)), ['1/1'])
  for (const given of [facts, undefined])
    assert.throws(() => ask('host', 'http://shop.test/', { gateway: 'default/gww' }, given), {
      code: 'DESTINATION_MALFORMED',
      message: '--gateway default/gww is none of this cluster, or not one alone',
    })
})

test('a route whose Gateway is not there is named, where another’s listener has its host and nothing for it', () => {
  const stranger = gateway('default/gw', [http({ hostname: '*.sec.test' })])
  const lost = httpRoute('default/r', {
    parentRefs: [{ name: 'gone' }],
    hostnames: ['a.sec.test'],
    rules: [rule('web')],
  })
  for (const to of ['https://a.sec.test/', 'http://a.sec.test/']) {
    const told = ask('pod/client', to, {}, withGateway({ gateways: [stranger], httpRoutes: [lost] }, { ports: [80] }))
    assert.deepEqual(reasons(told), ['route-not-attached'], to)
    assert.match(
      told.findings[0]!.message,
      /^HTTPRoute default\/r speaks of it, and is not attached to Gateway default\/gone: NoSuchParent$/,
    )
  }
  const nothing = ask('pod/client', 'https://a.sec.test/', {}, withGateway({ gateways: [stranger] }, { ports: [80] }))
  assert.deepEqual(
    nothing.findings.map(({ reason, cures }) => [reason, cures.map(({ command }) => command)]),
    [['gateway-port-unknown', ['kubectl describe gateway gw -n default']]],
  )
})

test('a name that is nobody’s leads nowhere, with the names that are served', () => {
  const named = gateway('default/gw', [http({ hostname: 'shop.test' })])
  const told = ask('host', 'http://www.shpo.test/', {}, withGateway({ gateways: [named], httpRoutes: [shop({})] }))
  assert.deepEqual([told.verdict, reasons(told), told.destination], ['unreachable', ['host-not-served'], undefined])
  assert.deepEqual(told.findings[0]!.cures[0]!.command, 'fairlead explain --from host --to http://shop.test/')
})

test('a host whose listener has no certificate is told by that, whatever else its port serves: TLS fails', () => {
  const shown = https({ name: 'other', hostname: 'other.test', tls: { certificateRefs: [{ name: 'cert' }] } })
  const broken = https({ hostname: 'shop.test', tls: { certificateRefs: [{ name: 'gone' }] } })
  const given = { gateways: [gateway('default/gw', [http(), shown, broken])], secrets, httpRoutes: [shop({})] }
  const told = ask('pod/client', 'https://shop.test/', { gateway: 'default/gw' }, withGateway(given))
  assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['listener-not-served']])
  assert.deepEqual(statusOf(told), { code: 'unanswered' })
  assert.deepEqual(
    told.findings[0]!.message,
    'the listener https of Gateway default/gw is not served: InvalidCertificateRef',
  )
  assert.deepEqual(told.findings[0]!.details, ['Secret default/gone is not there'])
  assert.equal(told.findings[0]!.cures[0]!.command, BRING)
})

test('a host of an Ingress whose Secret is not there is told by that, also where others have TLS', () => {
  const shop = ingress('default/shop', {
    rules: [ingressRule('shop.test', 'Prefix / web'), ingressRule('other.test', 'Prefix / web')],
    tls: [
      { hosts: ['shop.test'], secretName: 'gone' },
      { hosts: ['other.test'], secretName: 'cert' },
    ],
  })
  const own = [secret('default/cert', 'CERT other.test')]
  const given = { ingresses: [shop], ingressClasses: [OUR_CLASS], secrets: own }
  const more = { services: [service('web', '10.96.0.1'), ingressService(80, 443)] }
  for (const secrets of [own, []]) {
    const told = ask('pod/client', 'https://shop.test/', {}, withGateway({ ...given, secrets }, { more }))
    assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['certificate-unusable']])
    assert.deepEqual(statusOf(told), { code: 'unanswered' })
    assert.match(told.findings[0]!.message, /^Ingress default\/shop has no certificate for shop\.test/)
    assert.match(told.findings[0]!.details![0]!, /there is no Secret default\/gone/)
    assert.equal(told.findings[0]!.cures[0]!.command, BRING)
  }
  assert.deepEqual(statusOf(ask('pod/client', 'http://shop.test/', {}, withGateway(given, { more }))), ['1/1'])
})

test('a host whose HTTPS a proxy refuses is served without, and HTTPS has its words', () => {
  const tls = [{ hosts: ['shop.test'], secretName: 'cert' }]
  const shop = ingress('default/shop', { rules: [ingressRule('shop.test', 'Prefix / web')], tls })
  const given = { ingresses: [shop], ingressClasses: [OUR_CLASS], secrets: [secret('default/cert', 'CERT shop.test')] }
  const more = { services: [service('web', '10.96.0.1'), ingressService(80, 443)] }
  const refusals = new Map([['IngressClass undefined/fairlead shop.test', 'key too small']])
  const facts = withGateway(given, { more, refusals })
  const told = ask('pod/client', 'https://shop.test/', {}, facts)
  assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['certificate-unusable']])
  assert.match(told.findings[0]!.details![0]!, /key too small/)
  assert.deepEqual(statusOf(ask('pod/client', 'http://shop.test/', {}, facts)), ['1/1'])
})

test('of two hosts with one Secret that alone has no certificate that the Secret is not for', () => {
  const shop = ingress('default/shop', {
    rules: [ingressRule('shop.test', 'Prefix / web'), ingressRule('other.test', 'Prefix / web')],
    tls: [{ hosts: ['shop.test', 'other.test'], secretName: 'cert' }],
  })
  const given = { ingresses: [shop], ingressClasses: [OUR_CLASS], secrets: [secret('default/cert', 'CERT other.test')] }
  const more = { services: [service('web', '10.96.0.1'), ingressService(80, 443)] }
  const reasonsOf = (url: string) => reasons(ask('pod/client', url, {}, withGateway(given, { more })))
  assert.deepEqual(reasonsOf('https://shop.test/'), ['certificate-unusable'])
  assert.ok(!reasonsOf('https://other.test/').includes('certificate-unusable'))
})

test('of two backends of an Ingress that lead nowhere the one is mended that was asked for, whatever their names are', () => {
  const wrongPort = { service: { name: 'web', port: { number: 81 } } }
  const shop = ingress('default/shop', { rules: [ingressRule('shop.test', 'Prefix / web', 'Prefix /b web-2')] })
  shop.spec.rules[0].http.paths[0].backend = wrongPort
  const given = { ingresses: [shop], ingressClasses: [OUR_CLASS] }
  const more = { services: [service('web', '10.96.0.1'), service('web-1', '10.96.0.2'), ingressService(80)] }
  const pathsOf = (url: string) =>
    ask('pod/client', url, {}, withGateway(given, { more, ports: [80] })).findings.flatMap(({ cures }) =>
      cures.map(({ command }) => /paths\/\d+\/backend\/service\/\w+/.exec(command)?.[0]),
    )
  assert.deepEqual(pathsOf('http://shop.test/'), ['paths/0/backend/service/port'])
  assert.equal(pathsOf('http://shop.test/b')[0], 'paths/1/backend/service/name')
})

test('rules of hosts that are spelt nothing like the asked one are not offered in its place', () => {
  const named = (key: string, host: string) => httpRoute(key, { hostnames: [host], rules: [rule('web')] })
  const all = {
    gateways: [gw],
    secrets,
    httpRoutes: [named('default/shop', 'shop.test'), named('default/bank', 'bank.example')],
  }
  const offered = (to: string) =>
    ask('pod/client', to, {}, withGateway(all)).findings.flatMap(({ cures }) => cures.map(({ command }) => command))
  assert.deepEqual(offered('http://shpo.test/'), ['fairlead explain --from pod/client --to http://shop.test/'])
  assert.equal(offered('http://172.30.255.7/').length, 2, 'an address says nothing of the host that is meant')
})

test('of Gateways elsewhere that a route may mean, the one that listens for its host is offered first', () => {
  const other = gateway('team/public', [http({ hostname: 'other.test' })])
  const own = gateway('web/public', [http({ hostname: 'shop.test' })])
  const route = httpRoute('default/shop', {
    hostnames: ['shop.test'],
    parentRefs: [{ name: 'public' }],
    rules: [rule('web')],
  })
  const told = ask('pod/client', 'http://shop.test/', {}, withGateway({ gateways: [other, own], httpRoutes: [route] }))
  const [finding] = told.findings
  assert.equal(finding?.reason, 'route-not-attached')
  assert.match(finding!.cures[0]!.command, /"value":"web"/)
})

test('who is told to ask another address of the gateway asks it for the same', () => {
  const facts = withGateway(cluster({}), { isPending: true })
  const told = ask('host', 'http://shop.test/cart?x=1', { method: 'POST' }, facts)
  assert.deepEqual(
    told.findings.map(({ reason, cures }) => [reason, ...cures.map(({ command }) => command)]),
    [
      [
        'load-balancer-pending',
        "fairlead explain --from host --to 'http://172.30.0.2:31080/cart?x=1' --method POST --host shop.test",
      ],
    ],
  )
})

test('a host of a route on a Gateway of nobody’s class is told by the class', () => {
  const theirs = gateway('default/theirs', [http()], { gatewayClassName: 'failead' })
  const route = httpRoute('default/shop', {
    hostnames: ['shop.test'],
    parentRefs: [{ name: 'theirs' }],
    rules: [rule('web')],
  })
  const told = ask('pod/client', 'http://shop.test/', {}, withGateway({ gateways: [theirs], httpRoutes: [route] }))
  assert.deepEqual([told.verdict, reasons(told)], ['unreachable', ['gateway-of-nobody']])
})

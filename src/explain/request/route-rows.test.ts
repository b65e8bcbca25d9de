import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import { withoutValues } from '#routes/table/told-values.ts'
import { gatewayClass } from '#routes/testing/cluster.ts'
import { gateway, http, httpRoute, https, listenerSet, rule, secret, tcpRoute } from '#routes/testing/make.ts'
import type { GatewayFacts } from '../cluster/gateway-facts.ts'
import { service } from '../testing/cluster.ts'
import { ingressService, withGateway } from '../testing/gateways.ts'
import { routeCells } from '../words/request/route-row.ts'
import { type RowFacts, type RowFilter, routeRows, type ServedTable } from './route-rows.ts'

const gw = gateway('default/gw', [http(), http({ name: 'tcp', port: 5432, protocol: 'TCP' })])
const below = (value: string) => ({ path: { type: 'PathPrefix' as const, value } })
const shop = (...rules: readonly (readonly [path: string, service: string])[]) =>
  httpRoute('default/shop', {
    hostnames: ['shop.test'],
    rules: rules.map(([path, service]) => rule(service, { matches: [below(path)] })),
  })
const facts = (...more: Parameters<typeof withGateway>) => withGateway(...more).gateways!
const given = facts({ gateways: [gw], httpRoutes: [shop(['/', 'web'], ['/cart', 'web'])] })

const digest = (text: string) => `digest of ${text}`
const addressesOf = () => ['172.30.255.7']
const proxies = [{ pod: 'proxy', isReady: true }]
const hasEndpoints = ({ service }: { readonly service: { readonly name: string } }) => service.name !== 'empty'

/** As `fairlead routes -o wide` prints them. */
const cells = (
  gateways = given,
  served: readonly ServedTable[] = [],
  filter: RowFilter = {},
  pods: RowFacts['proxies'] = proxies,
): readonly string[] =>
  routeRows(gateways, { addressesOf, digest, proxies: pods, hasEndpoints }, served, filter).map((row) =>
    routeCells(row, true).join(' | '),
  )

test('rows are what gateways serve, in the order in which they go by it', () => {
  assert.deepEqual(cells(), [
    'default/gw | 172.30.255.7:80/HTTP | shop.test | /cart | default/web:80 | HTTPRoute default/shop 1 | served | http | -',
    'default/gw | 172.30.255.7:80/HTTP | shop.test | / | default/web:80 | HTTPRoute default/shop 0 | served | http | -',
    'default/gw | 172.30.255.7:5432/TCP | * | - | - | Gateway default/gw | REFUSES CONNECTIONS: no route is attached | - | -',
  ])
})

test('what else a request must have, filters, weights and redirects stand in few words', () => {
  const headers = [{ name: 'x', type: 'RegularExpression' as const, value: 'a.*' }]
  const queryParams = [{ name: 'v', type: 'Exact' as const, value: '2' }]
  const away = { type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } } as const
  const rewrite = {
    type: 'URLRewrite',
    urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/v2' } },
  } as const
  const route = httpRoute('default/shop', {
    rules: [
      {
        matches: [{ path: { type: 'Exact', value: '/a' }, method: 'POST', headers, queryParams }],
        filters: [rewrite],
        backendRefs: [
          { name: 'web', port: 80, weight: 9 },
          { name: 'local', port: 80, weight: 1 },
        ],
      },
      { matches: [below('/old')], filters: [away] },
    ],
  })
  assert.deepEqual(cells(facts({ gateways: [gw], httpRoutes: [route] })).slice(0, 2), [
    'default/gw | 172.30.255.7:80/HTTP | * | =/a POST x:~a.* ?v=2 | default/web:80 x9, default/local:80 x1 | HTTPRoute default/shop 0 | served | http | path becomes /v2',
    'default/gw | 172.30.255.7:80/HTTP | * | /old | redirect 301 | HTTPRoute default/shop 1 | served | http | -',
  ])
})

test('what is refused, leads nowhere or is not attached says so, with the reason', () => {
  const lost = httpRoute('default/lost', { parentRefs: [{ name: 'other' }] })
  const closed = httpRoute('default/closed', { parentRefs: [{ name: 'gw', sectionName: 'none' }] })
  const all = cells(
    facts(
      { gateways: [gw], httpRoutes: [shop(['/', 'wbe'], ['/cart', 'web']), lost, closed] },
      { refusals: new Map([['HTTPRoute default/shop 1', 'too long']]) },
    ),
  )
  assert.deepEqual(
    all.map((row) => row.split(' | ').slice(4, 7).join(' | ')),
    [
      'default/web:80 | HTTPRoute default/shop 1 | REFUSED by the proxy: too long',
      'answer 500 | HTTPRoute default/shop 0 | LEADS NOWHERE: Service default/wbe is not there',
      '- | Gateway default/gw | REFUSES CONNECTIONS: no route is attached',
      '- | HTTPRoute default/lost | NOT ATTACHED: NoSuchParent',
      '- | HTTPRoute default/closed | NOT ATTACHED: NoMatchingParent, Gateway gw has no listener none',
    ],
  )
})

test('rules of a listener that the proxy refuses are refused there, and served by the others', () => {
  const shown = https({ tls: { certificateRefs: [{ name: 'cert' }] } })
  const open = gateway('default/gw', [http(), shown], { allowedListeners: { namespaces: { from: 'All' } } })
  const set = listenerSet('default/more', 'default/gw', [http({ name: 'late', port: 8080 })])
  const parentRefs = [{ name: 'gw' }, { kind: 'ListenerSet', name: 'more' }]
  const route = httpRoute('default/shop', { parentRefs, rules: [rule('web')] })
  const all = cells(
    facts(
      {
        gateways: [open],
        listenerSets: [set],
        httpRoutes: [route],
        secrets: [secret('default/cert', 'CERT shop.test')],
      },
      {
        ports: [80, 443, 8080],
        refusals: new Map([
          ['Gateway default/gw https', 'key too small'],
          ['ListenerSet default/more late', 'no'],
        ]),
      },
    ),
  )
  assert.deepEqual(
    all.map((row) => row.split(' | ')).map((row) => [row[1], row[5], row[6]].join(' | ')),
    [
      '172.30.255.7:80/HTTP | HTTPRoute default/shop 0 | served',
      '172.30.255.7:443/HTTPS | HTTPRoute default/shop 0 | REFUSED by the proxy: key too small',
      '172.30.255.7:8080/HTTP | HTTPRoute default/shop 0 | REFUSED by the proxy: no',
      '172.30.255.7:443/HTTPS | Gateway default/gw | NOT SERVED: Invalid, the proxy does not take it: key too small',
      '172.30.255.7:8080/HTTP | ListenerSet default/more | NOT SERVED: Invalid, the proxy does not take it: no',
    ],
  )
})

test('a rule that is served and has to wait for some of it says so', () => {
  const given = facts(
    { gateways: [gateway('default/gw', [http()])], httpRoutes: [shop(['/a', 'web'], ['/b', 'web'])] },
    { waiting: new Map([['HTTPRoute default/shop 1', 'tried once meanwhile']]) },
  )
  assert.deepEqual(
    cells(given).map((row) => row.split(' | ').slice(5, 7).join(' | ')),
    ['HTTPRoute default/shop 0 | served', 'HTTPRoute default/shop 1 | SERVED IN PART: tried once meanwhile'],
  )
})

test('what of a route cannot be done is told whatever the proxy refuses of it', () => {
  const [first, ...more] = shop(['/a', 'web'], ['/b', 'web'], ['/c', 'web']).spec.rules!
  const partly = httpRoute('default/shop', { rules: [{ ...first!, retry: { backoff: '1s' } }, ...more] })
  const all = cells(
    facts(
      { gateways: [gateway('default/gw', [http()])], httpRoutes: [partly] },
      { refusals: new Map([['HTTPRoute default/shop 1', 'too long']]) },
    ),
  )
  assert.deepEqual(
    all.map((row) => row.split(' | ').slice(5, 7).join(' | ')).filter((row) => !/ served$/.test(row)),
    [
      'HTTPRoute default/shop 0 | LEADS NOWHERE: retry.backoff is not supported: HAProxy sends again at once',
      'HTTPRoute default/shop 1 | REFUSED by the proxy: too long',
      'HTTPRoute default/shop | LEFT OUT: UnsupportedValue, Dropped Rule 0: retry.backoff is not supported: HAProxy sends again at once',
    ],
  )
})

test('routes of Gateways of a class that nobody here serves are told by that', () => {
  const of = (key: string, gatewayClassName: string) => gateway(key, [http()], { gatewayClassName })
  const route = (name: string) =>
    httpRoute(`default/${name}`, { parentRefs: [{ name }], hostnames: [`${name}.test`], rules: [rule('web')] })
  const all = cells(
    facts({
      gatewayClasses: [gatewayClass(), gatewayClass('nginx', { controllerName: 'example.com/nginx' })],
      gateways: [of('default/theirs', 'nginx'), of('default/nobodys', 'failead')],
      httpRoutes: [route('theirs'), route('nobodys')],
    }),
  )
  assert.deepEqual(
    all.map((row) => row.split(' | ').slice(5, 7).join(' | ')),
    [
      'HTTPRoute default/theirs | NOT ATTACHED: OtherController, example.com/nginx',
      'HTTPRoute default/nobodys | NOT ATTACHED: NoSuchClass, failead',
    ],
  )
})

/** As pods tell it. */
const toldBy = (sites: ServedTable['sites']): ServedTable['sites'] =>
  JSON.parse(JSON.stringify(sites, withoutValues(digest)))

test('values that a pod does not tell are no difference, and others are', () => {
  const withValue = (value: string) => {
    const route = shop(['/', 'web'])
    const [first] = route.spec.rules!
    const filters = [
      { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'authorization', value }] } },
    ] as const
    const matches = [{ path: { value: '/' }, headers: [{ name: 'x-api-key', value }] }]
    return facts({
      gateways: [gateway('default/gw', [http()])],
      httpRoutes: [{ ...route, spec: { ...route.spec, rules: [{ ...first, filters: [...filters], matches }] } }],
    })
  }
  const states = (one: GatewayFacts, other: GatewayFacts): readonly (string | undefined)[] =>
    cells(one, [{ pod: 'a', sites: toldBy(other.routes.table.sites) }]).map((row) => row.split(' | ')[6])
  assert.deepEqual(states(withValue('one'), withValue('one')), ['served'])
  assert.deepEqual(states(withValue('one'), withValue('other')), ['NOT YET at a', 'NO MORE ASKED FOR, served yet by a'])
})

test('a pod that serves something else than it should is named, row by row', () => {
  const { sites } = given.routes.table
  const same: ServedTable = { pod: 'a', sites: toldBy(sites) }
  assert.deepEqual(cells(given, [same]), cells())
  const before = facts({ gateways: [gw], httpRoutes: [shop(['/', 'web'], ['/old', 'web'])] })
  const late: ServedTable = { pod: 'b', sites: before.routes.table.sites }
  assert.deepEqual(
    cells(given, [same, late]).map((row) =>
      row
        .split(' | ')
        .filter((_, column) => column === 3 || column === 6)
        .join(' '),
    ),
    [
      '/cart NOT YET at b',
      '/ served',
      '/old NO MORE ASKED FOR, served yet by b',
      '- REFUSES CONNECTIONS: no route is attached',
    ],
  )
})

test('rows of a namespace, a gateway or a host alone are those that are asked for', () => {
  const tcp = tcpRoute('default/db', { parentRefs: [{ name: 'gw', sectionName: 'tcp' }] })
  const gateways = facts({ gateways: [gw], httpRoutes: [shop(['/', 'web'])], tcpRoutes: [tcp] })
  const routes = (filter: RowFilter) => cells(gateways, [], filter).map((row) => row.split(' | ')[5])
  assert.deepEqual(routes({}), ['HTTPRoute default/shop 0', 'TCPRoute default/db'])
  assert.deepEqual(routes({ namespace: 'other' }), [])
  assert.deepEqual(routes({ gateway: 'gw' }), routes({ gateway: 'default/gw' }))
  assert.deepEqual(routes({ gateway: 'default/other' }), [])
  assert.deepEqual(routes({ host: 'SHOP.test' }), ['HTTPRoute default/shop 0', 'TCPRoute default/db'])
  assert.deepEqual(routes({ host: 'other.test' }), ['TCPRoute default/db'])
})

test('routes at a listener that is not served stand there by name, with the reason, and are found by their namespace', () => {
  const broken = https({ tls: { certificateRefs: [{ name: 'gone' }] }, hostname: 'shop.test' })
  const own = gateway('default/gw', [http(), broken], { allowedListeners: { namespaces: { from: 'All' } } })
  const set = listenerSet('default/more', 'default/gw', [http({ name: 'again' })])
  const at = (key: string, parent: object) =>
    httpRoute(key, {
      parentRefs: [{ namespace: 'default', ...parent } as never],
      hostnames: ['shop.test'],
      rules: [rule('web')],
    })
  const httpRoutes = [
    at('default/shop', { name: 'gw', sectionName: 'https' }),
    at('default/lost', { name: 'more', kind: 'ListenerSet' }),
    at('default/fine', { name: 'gw', sectionName: 'http' }),
  ]
  const all = cells(facts({ gateways: [own], listenerSets: [set], httpRoutes }), [], { namespace: 'default' })
  assert.deepEqual(
    all.filter((row) => row.includes('HTTPRoute') && row.includes('NOT SERVED')).map((row) => row.replace(/, .*/, '')),
    [
      'default/gw | 172.30.255.7:443/HTTPS | shop.test | - | - | HTTPRoute default/shop | NOT SERVED: InvalidCertificateRef',
      'default/gw | 172.30.255.7:80/HTTP | shop.test | - | - | HTTPRoute default/lost | NOT SERVED: HostnameConflict',
    ],
  )
  assert.deepEqual(all.filter((row) => row.includes('default/fine')).length, 1)
})

test('listeners that nobody answers at stand there with the reason, of Gateways and of ListenerSets', () => {
  const broken = https({ tls: { certificateRefs: [{ name: 'gone' }] }, hostname: 'shop.test' })
  const own = gateway('default/gw', [http(), broken], { allowedListeners: { namespaces: { from: 'All' } } })
  const set = listenerSet('default/more', 'default/gw', [http({ name: 'again' })])
  const all = cells(facts({ gateways: [own], listenerSets: [set] }))
  assert.deepEqual(all, [
    'default/gw | 172.30.255.7:443/HTTPS | shop.test | - | - | Gateway default/gw | NOT SERVED: InvalidCertificateRef, Secret default/gone is not there | https | -',
    'default/gw | 172.30.255.7:80/HTTP | * | - | - | ListenerSet default/more | NOT SERVED: HostnameConflict, port 80 with the hostname "" is used by listener http of Gateway gw as well | again | -',
  ])
})

test('what of routes and Ingresses has no effect is told: rules that cannot be done, TCP routes, paths of others', () => {
  const paths = (path: string) => [rule('web', { matches: [{ path: { type: 'RegularExpression', value: path } }] })]
  const partly = httpRoute('default/partly', { rules: [...paths('/a.*'), ...paths('(')] })
  const tcp = (name: string, sectionName: string, age: number) =>
    tcpRoute(`default/${name}`, { parentRefs: [{ name: 'gw', sectionName }] }, age)
  const shop = (name: string) => ingress(`default/${name}`, { rules: [ingressRule('a.test', 'Prefix / web')] })
  const all = cells(
    facts({
      gateways: [gw],
      httpRoutes: [partly],
      tcpRoutes: [tcp('db', 'tcp', 0), tcp('late', 'tcp', 1), tcp('lost', 'none', 2)],
      ingresses: [shop('first'), shop('second')],
      ingressClasses: [OUR_CLASS],
    }),
  )
  const left = all.map((row) => row.split(' | ').slice(5, 7).join(' | ')).filter((row) => /LEFT OUT|NOT ATT/.test(row))
  assert.deepEqual(
    left.map((row) => row.replace(/, .*/, '')),
    [
      'TCPRoute default/lost | NOT ATTACHED: NoMatchingParent',
      'HTTPRoute default/partly | LEFT OUT: UnsupportedValue',
      'TCPRoute default/late | LEFT OUT: PortTaken',
      'Ingress default/second | LEFT OUT: Conflict',
    ],
  )
})

test('a default backend that another Ingress leaves nothing is told beside its rule that is left out', () => {
  const defaultBackend = { service: { name: 'web', port: { number: 80 } } }
  const rules = [ingressRule('a.test', 'Prefix / web')]
  const all = cells(
    facts(
      {
        ingresses: [
          ingress('default/first', { rules }),
          ingress('default/second', { rules, defaultBackend }),
          ingress('default/third', { rules: [ingressRule('b.test', 'Prefix /x web')], defaultBackend }),
        ],
        ingressClasses: [OUR_CLASS],
      },
      { more: { services: [service('web', '10.96.0.1'), ingressService(80)] } },
    ),
  )
  assert.deepEqual(
    all.filter((row) => row.includes('defaultBackend')).map((row) => row.split(' | ').slice(2, 7).join(' | ')),
    ['a.test | / | - | Ingress default/second | LEFT OUT: spec.defaultBackend, Ingress default/first has all paths'],
  )
})

test('a rule whose Service has no endpoints says what its requests get, and a port of the kernel that it is closed', () => {
  const tcp = tcpRoute('default/db', {
    parentRefs: [{ name: 'gw', sectionName: 'tcp' }],
    rules: [{ backendRefs: [{ name: 'empty', port: 80 }] }],
  })
  const more = { services: [service('web', '10.96.0.1'), service('empty', '10.96.0.9')] }
  const all = facts(
    { gateways: [gw], httpRoutes: [shop(['/', 'web'], ['/cart', 'empty'])], tcpRoutes: [tcp] },
    { more },
  )
  assert.deepEqual(
    cells(all).map((row) => row.split(' | ').slice(5, 7).join(' | ')),
    [
      'HTTPRoute default/shop 1 | NO ENDPOINTS: default/empty:80, so that requests get 503',
      'HTTPRoute default/shop 0 | served',
      'TCPRoute default/db | NO ENDPOINTS: default/empty:80, so that connections are closed',
    ],
  )
})

test('what of an Ingress is left out stands at its host and path, and so does a certificate that cannot be shown', () => {
  const shop = (name: string, spec: object = {}, annotations = {}) =>
    ingress(`default/${name}`, { rules: [ingressRule('a.test', 'Prefix /cart web')], ...spec }, annotations)
  const gateways = facts(
    {
      ingresses: [
        shop('first', { tls: [{ hosts: ['a.test'], secretName: 'gone' }] }),
        shop('second'),
        shop('canary', { rules: [ingressRule('b.test', 'Exact /x web')] }, { canary: 'true' }),
      ],
      ingressClasses: [OUR_CLASS],
    },
    { more: { services: [service('web', '10.96.0.1'), ingressService(80, 443)] }, ports: [] },
  )
  const left = (filter: RowFilter = {}) => cells(gateways, [], filter).filter((row) => / LEFT OUT: /.test(row))
  assert.deepEqual(
    left().map((row) => row.split(' | ').slice(1, 7).join(' | ').replace(/, .*/, '')),
    [
      '172.30.255.7:443/HTTPS | a.test | - | - | Ingress default/first | LEFT OUT: CertificateUnusable',
      '- | a.test | /cart | - | Ingress default/second | LEFT OUT: Conflict',
      '- | b.test | =/x | - | Ingress default/canary | LEFT OUT: CanaryUnused',
    ],
  )
  assert.equal(left({ host: 'b.test' }).length, 1)
})

test('where no pod of the gateways is ready, nothing is served but what the kernel forwards', () => {
  const db = tcpRoute('default/db', { rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] })
  const all = facts({ gateways: [gw], httpRoutes: [shop(['/', 'web'], ['/cart', 'web'])], tcpRoutes: [db] })
  const states = (pods: RowFacts['proxies']) => cells(all, [], {}, pods).map((row) => row.split(' | ')[6])
  const none = 'NOT SERVED: no pod of the gateways is there'
  assert.deepEqual(states([]), [none, none, 'served'])
  const unready = 'NOT SERVED: no pod of the gateways is ready: proxy-1 and proxy-2'
  const pods = ['proxy-1', 'proxy-2'].map((pod) => ({ pod, isReady: false }))
  assert.deepEqual(states(pods), [unready, unready, 'served'])
  assert.deepEqual(states([...pods, ...proxies]), ['served', 'served', 'served'])
  const more = { services: [service('empty', '10.96.0.9')] }
  const empty = facts({ gateways: [gw], httpRoutes: [shop(['/', 'empty'])] }, { more })
  assert.match(cells(empty, [], {}, [])[0] ?? '', /NOT SERVED: no pod/, 'nobody is there to answer 503')
})

test('what the kernel refuses since no backend is there is not served', () => {
  const state = (...backendRefs: readonly object[]) => {
    const tcp = tcpRoute('default/db', { rules: [{ backendRefs: backendRefs as never }] })
    return cells(facts({ gateways: [gw], tcpRoutes: [tcp] })).map((row) => row.split(' | ')[6])
  }
  const [web, gone] = [
    { name: 'web', port: 80 },
    { name: 'gone', port: 80 },
  ]
  assert.deepEqual(state(web), ['served'])
  for (const refs of [[gone], [{ ...web, weight: 0 }]])
    assert.deepEqual(state(...refs), ['REFUSES CONNECTIONS: no backend of the route is there and has a weight'])
  assert.deepEqual(state({ ...web, weight: 3 }, gone), ['REFUSES CONNECTIONS: 1 of 4, whose backends are not there'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HTTPRouteRule } from '#api/gatewayapi/httproute/message.ts'
import { condition, entries, routeCondition, routes, statusOf, words } from '../testing/ask.ts'
import type { Cluster } from '../testing/cluster.ts'
import { configMap, gateway, grpcRoute, http, httpRoute, policy, rule, secret, service } from '../testing/make.ts'

const services = [service('web'), service('two'), service('copy')]
const gateways = [gateway('gw', [http()])]

/** The rules of a route's entries, in order of precedence, and its conditions. */
const compiled = (rules: readonly HTTPRouteRule[], cluster: Cluster = {}) => {
  const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules })], ...cluster })
  const types = ['Accepted', 'ResolvedRefs', 'PartiallyInvalid']
  return {
    all,
    entries: entries(all),
    rules: entries(all).map((entry) => entry.rule),
    conditions: types.map((type) => routeCondition(all, 'HTTPRoute r', type)),
    words: (type: string) => words(statusOf(all, 'HTTPRoute r').parents![0]!, type),
  }
}

const GOOD = ['True Accepted', 'True ResolvedRefs', undefined]
const to = (key: string, weight = 1) => ({ weight, to: { backend: key }, filters: [] })

test('the expressions of all rules of a route have a bound together: the rules that come last go without', () => {
  const rules = Array.from({ length: 16 }, (_, number) =>
    rule('web', { matches: [{ path: { type: 'RegularExpression', value: `/${number}\\pL{10}` } }] }),
  )
  const { conditions, words, entries } = compiled(rules)
  assert.deepEqual([conditions[0], conditions[2]], ['True Accepted', 'True UnsupportedValue'])
  assert.ok(entries.length > 5 && entries.length < 16, `${entries.length}`)
  assert.match(words('PartiallyInvalid'), /the expressions of its object before it are as much as they may be together/)
})

test('backends have a share by their weights, those without weight none', () => {
  const backendRefs = [
    { name: 'web', port: 80, weight: 3 },
    { name: 'two', port: 80 },
    { name: 'copy', port: 80, weight: 0 },
  ]
  const { rules, conditions, all } = compiled([{ backendRefs }])
  assert.deepEqual(rules[0]?.action, { type: 'forward', to: [to('shop/web:80 http', 3), to('shop/two:80 http')] })
  assert.deepEqual(conditions, GOOD)
  assert.equal(all.table.backends.get('shop/two:80 http')?.service.name, 'two')
})

test('what is not there answers 500 for its share, and for all where nothing is', () => {
  const gone = { name: 'gone', port: 80 }
  const share = compiled([{ backendRefs: [gone, { name: 'web', port: 80 }] }])
  assert.deepEqual(share.rules[0]?.action, {
    type: 'forward',
    to: [
      { weight: 1, to: { status: 500, reason: 'Service shop/gone is not there' }, filters: [] },
      to('shop/web:80 http'),
    ],
  })
  assert.deepEqual(share.conditions, ['True Accepted', 'False BackendNotFound', undefined])
  assert.equal(share.words('ResolvedRefs'), 'Service shop/gone is not there')
  const all = compiled([{ backendRefs: [gone] }])
  assert.deepEqual(all.rules[0]?.action, { type: 'answer', status: 500, reason: 'Service shop/gone is not there' })
  const none = compiled([{}])
  assert.deepEqual(
    [none.rules[0]?.action, none.conditions],
    [{ type: 'answer', status: 500, reason: 'it has no backend' }, GOOD],
  )
  const weightless = compiled([
    {
      backendRefs: [
        { ...gone, weight: 0 },
        { name: 'web', port: 80, weight: 0 },
      ],
    },
  ])
  assert.deepEqual(weightless.rules[0]?.action, {
    type: 'answer',
    status: 500,
    reason: 'it has no backend with a weight above 0',
  })
  assert.equal(weightless.conditions[1], 'False BackendNotFound')
})

test('of gRPC what is not there answers 503, which its clients read as UNAVAILABLE', () => {
  const grpcRoutes = [grpcRoute('g', { rules: [{ name: 'x', backendRefs: [{ name: 'gone', port: 80 }] }] })]
  const [entry] = entries(routes({ gateways, services, grpcRoutes }))
  assert.deepEqual(entry?.rule.action, { type: 'answer', status: 503, reason: 'Service shop/gone is not there' })
  assert.deepEqual([entry?.rule.id, entry?.rule.name], ['GRPCRoute shop/g 0', 'x'])
  const good = entries(routes({ gateways, services, grpcRoutes: [grpcRoute('g')] }))
  assert.deepEqual(good[0]?.rule.action, { type: 'forward', to: [to('shop/web:80 h2c')] })
})

test('a rule is one for all of its matches, each under its place among the others', () => {
  const matches = [{ path: { value: '/b' } }, { path: { value: '/long' } }]
  const { entries: found } = compiled([rule('web', { matches }), rule('two')])
  assert.deepEqual(
    found.map(({ path, rule: { id, index } }) => [path.value, id, index]),
    [
      ['/long', 'HTTPRoute shop/r 0', 0],
      ['/b', 'HTTPRoute shop/r 0', 0],
      ['/', 'HTTPRoute shop/r 1', 1],
    ],
  )
  assert.equal(found[0]?.rule, found[1]?.rule)
})

test('of rules that match alike the first of a route goes first, whatever their number', () => {
  const { rules } = compiled([rule('web'), rule('two'), ...Array.from({ length: 9 }, () => rule('copy'))])
  assert.deepEqual(
    rules.map(({ index }) => index),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  )
})

test('what replaces the prefix that matched is a rule of its own for each', () => {
  const path = { type: 'ReplacePrefixMatch' as const, replacePrefixMatch: '/x' }
  const matches = [{ path: { value: '/a/' } }, { path: { value: '/' } }]
  const { rules } = compiled([rule('web', { matches, filters: [{ type: 'URLRewrite', urlRewrite: { path } }] })])
  assert.deepEqual(
    rules.map(({ id, filters }) => [id, filters]),
    [
      ['HTTPRoute shop/r 0/0', [{ type: 'rewrite', path: { type: 'Prefix', matched: '/a', value: '/x' } }]],
      ['HTTPRoute shop/r 0/1', [{ type: 'rewrite', path: { type: 'Prefix', matched: '/', value: '/x' } }]],
    ],
  )
  const redirect = compiled([{ matches, filters: [{ type: 'RequestRedirect', requestRedirect: { path } }] }])
  assert.deepEqual(
    redirect.rules.map(({ id, action }) => [id, action]),
    [
      ['HTTPRoute shop/r 0/0', { type: 'redirect', path: { type: 'Prefix', matched: '/a', value: '/x' }, status: 302 }],
      ['HTTPRoute shop/r 0/1', { type: 'redirect', path: { type: 'Prefix', matched: '/', value: '/x' }, status: 302 }],
    ],
  )
  const filters = [{ type: 'URLRewrite' as const, urlRewrite: { path } }]
  const own = compiled([{ matches, backendRefs: [{ name: 'web', port: 80, filters }] }])
  assert.deepEqual(own.rules[1]?.action, {
    type: 'forward',
    to: [
      {
        ...to('shop/web:80 http'),
        filters: [{ type: 'rewrite', path: { type: 'Prefix', matched: '/', value: '/x' } }],
      },
    ],
  })
  const full = { type: 'ReplaceFullPath' as const, replaceFullPath: '/x' }
  const shared = compiled([rule('web', { matches, filters: [{ type: 'URLRewrite', urlRewrite: { path: full } }] })])
  assert.equal(shared.rules[0], shared.rules[1])
})

const mirrorTo = (name: string) => ({
  type: 'RequestMirror' as const,
  requestMirror: { backendRef: { name, port: 80 } },
})

test('mirrors lead to backends, of a rule and of its backends, each to its own', () => {
  const backendRefs = [
    { name: 'web', port: 80, filters: [mirrorTo('two')] },
    { name: 'two', port: 80, filters: [mirrorTo('gone')] },
  ]
  const { rules, conditions, all } = compiled([{ filters: [mirrorTo('copy'), mirrorTo('web')], backendRefs }])
  const mirror = (name?: string) => ({
    type: 'mirror',
    ...(name && { backend: `shop/${name}:80 http` }),
    numerator: 100,
    denominator: 100,
  })
  assert.deepEqual(rules[0]?.filters, [mirror('copy'), mirror('web')])
  assert.deepEqual(rules[0]?.action, {
    type: 'forward',
    to: [
      { ...to('shop/web:80 http'), filters: [mirror('two')] },
      { ...to('shop/two:80 http'), filters: [mirror()] },
    ],
  })
  assert.deepEqual(conditions, ['True Accepted', 'False BackendNotFound', undefined])
  assert.deepEqual([...all.table.backends.keys()].sort(), ['shop/copy:80 http', 'shop/two:80 http', 'shop/web:80 http'])
})

test('a backend may send on those that it is chosen for', () => {
  const filters = [{ type: 'RequestRedirect' as const, requestRedirect: { hostname: 'b.test' } }]
  const { rules } = compiled([{ backendRefs: [{ name: 'web', port: 80, filters }] }])
  assert.deepEqual(rules[0]?.action, {
    type: 'forward',
    to: [{ ...to('shop/web:80 http'), filters: [{ type: 'redirect', hostname: 'b.test', status: 302 }] }],
  })
})

test('timeouts, persistence and retries are a rule’s own', () => {
  const { rules, all } = compiled([
    rule('web', {
      name: 'n',
      timeouts: { request: '2s', backendRequest: '1s' },
      retry: { attempts: 2, codes: [503] },
      sessionPersistence: { sessionName: 'S' },
    }),
    rule('web', { sessionPersistence: {} }),
  ])
  const [first, second] = rules
  assert.deepEqual(
    [first?.name, first?.requestTimeoutMs, first?.backendTimeoutMs, first?.persistence],
    ['n', 2000, 1000, { type: 'Cookie', name: 'S', lifetime: 'Session' }],
  )
  assert.deepEqual(first?.action, { type: 'forward', to: [to('shop/web:80 http retry 2*503')] })
  assert.deepEqual(all.table.backends.get('shop/web:80 http retry 2*503')?.retry, { codes: [503], attempts: 2 })
  assert.match(second?.persistence?.name ?? '', /^fairlead-/)
  assert.deepEqual(
    [second?.name, second?.requestTimeoutMs, second?.backendTimeoutMs],
    [undefined, undefined, undefined],
  )
})

const bad = { matches: [{ path: { type: 'RegularExpression' as const, value: '(' } }] }

test('a rule that cannot be matched is dropped and told, and the others go on', () => {
  const { rules, conditions, words: said } = compiled([rule('web', bad), rule('two'), rule('web', bad)])
  assert.deepEqual(
    rules.map(({ index }) => index),
    [1],
  )
  assert.deepEqual(conditions, ['True Accepted', 'True ResolvedRefs', 'True UnsupportedValue'])
  assert.match(
    said('PartiallyInvalid'),
    /^Dropped Rule 0: the regular expression \( is none of RE2: .+; 2: the regular/,
  )
})

test('a rule whose filters cannot be done passes nothing on without them', () => {
  const wrong: HTTPRouteRule = {
    ...rule('web'),
    filters: [{ type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['a'] } }, { type: 'ExternalAuth' }],
  }
  const { rules, conditions } = compiled([wrong, rule('two', { matches: [{ path: { value: '/a' } }] })])
  const message = 'filters of the type ExternalAuth are not supported'
  assert.deepEqual(
    rules.map(({ index, filters, action }) => [index, filters, action.type === 'answer' && action]),
    [
      [1, [], false],
      [0, [], { type: 'answer', status: 500, reason: message }],
    ],
  )
  assert.deepEqual(conditions, ['True Accepted', 'True ResolvedRefs', 'True UnsupportedValue'])
})

test('a filter of somebody else refuses its requests, and the route is told', () => {
  const extension = { type: 'ExtensionRef' as const, extensionRef: { group: 'x.test', kind: 'Auth', name: 'a' } }
  const { rules, conditions } = compiled([rule('web', { filters: [extension] })])
  assert.deepEqual(rules[0]?.action, { type: 'answer', status: 500, reason: 'the filter Auth.x.test a is not known' })
  assert.deepEqual(conditions, ['True Accepted', 'False InvalidKind', undefined])
  const own = compiled([{ backendRefs: [{ name: 'web', port: 80, filters: [extension] }] }])
  assert.equal(own.rules[0]?.action.type, 'answer')
  assert.deepEqual(own.conditions, ['True Accepted', 'False InvalidKind', undefined])
})

test('a route of which no rule can be done is not accepted', () => {
  const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules: [rule('web', bad)] })] })
  assert.equal(routeCondition(all, 'HTTPRoute r', 'Accepted'), 'False UnsupportedValue')
  assert.equal(routeCondition(all, 'HTTPRoute r', 'PartiallyInvalid'), undefined)
  assert.deepEqual(entries(all), [])
  assert.equal(statusOf(all, 'Gateway gw').listeners?.[0]?.attachedRoutes, 0)
  const filters: HTTPRouteRule['filters'] = [{ type: 'URLRewrite' }, { type: 'RequestRedirect' }]
  const clash = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules: [{ filters }] })] })
  assert.equal(routeCondition(clash, 'HTTPRoute r', 'Accepted'), 'False IncompatibleFilters')
})

test('a fault of any part of a rule is one of the rule', () => {
  const parts: readonly Partial<HTTPRouteRule>[] = [
    { timeouts: { request: 'x' } },
    { retry: { codes: [429] } },
    { sessionPersistence: { idleTimeout: '1s' } },
    { backendRefs: [{ name: 'web', port: 80, filters: [{ type: 'ExternalAuth' }] }] },
  ]
  for (const part of parts) {
    const { conditions } = compiled([rule('web', part), rule('two')])
    assert.equal(conditions[2], 'True UnsupportedValue', JSON.stringify(part))
  }
})

test('a route without rules is attached and does nothing', () => {
  const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules: [] })] })
  assert.equal(routeCondition(all, 'HTTPRoute r', 'Accepted'), 'True Accepted')
  assert.deepEqual(entries(all), [])
})

test('what a Gateway shows to backends tells its rules from those of another Gateway', () => {
  const tls = { backend: { clientCertificateRef: { name: 'own' } } }
  const all = routes({
    gateways: [gateway('gw', [http()], { tls }), gateway('plain', [http({ name: 'plain' })])],
    services,
    secrets: [secret('own')],
    configMaps: [configMap('authorities')],
    backendTLSPolicies: [policy('p', 'web')],
    httpRoutes: [httpRoute('r', { parentRefs: [{ name: 'gw' }, { name: 'plain' }] })],
  })
  assert.deepEqual(
    ['http', 'plain'].map((name) => entries(all, name)[0]?.rule.id),
    ['HTTPRoute shop/r 0 as Secret shop/own', 'HTTPRoute shop/r 0'],
  )
  assert.deepEqual([...all.table.certificates.keys()], ['Secret shop/own'])
  assert.deepEqual([...all.table.authorities.keys()], ['ConfigMap shop/authorities'])
  assert.deepEqual(
    [...all.table.backends.keys()],
    [
      'shop/web:80 http by shop/p for web.test of ConfigMap shop/authorities as Secret shop/own',
      'shop/web:80 http by shop/p for web.test of ConfigMap shop/authorities',
    ],
  )
})

test('what a proxy does not take of a route is told at the route', () => {
  const rules = [rule('web', { matches: [{ path: { value: '/a' } }] }), rule('two')]
  const told = (...ids: readonly string[]) => {
    const refusals = new Map(ids.map((id) => [`HTTPRoute shop/r ${id}`, 'too long']))
    const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules })] }, { refusals })
    const parent = statusOf(all, 'HTTPRoute r').parents![0]!
    return ['Accepted', 'PartiallyInvalid'].map((type) => [condition(parent, type), words(parent, type)].join(' '))
  }
  assert.deepEqual(told(), ['True Accepted the route is attached', ' '])
  assert.deepEqual(told('7'), ['True Accepted the route is attached', ' '])
  assert.deepEqual(told('1'), ['True Accepted the route is attached', 'True UnsupportedValue Dropped Rule 1: too long'])
  assert.deepEqual(told('0', '1'), [
    'False UnsupportedValue the proxy does not take rule 0: too long; 1: too long',
    ' ',
  ])
})

test('what a proxy does not take is told beside what is not supported, and nothing is accepted where no rule is left', () => {
  const slow = rule('web', { matches: [{ path: { value: '/a' } }], retry: { backoff: '1s' } })
  const told = (rules: readonly HTTPRouteRule[], ...ids: readonly string[]) => {
    const refusals = new Map(ids.map((id) => [`HTTPRoute shop/r ${id}`, 'too long']))
    const all = routes({ gateways, services, httpRoutes: [httpRoute('r', { rules })] }, { refusals })
    const parent = statusOf(all, 'HTTPRoute r').parents![0]!
    const { attachedRoutes } = statusOf(all, 'Gateway gw').listeners![0]!
    const of = condition(parent, 'PartiallyInvalid') ? 'PartiallyInvalid' : 'Accepted'
    return [condition(parent, 'Accepted'), words(parent, of), attachedRoutes]
  }
  const dropped = 'Dropped Rule 0: retry.backoff is not supported: HAProxy sends again at once'
  const other = rule('two', { matches: [{ path: { value: '/b' } }] })
  assert.deepEqual(told([slow, other, rule('two')], '1'), ['True Accepted', `${dropped}; Dropped Rule 1: too long`, 1])
  assert.deepEqual(told([slow, other], '1'), [
    'False UnsupportedValue',
    `the proxy does not take rule 1: too long; ${dropped}`,
    0,
  ])
})

test('a rule of which the proxy refuses several parts is told once', () => {
  const rewrite = {
    type: 'URLRewrite' as const,
    urlRewrite: { path: { type: 'ReplacePrefixMatch' as const, replacePrefixMatch: '/c' } },
  }
  const parts = rule('web', { matches: [{ path: { value: '/a' } }, { path: { value: '/b' } }], filters: [rewrite] })
  const refusals = new Map(['0/0', '0/1'].map((id) => [`HTTPRoute shop/r ${id}`, 'too long']))
  const all = routes(
    { gateways, services, httpRoutes: [httpRoute('r', { rules: [parts, rule('two')] })] },
    { refusals },
  )
  assert.equal(words(statusOf(all, 'HTTPRoute r').parents![0]!, 'PartiallyInvalid'), 'Dropped Rule 0: too long')
})

test('a rule that a proxy has no retries for as yet is served, and told so at its route, which is accepted', () => {
  const rules = [rule('web', { matches: [{ path: { value: '/a' } }] }), rule('two')]
  const told = (refused: readonly string[], ...waiting: readonly string[]) => {
    const by = (ids: readonly string[], words: string) => new Map(ids.map((id) => [`HTTPRoute shop/r ${id}`, words]))
    const all = routes(
      { gateways, services, httpRoutes: [httpRoute('r', { rules })] },
      { refusals: by(refused, 'too long'), waiting: by(waiting, 'tried once') },
    )
    const parent = statusOf(all, 'HTTPRoute r').parents![0]!
    const { attachedRoutes } = statusOf(all, 'Gateway gw').listeners![0]!
    return [condition(parent, 'Accepted'), words(parent, 'PartiallyInvalid'), attachedRoutes]
  }
  assert.deepEqual(told([], '0'), ['True Accepted', 'Served in part: Rule 0: tried once', 1])
  assert.deepEqual(told([], '0', '1'), ['True Accepted', 'Served in part: Rule 0: tried once; 1: tried once', 1])
  assert.deepEqual(told(['0'], '1'), [
    'True Accepted',
    'Dropped Rule 0: too long; Served in part: Rule 1: tried once',
    1,
  ])
  assert.deepEqual(told(['0', '1'], '0'), ['False UnsupportedValue', '', 0])
})

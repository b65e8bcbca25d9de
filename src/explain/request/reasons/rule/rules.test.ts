import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ingress, rule as ingressRule, OUR_CLASS } from '#routes/ingress/testing/ingresses.ts'
import { gateway, http, httpRoute, https, rule, secret } from '#routes/testing/make.ts'
import { ask, service } from '../../../testing/cluster.ts'
import { ingressService, withGateway } from '../../../testing/gateways.ts'

type Flags = Parameters<typeof ask>[2]
type Match = NonNullable<NonNullable<Parameters<typeof rule>[1]>['matches']>[number]
const gw = gateway('default/gw', [http()])
const shop = (matches: readonly Match[], hostnames: readonly string[] = ['shop.test']) =>
  httpRoute('default/shop', { hostnames, rules: matches.map((one) => rule('web', { matches: [one] })) })
const below = (value: string, more: Match = {}): Match => ({ path: { type: 'PathPrefix', value }, ...more })

/** What is proposed for a request that no rule takes, without what all have. */
const curesOf = (to: string, flags: Flags, ...routes: readonly ReturnType<typeof httpRoute>[]): readonly string[] => {
  const told = ask('pod/client', to, flags, withGateway({ gateways: [gw], httpRoutes: routes }, { ports: [80] }))
  const [finding, ...others] = told.findings
  assert.deepEqual([finding?.reason, others], ['no-rule', []])
  return finding!.cures.map(({ command, alternative }) =>
    [...(alternative ? ['or'] : []), command.replace('fairlead explain --from pod/client --to ', '')].join(' '),
  )
}
const LOOK = 'kubectl describe httproute shop -n default'

test('a request that no rule takes is asked as the nearest wants it: its path, its method', () => {
  assert.deepEqual(curesOf('http://shop.test/crat?a=b', {}, shop([below('/cart')])), ["'http://shop.test/cart?a=b'"])
  assert.deepEqual(curesOf('http://shop.test/cart', { method: 'PUT' }, shop([below('/cart', { method: 'POST' })])), [
    'http://shop.test/cart --method POST',
  ])
  const both = shop([below('/cart', { method: 'POST' }), below('/card')])
  assert.deepEqual(curesOf('http://shop.test/carx', {}, both), [
    'http://shop.test/card',
    'or http://shop.test/cart --method POST',
  ])
})

test('a rule of the very host goes before names that are like it, here and elsewhere, and two are asked', () => {
  const named = (host: string, value = '/') => ({
    ...shop([below(value)], [host]),
    metadata: { namespace: 'default', name: host.replaceAll(/[*.]/g, '') },
  })
  const services = [service('web', '10.96.0.1'), ingressService(80)]
  const beside = (elsewhere: string, to: string, ...httpRoutes: readonly ReturnType<typeof httpRoute>[]) => {
    const ingresses = [ingress('default/x', { rules: [ingressRule(elsewhere, 'Prefix / web')] })]
    const cluster = { gateways: [gw], httpRoutes, ingresses, ingressClasses: [OUR_CLASS] }
    const told = ask(
      'pod/client',
      to,
      { gateway: 'default/gw' },
      withGateway(cluster, { ports: [80], more: { services } }),
    )
    assert.equal(told.findings[0]?.reason, 'no-rule')
    return told.findings[0].cures.map(({ command }) => command.replace(/.* --to (\S+) --gateway (\S+)$/, '$1 $2'))
  }
  const here = (...urls: readonly string[]) => urls.map((one) => `http://${one} default/gw`)
  const there = 'http://shop2.test/carx fairlead'
  assert.deepEqual(beside('shop2.test', 'http://shop.test/carx', named('shop.test', '/cart')), here('shop.test/cart'))
  const star = [named('abd.shop.test'), named('abe.shop.test'), named('*.shop.test', '/cart')]
  assert.deepEqual(
    beside('x.example', 'http://abc.shop.test/carx', ...star),
    here('abc.shop.test/cart', 'abd.shop.test/carx'),
  )
  // Where none is for the host alone, any name like it may be meant.
  assert.deepEqual(beside('shop2.test', 'http://shop.test/carx', shop([below('/cart')], [])), [
    there,
    ...here('shop.test/cart'),
  ])
  assert.ok(beside('shop2.test', 'http://shop.test/carx', named('shoq.test')).includes(there))
  // What is served here and there is asked here.
  assert.deepEqual(beside('shoq.test', 'http://shop.test/carx', named('shoq.test', '/cart')), here('shoq.test/cart'))
})

test('a header that a rule wants is sent in the place of another of its name, and other headers stay', () => {
  const wanted = below('/', { headers: [{ name: 'X-Env', type: 'Exact', value: 'a' }] })
  for (const [sent, others] of [
    [[], []],
    [['X-Env: b'], []],
    [['x-env : b', 'x-env'], []],
    [
      ['X-Env-2: b', 'x-env: c', 'X: y'],
      ['X-Env-2: b', 'X: y'],
    ],
  ] as const)
    assert.deepEqual(curesOf('http://shop.test/', { headers: [...sent] }, shop([wanted])), [
      ['http://shop.test/', ...[...others, 'x-env: a'].map((one) => `--header '${one}'`)].join(' '),
    ])
})

test('a parameter that a rule wants stands in the place of another of its name, and all else of the URL stays', () => {
  const wanted = (name: string, value: string) => below('/', { queryParams: [{ name, type: 'Exact', value }] })
  for (const [name, value, query, asked] of [
    ['v', '2', '', '?v=2'],
    ['v', '2', '?v=1', '?v=2'],
    ['v', '2', '?a=b&v=1&vv=3', '?a=b&vv=3&v=2'],
    ['v', '2', '?back=/cart?x=1&v=1', '?back=/cart?x=1&v=2'],
    ['a b', 'c&d', '?a%20b=1', '?a%20b=c%26d'],
  ] as const)
    assert.deepEqual(
      curesOf(`http://shop.test/cart${query}`, {}, shop([wanted(name, value)])).map((one) => one.replaceAll("'", '')),
      [`http://shop.test/cart${asked}`],
    )
})

test('what an expression is for nobody can tell: somebody looks at the route', () => {
  const type = 'RegularExpression'
  for (const match of [
    { path: { type, value: '/v[0-9]+' } },
    below('/', { headers: [{ name: 'x-env', type, value: 'a+' }] }),
    below('/', { queryParams: [{ name: 'v', type, value: '[0-9]+' }] }),
  ] as const)
    assert.deepEqual(curesOf('http://shop.test/v', {}, shop([match])), [LOOK])
})

test('of a host with a star one of its names is asked for, and an address is asked for the host beside it', () => {
  const star = shop([below('/')], ['*.shop.test'])
  assert.deepEqual(curesOf('http://shop.test/', {}, star), ['http://www.shop.test/'])
  const spaced = { headers: [' Host : shpo.test'] }
  assert.deepEqual(curesOf('http://any.test/', spaced, shop([below('/')])), ['http://shop.test/'])
  assert.deepEqual(curesOf('http://172.30.255.7/cart', {}, shop([below('/')])), [
    'http://172.30.255.7/cart --host shop.test',
  ])
})

test('where no rule is near, somebody looks at what may have rules at the listener', () => {
  const look = (kinds: string) => [`kubectl get ${kinds} -A`]
  assert.deepEqual(curesOf('http://shop.test/', {}), look('httproutes,grpcroutes'))
  const classed = { ingresses: [ingress('default/x', { rules: [ingressRule('x.example', 'Prefix / web')] })] }
  const services = [service('web', '10.96.0.1'), ingressService(80)]
  const ofIngress = withGateway({ ...classed, ingressClasses: [OUR_CLASS] }, { more: { services } })
  const [alone] = ask('pod/client', 'http://shop.test/', { gateway: 'fairlead' }, ofIngress).findings
  assert.deepEqual([alone?.reason, alone?.cures.map(({ command }) => command)], ['no-rule', look('ingresses')])
  const passthrough = { name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } } as const
  const tls = withGateway({ gateways: [gateway('default/gw', [passthrough])] }, { ports: [443] })
  const [connected] = ask('pod/client', 'https://shop.test/', {}, tls).findings
  assert.deepEqual([connected?.reason, connected?.cures.map(({ command }) => command)], ['no-rule', look('tlsroutes')])
})

const away = (requestRedirect: object, more: object = {}) =>
  httpRoute('default/away', {
    hostnames: ['shop.test'],
    rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect }] }],
    ...more,
  } as Parameters<typeof httpRoute>[1])
const secrets = [secret('default/cert', 'CERT shop.test')]
const secure = https({ tls: { certificateRefs: [{ name: 'cert' }] } })
const redirected = (to: string, cluster: Parameters<typeof withGateway>[0]): readonly string[] => {
  const [finding] = ask('pod/client', to, {}, withGateway({ secrets, ...cluster }, { ports: [80, 443] })).findings
  assert.equal(finding?.reason, 'redirect-loop')
  return finding!.cures.map(({ command }) => command)
}
const toListener = (index: number, name: string) =>
  `kubectl patch httproute away -n default --type json -p '[{"op":"add","path":"/spec/parentRefs/${index}/sectionName","value":"${name}"}]'`
const LOOK_AWAY = 'kubectl describe httproute away -n default'

test('a redirect to https that loops is for the listener without TLS of the gateway that was asked', () => {
  const other = gateway('default/other', [http({ name: 'theirs' })])
  const own = gateway('default/gw', [secure, http({ name: 'x', hostname: 'x.test' }), http({ name: 'plain' })])
  const both = away({ scheme: 'https' }, { parentRefs: [{ name: 'other' }, { name: 'gw' }] })
  assert.deepEqual(redirected('https://shop.test/', { gateways: [other, own], httpRoutes: [shop([]), both] }), [
    toListener(1, 'plain'),
  ])
})

test('a redirect to https that loops and names both listeners leaves the one with TLS, and no other', () => {
  const own = gateway('default/gw', [http(), secure, http({ name: 'x', hostname: 'x.test' })])
  const parentRefs = ['https', 'x', 'http'].map((sectionName) => ({ name: 'gw', sectionName }))
  const both = away({ scheme: 'https' }, { parentRefs })
  assert.deepEqual(redirected('https://shop.test/', { gateways: [own], httpRoutes: [both] }), [
    `kubectl patch httproute away -n default --type json -p '[{"op":"remove","path":"/spec/parentRefs/0"}]'`,
  ])
})

test('a redirect that loops where there is no TLS, or at a listener that it names, is looked at', () => {
  const own = gateway('default/gw', [http(), secure])
  const plainly = away({ hostname: 'shop.test' })
  assert.deepEqual(redirected('http://shop.test/', { gateways: [own], httpRoutes: [plainly] }), [LOOK_AWAY])
  for (const parentRef of [
    { name: 'gw', sectionName: 'https' },
    { name: 'gw', port: 443 },
  ]) {
    const named = away({ scheme: 'https' }, { parentRefs: [parentRef] })
    assert.deepEqual(redirected('https://shop.test/', { gateways: [own], httpRoutes: [named] }), [LOOK_AWAY])
  }
})

/** A Gateway of both, asked by TLS for a host that one route has at the listener without it alone. */
const byTls = (
  namespaces: object,
  other: readonly ReturnType<typeof rule>[] = [rule('web')],
  refs: readonly object[] = [{ sectionName: 'http' }],
) => {
  const own = gateway('default/gw', [
    http({ allowedRoutes: { namespaces: { from: 'All' } } }),
    https({ allowedRoutes: { namespaces } as never, tls: { certificateRefs: [{ name: 'cert' }] } }),
  ])
  const parent = { name: 'gw', namespace: 'default' }
  const httpRoutes = [
    httpRoute('team/sel', {
      parentRefs: refs.map((ref) => ({ ...parent, ...ref })),
      hostnames: ['sel.example.com'],
      rules: [rule('default/web')],
    }),
    httpRoute('default/kind', {
      parentRefs: [parent],
      hostnames: ['kind.example.com', 'sell.example.com'],
      rules: other,
    }),
  ]
  const secrets = [secret('default/cert', 'CERT *.example.com')]
  const facts = withGateway({ gateways: [own, gateway('team/gw', [http()])], secrets, httpRoutes })
  return ask('pod/client', 'https://sel.example.com/', {}, facts).findings[0]!.cures.map(({ command, alternative }) =>
    [...(alternative ? ['or'] : []), command.replace('fairlead explain --from pod/client --to ', '')].join(' '),
  )
}
const ATTACH =
  'kubectl patch httproute sel -n team --type json -p \'[{"op":"add","path":"/spec/parentRefs/-","value":{"name":"gw","namespace":"default","sectionName":"https"}}]\''

test('a route that has the host without TLS alone is attached to the listener that was asked, where that takes it', () => {
  const cures = byTls({ from: 'All' })
  assert.equal(cures.at(-1), `or ${ATTACH}`)
  assert.ok(!byTls({ from: 'Same' }).includes(`or ${ATTACH}`))
})

test('what attaches a route to one more listener names it by the fields that its other references to the parent have', () => {
  const added = (...refs: readonly object[]): object | undefined => {
    const attach = byTls({ from: 'All' }, undefined, refs).find((one) => one.includes('/spec/parentRefs/-'))
    return attach && JSON.parse(attach.slice(attach.indexOf('['), -1))[0].value
  }
  const parent = { namespace: 'default', name: 'gw' }
  const elsewhere = { ...parent, namespace: 'team' }
  assert.deepEqual(added({ port: 80 }), { ...parent, port: 443 })
  assert.deepEqual(added({ sectionName: 'http', port: 80 }), { ...parent, sectionName: 'https', port: 443 })
  assert.deepEqual(added(elsewhere, { port: 80 }), { ...parent, port: 443 }, 'a Gateway of its name is another one')
  assert.equal(added({ sectionName: 'http' }, { sectionName: 'https' }), undefined, 'it is named already')
})

test('what is proposed has to do with the name that was asked, and is answered', () => {
  const proposed = byTls({ from: 'All' })
  assert.ok(!proposed.some((one) => one.includes('kind.example.com')), String(proposed))
  assert.ok(proposed.some((one) => one.includes('https://sell.example.com/')))
  assert.ok(!byTls({ from: 'All' }, [rule('gone')]).some((one) => one.includes('sell.example.com')))
})

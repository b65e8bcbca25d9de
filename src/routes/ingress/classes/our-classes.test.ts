import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../testing/ask.ts'
import { ingress, ingressClass, OUR_CLASS, route, rule, told } from '../testing/ingresses.ts'

const rules = [rule('', 'Prefix / web')]
const DEFAULT = { 'ingressclass.kubernetes.io/is-default-class': 'true' }
const served = (spec: object, annotations: object, ...classes: readonly any[]): boolean =>
  route({ ingresses: [ingress('i', { rules, ...spec }, annotations as any)], classes }).site !== undefined

test('an Ingress is served where it names a class of ours, by the field or by the annotation', () => {
  const other = ingressClass('other', { spec: { controller: 'lab.example/other' } })
  assert.equal(served({}, {}, OUR_CLASS, other), true)
  assert.equal(served({ ingressClassName: 'other' }, {}, OUR_CLASS, other), false)
  assert.equal(served({ ingressClassName: 'nobody' }, {}, OUR_CLASS, other), false)
  const annotated = (name: string) => ({ 'kubernetes.io/ingress.class': name })
  assert.equal(served({ ingressClassName: undefined }, annotated('fairlead'), OUR_CLASS, other), true)
  assert.equal(served({ ingressClassName: undefined }, annotated('other'), OUR_CLASS, other), false)
  assert.equal(served({ ingressClassName: 'other' }, annotated('fairlead'), OUR_CLASS, other), false)
})

test('an Ingress that names no class is of the default class, which may be somebody else’s', () => {
  const none = { ingressClassName: undefined }
  const ours = ingressClass('fairlead', { metadata: { annotations: DEFAULT } })
  const theirs = ingressClass('other', {
    spec: { controller: 'lab.example/other' },
    metadata: { annotations: DEFAULT, creationTimestamp: '2026-01-02T00:00:00Z' },
  })
  assert.equal(served(none, {}, OUR_CLASS), false)
  assert.equal(served(none, {}, ours), true)
  assert.equal(served(none, {}, ours, theirs), false)
})

const withParameters = (data: { readonly [key: string]: string } | undefined, parameters: object = {}) =>
  route({
    ingresses: [ingress('i', { rules })],
    classes: [ingressClass('fairlead', { spec: { parameters: { kind: 'ConfigMap', name: 'edge', ...parameters } } })],
    configMaps: data === undefined ? [] : [{ metadata: { namespace: 'kube-system', name: 'edge' }, data }],
  })

test('the parameters of a class are a ConfigMap, in kube-system where they are the cluster’s', () => {
  const routing = withParameters({
    'access-log': 'json',
    'use-forwarded-headers': 'true',
    'trusted-proxies': '192.0.2.0/24, 2001:db8::1',
  })
  assert.deepEqual(told(routing), [])
  assert.equal(routing.site?.accessLog, 'json')
  assert.deepEqual(routing.site?.trusted, ['192.0.2.0/24', '2001:db8::1/128'])
  assert.deepEqual(Object.keys(withParameters({ 'access-log': 'off' }).site ?? {}), ['origin', 'ports'])
})

test('parameters may lie in a namespace that they name', () => {
  const routing = route({
    ingresses: [ingress('i', { rules })],
    classes: [
      ingressClass('fairlead', {
        spec: { parameters: { kind: 'ConfigMap', name: 'edge', scope: 'Namespace', namespace: 'team' } },
      }),
    ],
    configMaps: [{ metadata: { namespace: 'team', name: 'edge' }, data: { 'access-log': 'json' } }],
  })
  assert.equal(routing.site?.accessLog, 'json')
})

test('parameters that are not understood are told, each by its name, and the defaults hold', () => {
  const parameters = (why: string) => [`fairlead InvalidParameters: spec.parameters: ${why}; the defaults hold`]
  assert.deepEqual(told(withParameters(undefined)), parameters('there is no ConfigMap kube-system/edge'))
  for (const [other, name] of [
    [{ kind: 'Config', apiGroup: 'lab.example' }, 'Config.lab.example'],
    [{ kind: 'ConfigMap', apiGroup: 'lab.example' }, 'ConfigMap.lab.example'],
    [{ kind: 'Secret' }, 'Secret'],
  ] as const)
    assert.deepEqual(told(withParameters({}, other)), parameters(`${name} is not understood, a ConfigMap is`))
  const odd = withParameters({
    'access-log': 'xml',
    'host-ownership': 'mine',
    'use-forwarded-headers': 'maybe',
    'trusted-proxies': '10.0.0.0/8,x',
    'log-format': 'y',
  })
  const about = 'fairlead InvalidParameters: ConfigMap kube-system/edge:'
  assert.deepEqual(told(odd), [
    `${about} log-format is not understood, and has no effect; there are access-log, host-ownership, request-metrics, use-forwarded-headers, trusted-proxies`,
    `${about} access-log is "xml", which is neither off nor json; what holds instead: off`,
    `${about} host-ownership is "mine", which is neither shared nor exclusive; what holds instead: shared`,
    `${about} use-forwarded-headers is "maybe", which is neither true nor false; what holds instead: false`,
    `${about} trusted-proxies is "10.0.0.0/8,x", which has what is neither an address nor a CIDR: x; what holds instead: 10.0.0.0/8`,
  ])
  assert.equal(odd.site?.trusted, undefined)
})

test('nobody’s headers are believed where no proxies are named, which is told', () => {
  const routing = withParameters({ 'use-forwarded-headers': 'true' })
  assert.equal(routing.site?.trusted, undefined)
  assert.deepEqual(told(routing), [
    'fairlead InvalidParameters: ConfigMap kube-system/edge: use-forwarded-headers is true, but trusted-proxies names nobody who is believed',
  ])
})

test('two classes of ours share a gateway, whose settings are those of the older one', () => {
  const classes = ['young', 'old'].map((name, index) =>
    ingressClass(name, {
      metadata: { creationTimestamp: `2026-01-0${2 - index}T00:00:00Z` },
      spec: { parameters: { kind: 'ConfigMap', name } },
    }),
  )
  const configMaps = ['young', 'old'].map((name) => ({
    metadata: { namespace: 'kube-system', name },
    data: { 'access-log': name === 'young' ? 'json' : 'off' },
  }))
  const ingresses = ['young', 'old'].map((name) =>
    ingress(name, { ingressClassName: name, rules: [rule(`${name}.example`, 'Prefix / web')] }),
  )
  const routing = route({ ingresses, classes, configMaps })
  assert.deepEqual(routing.site?.origin, { kind: 'IngressClass', name: 'old' })
  assert.equal(routing.site?.accessLog, undefined)
  assert.equal(ask(routing, 'http://young.example/') + ask(routing, 'http://old.example/'), 'webweb')
  assert.deepEqual(told(routing), [
    'young InvalidParameters: access-log, request-metrics and use-forwarded-headers of IngressClass old hold: it comes first, and both share one gateway',
  ])
})

test('a younger class is told what does not hold of it: what it says, where the older one says something else', () => {
  const isTold = (old: Record<string, string>, young: Record<string, string>): boolean => {
    const all = Object.entries({ old, young })
    const classes = all.map(([name], at) =>
      ingressClass(name, {
        metadata: { creationTimestamp: `2026-01-0${at + 1}T00:00:00Z` },
        spec: { parameters: { kind: 'ConfigMap', name } },
      }),
    )
    const configMaps = all.map(([name, data]) => ({ metadata: { namespace: 'kube-system', name }, data }))
    const routing = route({ ingresses: [ingress('i', { ingressClassName: 'old', rules })], classes, configMaps })
    const news = routing.news.filter(({ reason }) => reason === 'InvalidParameters')
    assert.ok(news.every(({ object }) => object.kind === 'IngressClass' && object.name === 'young'))
    return news.length > 0
  }
  const trusted = (ranges: string) => ({ 'use-forwarded-headers': 'true', 'trusted-proxies': ranges })
  const each: readonly Record<string, string>[] = [
    { 'access-log': 'json' },
    { 'request-metrics': 'rule' },
    trusted('192.0.2.0/24'),
  ]
  for (const one of each)
    assert.deepEqual([isTold(one, one), isTold(one, {}), isTold({}, one)], [false, false, true], JSON.stringify(one))
  assert.equal(isTold(trusted('192.0.2.0/24'), trusted('192.0.2.0/25')), true)
  assert.equal(
    isTold({ 'request-metrics': 'rule' }, { 'request-metrics': 'rule', 'host-ownership': 'exclusive' }),
    false,
  )
})

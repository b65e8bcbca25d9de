import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, http, httpRoute, rule } from '#routes/testing/make.ts'
import { ask } from '../../../testing/cluster.ts'
import { withGateway } from '../../../testing/gateways.ts'
import { ingressOfNobody, routeNotAttached } from './attach.ts'

const parentRefs = [{ name: 'gw', namespace: 'default' }]
const route = httpRoute('team/shop', { parentRefs, hostnames: ['shop.test'], rules: [rule('web')] })
type Listeners = NonNullable<Parameters<typeof gateway>[1]>

/** Commands that let a route of another namespace attach. */
const curesOf = (...listeners: Listeners): readonly string[] => {
  const told = ask(
    'pod/client',
    'http://shop.test/',
    {},
    withGateway({ gateways: [gateway('default/gw', listeners)], httpRoutes: [route] }),
  )
  const [finding] = told.findings
  assert.equal(finding?.reason, 'route-not-attached')
  return finding!.cures.map(({ command }) => command)
}

test('the listeners that are for the host let the namespace of a route in, and others stay closed', () => {
  const cures = curesOf(
    http({ name: 'shop', hostname: '*.test' }),
    http({ name: 'admin', hostname: 'admin.internal' }),
    http({ name: 'all', port: 8080 }),
  )
  assert.equal(cures.length, 1)
  for (const path of ['/spec/listeners/0/', '/spec/listeners/2/']) assert.ok(cures[0]!.includes(path), path)
  assert.ok(!cures[0]!.includes('/spec/listeners/1/'))
  assert.match(cures[0]!, /"values":\["team","default"\]/)
})

test('where a selector says who may attach, the namespace gets its labels, or somebody looks at its expressions', () => {
  const selecting = (selector: object) =>
    http({ allowedRoutes: { namespaces: { from: 'Selector', selector } } } as Parameters<typeof http>[0])
  assert.deepEqual(curesOf(selecting({ matchLabels: { team: 'a' } })), ['kubectl label namespace team team=a'])
  const expressions = [{ key: 'team', operator: 'Exists' }]
  assert.deepEqual(curesOf(selecting({ matchExpressions: expressions })), ['kubectl describe gateway gw -n default'])
  // A label alone would not be enough.
  const both = { matchLabels: { team: 'a' }, matchExpressions: expressions }
  assert.deepEqual(curesOf(selecting(both)), ['kubectl describe gateway gw -n default'])
})

test('a selector that nobody looks at, beside another word of who may attach, is none', () => {
  const namespaces = { from: 'Same', selector: { matchLabels: { team: 'a' } } } as const
  const cures = curesOf(http({ allowedRoutes: { namespaces } }))
  assert.match(cures.join(), /^kubectl patch gateway gw .*"values":\["team","default"\]/)
})

test('a kind of routes that a listener does not take is let in first, and kinds stay where a namespace is', () => {
  const kinds = [{ kind: 'GRPCRoute' }]
  const kind =
    '{"op":"add","path":"/spec/listeners/0/allowedRoutes/kinds/-","value":{"group":"gateway.networking.k8s.io","kind":"HTTPRoute"}}'
  const open = curesOf(http({ allowedRoutes: { kinds, namespaces: { from: 'All' } } }))
  assert.deepEqual(open, [`kubectl patch gateway gw -n default --type json -p '[${kind}]'`])
  const [first, second, ...others] = curesOf(http({ allowedRoutes: { kinds, namespaces: { from: 'Same' } } }))
  assert.deepEqual([first, others], [open[0], []])
  assert.match(second!, /"path":"\/spec\/listeners\/0\/allowedRoutes\/namespaces"/)
  // Of two the one that takes the kind needs nothing but the namespace.
  const [only, ...rest] = curesOf(http({ allowedRoutes: { kinds } }), http({ name: 'b', port: 81 }))
  assert.deepEqual(
    [rest, only!.includes('/spec/listeners/0/'), only!.includes('/spec/listeners/1/')],
    [[], false, true],
  )
})

type Loose = any
const command = ({ argv, alternative }: Loose): string => [...(alternative ? ['or'] : []), ...argv.slice(1)].join(' ')
const made = (key: string, listeners: readonly object[] = [{ name: 'http', port: 80 }]): Loose => {
  const [namespace, name] = key.split('/')
  return { metadata: { namespace, name }, spec: { listeners: listeners.map((one) => ({ protocol: 'HTTP', ...one })) } }
}
/** What is proposed for a route of the namespace `team` that is not attached to its second parent, `default/gw`. */
const proposed = (
  because: string,
  gateways: readonly Loose[],
  ref: object = {},
  more: object = {},
  port = 80,
  others: readonly object[] = [],
): readonly string[] => {
  const own = {
    kind: 'HTTPRoute',
    metadata: { namespace: 'team', name: 'shop' },
    spec: { parentRefs: [{ name: 'other' }, { name: 'gw', namespace: 'default', ...ref }, ...others] },
  }
  const parent = { kind: 'Gateway', namespace: 'default', name: 'gw' }
  const one: Loose = {
    ref: { kind: 'HTTPRoute', namespace: 'team', name: 'shop' },
    route: own,
    parent,
    parentIndex: 1,
    because,
    message: 'why',
    ...more,
  }
  const finding: Loose = routeNotAttached(
    { objects: { gateways, listenerSets: [], ingressClasses: [] }, routes: { statuses: [] } } as Loose,
    one,
    { host: 'shop.test', port },
  )
  assert.deepEqual(
    [finding.reason, finding.route, finding.parent, finding.because, finding.message],
    ['route-not-attached', one.ref, one.parent, because, 'why'],
  )
  for (const { effect } of finding.cures) {
    if (effect.gateway) assert.equal(effect.gateway.kind, 'Gateway')
    if (effect.code === 'label-namespace') assert.deepEqual(effect.object, { kind: 'Namespace', name: 'team' })
  }
  return finding.cures.map(command)
}
const patched = (kind: string, where: string, ...operations: readonly object[]) =>
  `patch ${kind} ${where} --type json -p ${JSON.stringify(operations)}`
const SHOP = 'shop -n team'
const GW = 'gw -n default'
const LOOK = 'describe httproute shop -n team'

test('a parent that is not there is one of its name elsewhere, or of a name like it, or the only one', () => {
  const to = (namespace: string, name: string) =>
    patched(
      'httproute',
      SHOP,
      { op: 'add', path: '/spec/parentRefs/1/name', value: name },
      { op: 'add', path: '/spec/parentRefs/1/namespace', value: namespace },
    )
  const told = (...keys: readonly string[]) =>
    proposed(
      'NoSuchParent',
      keys.map((key) => made(key)),
    )
  assert.deepEqual(told('a/gw', 'b/gw', 'c/gw', 'default/gv'), [to('a', 'gw'), `or ${to('b', 'gw')}`])
  assert.deepEqual(told('default/gv', 'default/public'), [to('default', 'gv')])
  assert.deepEqual(told('default/public'), [to('default', 'public')])
  assert.deepEqual(told('default/public', 'default/internal'), [LOOK])
  assert.deepEqual(told(), [LOOK])
  assert.deepEqual(told('a/gw', 'default/gv'), [to('a', 'gw')])
  const named = (key: string, ...hostnames: readonly string[]) =>
    made(
      key,
      hostnames.map((hostname, at) => ({ name: `l${at}`, port: 80, hostname })),
    )
  assert.deepEqual(proposed('NoSuchParent', [named('a/gw', 'a.test'), named('b/gw', 'a.test', '*.TEST')]), [
    to('b', 'gw'),
    `or ${to('a', 'gw')}`,
  ])
  assert.deepEqual(proposed('NoSuchParent', [named('a/gw', 'a.test'), made('b/gw')])[0], to('b', 'gw'))
})

test('a namespace is let in at the listeners that are meant, by section, port and host', () => {
  const listeners = [
    { name: 'a', port: 80, hostname: '*.TEST', allowedRoutes: { kinds: [{ kind: 'HTTPRoute' }] } },
    { name: 'b', port: 81 },
    { name: 'c', port: 81, hostname: 'other.example' },
  ]
  const told = (ref: object) =>
    proposed('NotAllowedByListeners', [made('default/gv'), made('default/gw', listeners)], ref)
  const values = ['team', 'default']
  const matchExpressions = [{ key: 'kubernetes.io/metadata.name', operator: 'In', values }]
  const namespaces = { from: 'Selector', selector: { matchExpressions } }
  const opened = (at: number) => ({ op: 'add', path: `/spec/listeners/${at}/allowedRoutes`, value: { namespaces } })
  // Kinds stay as they are.
  const first = { op: 'add', path: '/spec/listeners/0/allowedRoutes/namespaces', value: namespaces }
  assert.deepEqual(told({}), [patched('gateway', GW, first, opened(1))])
  assert.deepEqual(told({ sectionName: 'a' }), [patched('gateway', GW, first)])
  assert.deepEqual(told({ port: 81 }), [patched('gateway', GW, opened(1))])
  assert.deepEqual(told({ sectionName: 'c' }), ['describe gateway gw -n default'])
  // Whoever a selector lets in at one of them stays so.
  const selecting = {
    name: 'b',
    port: 81,
    allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: { team: 'a' } } } },
  }
  assert.deepEqual(proposed('NotAllowedByListeners', [made('default/gw', [{ name: 'a', port: 80 }, selecting])]), [
    'label namespace team team=a',
  ])
  assert.deepEqual(proposed('NotAllowedByListeners', []), [LOOK])
  const parent = { kind: 'Gateway', namespace: 'team', name: 'gw' }
  assert.deepEqual(proposed('NotAllowedByListeners', [made('team/gw')], {}, { parent }), [
    'describe gateway gw -n team',
  ])
})

const replaced = (fields: object) =>
  patched(
    'httproute',
    SHOP,
    ...Object.entries(fields).map(([field, value]) => ({ op: 'replace', path: `/spec/parentRefs/1/${field}`, value })),
  )

test('a hostname that no listener has gets a listener like one that is there', () => {
  const listeners = [
    { name: 'a', port: 80, protocol: 'HTTP', hostname: 'a.test' },
    { name: 'b', port: 81, protocol: 'HTTP', hostname: 'b.test' },
  ]
  const told = (ref: object) => proposed('NoMatchingListenerHostname', [made('default/gw', listeners)], ref)
  const added = (port: number) =>
    patched('gateway', GW, {
      op: 'add',
      path: '/spec/listeners/-',
      value: { protocol: 'HTTP', name: 'shop-test', port, hostname: 'shop.test' },
    })
  assert.deepEqual(told({}), [added(80)])
  assert.deepEqual(told({ port: 81 }), [added(81)])
  assert.deepEqual(told({ port: 82 }), [LOOK])
  assert.deepEqual(told({ sectionName: 'b' }), [added(81)])
  assert.deepEqual(proposed('NoMatchingListenerHostname', []), [LOOK])
})

test('a section of another hostname is left for the listener of the Gateway that has the host', () => {
  const listeners = [
    { name: 'http', port: 80, hostname: '*.shop.test' },
    { name: 'http2', port: 80, hostname: 'shop.test' },
    { name: 'all', port: 81 },
  ]
  assert.deepEqual(proposed('NoMatchingListenerHostname', [made('default/gw', listeners)], { sectionName: 'http' }), [
    replaced({ sectionName: 'http2' }),
  ])
})

test('who names a section or a port that is not there is led to the listener that is meant, and never to all', () => {
  const told = (ref: object, listeners?: readonly object[], port = 443) =>
    proposed('NoMatchingParent', [made('default/gw', listeners)], ref, {}, port)
  const three = [
    { name: 'http', port: 80 },
    { name: 'https', port: 443, hostname: 'shop.test', protocol: 'HTTPS' },
    { name: 'other', port: 443, protocol: 'HTTPS' },
  ]
  for (const sectionName of ['htttps', 'htps', 'https-1', 'web'])
    assert.deepEqual(told({ sectionName }, three), [replaced({ sectionName: 'https' })], sectionName)
  // A name that is like one is meant so, whatever is asked.
  assert.deepEqual(told({ sectionName: 'htttps' }, three, 80), [replaced({ sectionName: 'https' })])
  assert.deepEqual(told({ sectionName: 'web' }, three, 80), [replaced({ sectionName: 'http' })])
  assert.deepEqual(told({ port: 8443 }, three), [replaced({ port: 443 })])
  assert.deepEqual(told({ sectionName: 'http', port: 8443 }, three), [replaced({ port: 80 })])
  assert.deepEqual(told({ sectionName: 'web' }, three, 8443), [LOOK])
  assert.deepEqual(told({ sectionName: 'x' }), [replaced({ sectionName: 'http' })])
  assert.deepEqual(told({ sectionName: 'x', port: 1 }), [replaced({ sectionName: 'http', port: 80 })])
  // Of two that have the host the one that takes the route.
  const closed = { name: 'own', port: 443, hostname: 'shop.test' }
  const open = { name: 'open', port: 443, allowedRoutes: { namespaces: { from: 'All' } } }
  assert.deepEqual(told({ sectionName: 'web' }, [closed, open]), [replaced({ sectionName: 'open' })])
  assert.deepEqual(told({ sectionName: 'x' }, [{ name: 'a', port: 443, hostname: 'other.test' }]), [LOOK])
  assert.deepEqual(told({ sectionName: 'x' }, [{ name: 'a', port: 443, protocol: 'TCP' }]), [LOOK])
  assert.deepEqual(told({}), [LOOK])
  assert.deepEqual(proposed('Other', [made('default/gw')]), [LOOK])
})

test('what is proposed of a parent the API takes beside the others of a route', () => {
  const beside = (because: string, gateways: readonly Loose[], ref: object, ...others: readonly object[]) => {
    const all = others.map((other) => ({ name: 'gw', namespace: 'default', ...other }))
    return proposed(because, gateways, ref, {}, 443, all)
  }
  const three = ['http', 'https', 'https-2'].map((name) => ({ name, port: name === 'http' ? 80 : 443 }))
  const meant = (ref: object, ...others: readonly object[]) =>
    beside('NoMatchingParent', [made('default/gw', three)], ref, ...others)
  assert.deepEqual(meant({ sectionName: 'htps' }, { sectionName: 'https' }), [replaced({ sectionName: 'https-2' })])
  assert.deepEqual(meant({ sectionName: 'htps' }, { sectionName: 'http' }), [replaced({ sectionName: 'https' })])
  assert.deepEqual(meant({ port: 8443 }, { port: 443 }), [LOOK])
  assert.deepEqual(meant({ port: 8443 }, { port: 443, name: 'gv' }), [replaced({ port: 443 })])
  const moved = (...others: readonly object[]) =>
    beside('NoSuchParent', [made('a/gw')], { sectionName: 'a' }, ...others.map((one) => ({ ...one, namespace: 'a' })))
  assert.deepEqual(moved({ sectionName: 'a' }), [LOOK])
  assert.deepEqual(moved({ port: 80 }), [LOOK])
  assert.equal(moved({ sectionName: 'b' }).length, 1)
  assert.notDeepEqual(moved({ sectionName: 'b' }), [LOOK])
})

test('an Ingress of nobody’s class is given ours, where there is one', () => {
  const ingress: Loose = { metadata: { namespace: 'team', name: 'shop' } }
  const told = (ingressClasses: readonly object[], one: object = {}): Loose =>
    ingressOfNobody({ objects: { ingressClasses } } as Loose, { ingress, ...one } as Loose)
  const other = { metadata: { name: 'nginx' }, spec: { controller: 'x.test/y' } }
  const ours = { metadata: { name: 'fairlead' }, spec: { controller: 'fairlead.dev/gateway-controller' } }
  assert.deepEqual(told([other, ours]).cures.map(command), [
    'patch ingress shop -n team --type merge -p {"spec":{"ingressClassName":"fairlead"}}',
  ])
  assert.deepEqual(told([other]).cures.map(command), ['describe ingress shop -n team'])
  const ref = { kind: 'Ingress', namespace: 'team', name: 'shop' }
  const { cures: _, ...plain } = told([ours])
  assert.deepEqual(plain, { reason: 'ingress-of-nobody', ingress: ref })
  const { cures: __, ...named } = told([ours], { ingressClass: 'nginx', controller: 'x.test/y' })
  assert.deepEqual(named, { ...plain, ingressClass: 'nginx', controller: 'x.test/y' })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gateway, http, httpRoute, rule } from '#routes/testing/make.ts'
import { ask } from '../../testing/cluster.ts'
import { withGateway } from '../../testing/gateways.ts'

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

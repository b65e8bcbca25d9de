import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service } from '#api/core/service/message.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { keyOf } from '#objects/object-key.ts'
import { aliasKeys, changedAlias, desiredAlias, isAlias, isAliasOf } from './desired-alias.ts'

const gateway = (name: string, gatewayClassName: string, namespace = 'shop', uid = `uid ${name}`): Gateway => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name, namespace, uid },
  spec: { gatewayClassName },
})
const theirs = (namespace: string, name: string): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace, name },
  spec: { type: 'ExternalName', externalName: 'elsewhere.test' },
})
const aliasOf = (one: Gateway, key: string): Service => desiredAlias(one, key, 'gateway-x', 'cluster.local')
test('two Gateways that mean one alias have one each: the second one ends with a hash, as does one that is too long', () => {
  const both = [gateway('a', 'b-c'), gateway('a-b', 'c')] as const
  const keys = [...aliasKeys(both, () => undefined).values()]
  assert.equal(keys[0], 'shop/a-b-c')
  assert.match(keys[1]!, /^shop\/gw-a-b-c-[a-z0-9]+$/)
  assert.match([...aliasKeys([gateway('x'.repeat(70), 'c')], () => undefined).values()][0]!, /^shop\/gw-x+-[a-z0-9]+$/)
  // Elsewhere it is another name.
  assert.equal(aliasKeys([both[0], gateway('a-b', 'c', 'other')], () => undefined).get('other/a-b'), 'other/a-b-c')
})

test('an alias stays under the name that it has, whoever comes first and whatever is free', () => {
  const [first, second] = [gateway('a', 'b-c'), gateway('a-b', 'c')] as const
  const [, hashed] = [...aliasKeys([first, second], () => undefined).values()]
  const there = [aliasOf(second, 'shop/a-b-c')]
  assert.deepEqual(
    aliasKeys([first, second], (key) => there.find((one) => keyOf(one) === key)).get('shop/a-b'),
    'shop/a-b-c',
  )
  const alone = aliasOf(second, hashed!)
  assert.deepEqual([...aliasKeys([second], (key) => (key === hashed ? alone : undefined)).values()], [hashed])
})

test('a name that somebody else has is waited for, as is what is left of a Gateway that went', () => {
  const one = gateway('a-b', 'c')
  const before = aliasOf(gateway('a-b', 'c', 'shop', 'an older one'), 'shop/a-b-c')
  for (const holder of [theirs('shop', 'a-b-c'), before])
    assert.deepEqual(
      [...aliasKeys([one], (key) => (key === 'shop/a-b-c' ? holder : undefined)).values()],
      ['shop/a-b-c'],
    )
})

type Loose = any
const loose = (
  name: string,
  { className = 'fairlead', namespace = 'shop', infrastructure = {} }: Loose = {},
): Gateway => {
  const one = gateway(name, className, namespace, `uid-${name}`)
  return { ...one, spec: { ...one.spec, infrastructure } } as Loose
}
const asked = (of: Gateway): Loose =>
  desiredAlias(of, [...aliasKeys([of], () => undefined).values()][0]!, 'gateway-shop-public', 'cluster.local')
const nameOf = (...of: Parameters<typeof loose>): string => asked(loose(...of)).metadata.name
const LABEL = 'gateway.networking.k8s.io/gateway-name'

test('an alias stands beside its Gateway, leads to the Service of the data plane, and goes with its owner', () => {
  const alias = asked(loose('public'))
  assert.deepEqual(alias.spec, {
    type: 'ExternalName',
    externalName: 'gateway-shop-public.kube-system.svc.cluster.local',
  })
  assert.deepEqual([alias.apiVersion, alias.kind], ['v1', 'Service'])
  assert.deepEqual([alias.metadata.namespace, alias.metadata.name], ['shop', 'public-fairlead'])
  const [{ kind, name, uid, controller }] = alias.metadata.ownerReferences
  assert.deepEqual([kind, name, uid, controller], ['Gateway', 'public', 'uid-public', true])
  assert.equal(alias.metadata.labels[LABEL], 'public')
  assert.ok(isAlias(alias))
})

test('labels and annotations that a Gateway wants are there, and never hide what it is', () => {
  const infrastructure = {
    labels: { team: 'a', 'app.kubernetes.io/managed-by': 'me', [LABEL]: 'x' },
    annotations: { n: '1' },
  }
  const { labels, annotations } = asked(loose('public', { infrastructure })).metadata
  assert.deepEqual([labels.team, labels[LABEL], annotations], ['a', 'public', { n: '1' }])
  assert.equal(labels['app.kubernetes.io/managed-by'], 'gateway-controller.fairlead.dev')
})

test('a name that a Service cannot have is another, told apart by a hash', () => {
  assert.equal(nameOf('a.b', { className: 'c.d' }), 'a-b-c-d')
  assert.equal(nameOf('a'.repeat(54)), `${'a'.repeat(54)}-fairlead`)
  const long = ['a', 'b'].map((end) => nameOf(`${'a'.repeat(60)}${end}`))
  for (const name of [...long, nameOf('1st'), nameOf('a'.repeat(55))]) {
    assert.match(name, /^gw-[a-z0-9-]+$/)
    assert.ok(name.length <= 63, name)
  }
  assert.equal(long[0]!.length, 63)
  assert.notEqual(long[0], long[1])
  assert.match(nameOf('1st'), /^gw-1st-fairlead-/)
  assert.notEqual(nameOf('1', { className: 'a-b' }), nameOf('1-a', { className: 'b' }))
  // The label has room for a name of 63 letters.
  assert.equal(asked(loose('a'.repeat(63))).metadata.labels[LABEL], 'a'.repeat(63))
  assert.equal(asked(loose('a'.repeat(64))).metadata.labels[LABEL], undefined)
})

test('no alias has the name of what all Ingresses share', () => {
  const other = { className: 'gateway', namespace: 'kube-system' }
  assert.match(nameOf('fairlead', other), /^gw-fairlead-gateway-/)
  assert.equal(nameOf('fairlead', { ...other, namespace: 'shop' }), 'fairlead-gateway')
  assert.equal(nameOf('other', other), 'other-gateway')
})

test('an alias that is there is put right, and what others have beside stays; one of somebody else is not touched', () => {
  const wanted = asked(loose('public'))
  assert.equal(changedAlias(wanted, wanted), undefined)
  const kept = {
    ...wanted,
    metadata: { ...wanted.metadata, resourceVersion: '7' },
    spec: { ...wanted.spec, sessionAffinity: 'None' },
  }
  assert.equal(changedAlias(wanted, kept), undefined)
  for (const broken of [
    { ...kept, spec: { ...kept.spec, externalName: 'other.test' } },
    { ...kept, metadata: { ...kept.metadata, labels: { ...kept.metadata.labels, more: 'x' } } },
    { ...kept, metadata: { ...kept.metadata, annotations: { more: 'x' } } },
  ])
    assert.deepEqual(changedAlias(wanted, broken), kept)
  for (const foreign of [
    { ...kept, metadata: { ...kept.metadata, labels: {} } },
    { ...kept, metadata: { ...kept.metadata, ownerReferences: [{ ...kept.metadata.ownerReferences[0], uid: 'x' }] } },
    { ...kept, metadata: { ...kept.metadata, ownerReferences: undefined } },
    { ...kept, spec: { ...kept.spec, type: 'ClusterIP' } },
    { ...kept, metadata: undefined },
  ])
    assert.equal(isAliasOf(foreign, loose('public')), false)
})

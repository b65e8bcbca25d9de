import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { changedAlias, desiredAlias, isAlias } from './desired-alias.ts'

type Loose = any
const gateway = (
  name: string,
  { className = 'fairlead', namespace = 'shop', infrastructure = {} }: Loose = {},
): Gateway =>
  ({
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name, namespace, uid: `uid-${name}` },
    spec: { gatewayClassName: className, infrastructure },
  }) as Loose
const aliasOf = (of: Gateway): Loose => desiredAlias(of, 'gateway-shop-public', 'cluster.local')
const nameOf = (...of: Parameters<typeof gateway>): string => aliasOf(gateway(...of)).metadata.name
const LABEL = 'gateway.networking.k8s.io/gateway-name'

test('an alias stands beside its Gateway, leads to the Service of the data plane, and goes with its owner', () => {
  const alias = aliasOf(gateway('public'))
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
  const { labels, annotations } = aliasOf(gateway('public', { infrastructure })).metadata
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
  assert.equal(aliasOf(gateway('a'.repeat(63))).metadata.labels[LABEL], 'a'.repeat(63))
  assert.equal(aliasOf(gateway('a'.repeat(64))).metadata.labels[LABEL], undefined)
})

test('no alias has the name of what all Ingresses share', () => {
  const other = { className: 'gateway', namespace: 'kube-system' }
  assert.match(nameOf('fairlead', other), /^gw-fairlead-gateway-/)
  assert.equal(nameOf('fairlead', { ...other, namespace: 'shop' }), 'fairlead-gateway')
  assert.equal(nameOf('other', other), 'other-gateway')
})

test('an alias that is there is put right, and what others have beside stays; one of somebody else is not touched', () => {
  const wanted = aliasOf(gateway('public'))
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
    assert.equal(changedAlias({ ...wanted, spec: { ...wanted.spec, externalName: 'new' } }, foreign), undefined)
})

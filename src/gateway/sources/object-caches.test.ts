import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayResources } from '#api/gatewayapi/resources.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ApiObject } from '#api/resource.ts'
import type { Handlers, Informers } from '#client/informer.ts'
import { GATEWAY_ANNOTATION, MANAGED_LABELS } from '#routes/site-service.ts'
import { ObjectCaches } from './object-caches.ts'

type Kind = { readonly plural: string }

/** Caches of which a test says what happens, and what they have told. */
const start = (there: Readonly<Record<string, ApiObject>> = {}) => {
  const handlers: (readonly [plural: string, Handlers<ApiObject>])[] = []
  const optional = new Set<string>()
  const told: unknown[] = []
  const informers = {
    for: ({ plural }: Kind, { isOptional = false } = {}) => {
      if (isOptional) optional.add(plural)
      return {
        addHandlers: (one: Handlers<ApiObject>) => handlers.push([plural, one]),
        lister: { list: () => Object.values(there), byKey: (key: string) => there[key] },
      }
    },
  } as unknown as Informers
  const caches = new ObjectCaches(
    informers,
    () => told.push('changed'),
    (configMap) => told.push(configMap),
  )
  const of = ({ plural }: Kind) => handlers.flatMap(([one, all]) => (one === plural ? [all] : []))
  /** What is told of something that comes (nothing before), changes or goes (nothing after). */
  const tell = (kind: Kind, before?: ApiObject, after?: ApiObject): readonly unknown[] => {
    for (const one of of(kind))
      if (before === undefined) one.onAdd?.(after!)
      else if (after === undefined) one.onDelete?.(before)
      else one.onUpdate?.(before, after)
    return told.splice(0)
  }
  return { caches, optional, tell }
}

const object = (more: object = {}, metadata: object = {}) =>
  ({ metadata: { name: 'one', namespace: 'shop', uid: '1', ...metadata }, ...more }) as ApiObject

test('of everything that routes follow from it is told what comes and goes; only definitions may be absent', () => {
  const { tell, optional } = start()
  const builtIn = [configMaps, services, namespaces, secrets, ingresses, ingressClasses]
  for (const kind of [...builtIn, ...gatewayResources]) {
    assert.deepEqual(tell(kind, undefined, object()), ['changed'], kind.plural)
    assert.deepEqual(tell(kind, object()), ['changed'], kind.plural)
  }
  assert.deepEqual([...optional].sort(), gatewayResources.map(({ plural }) => plural).sort())
})

test('what asks for something else is told, and what is only said of an object is not', () => {
  const { tell } = start()
  for (const [kind, after] of [
    [gateways, object({ spec: { a: 2 } }, { generation: 2 })],
    [gateways, object({}, { deletionTimestamp: '2026-01-01T00:00:00Z' })],
    [namespaces, object({}, { labels: { team: 'a' } })],
    [services, object({}, { annotations: { note: 'a' } })],
    // Of the same name, and younger.
    [services, object({}, { uid: '2' })],
    [services, object({ spec: { a: 1 } })],
    [secrets, object({ data: { 'tls.crt': 'eA==' } })],
    [configMaps, object({ data: { page: 'x' } })],
    [configMaps, object({ data: { page: 'x' } }, { generation: 1 })],
  ] as const) {
    const { generation } = after.metadata as { readonly generation?: number }
    const before = object({ ...('spec' in after && { spec: {} }) }, generation === undefined ? {} : { generation: 1 })
    assert.deepEqual(tell(kind, before, after), ['changed'], JSON.stringify(after))
  }
  for (const metadata of [{}, { generation: 1 }]) {
    const after = object({ spec: {}, status: { isWell: true } }, { ...metadata, resourceVersion: '2' })
    assert.deepEqual(tell(gateways, object({ spec: {} }, metadata), after), [])
  }
})

test('of the ConfigMap that pods report in nothing follows, and who reports hears of it alone', () => {
  const { tell } = start()
  const report = (data: ConfigMap['data']) => object({ data }, { name: 'fairlead-gateway', namespace: 'kube-system' })
  const [empty, full] = [report({}), report({ a: 'b' })]
  assert.deepEqual(tell(configMaps, undefined, empty), [empty])
  assert.deepEqual(tell(configMaps, empty, full), [full])
  assert.deepEqual(tell(configMaps, full), [undefined])
  for (const metadata of [{ name: 'fairlead-gateway' }, { namespace: 'kube-system' }])
    assert.deepEqual(tell(configMaps, undefined, object({}, metadata)), ['changed'])
})

test('a port of a Gateway is where the Service that has its addresses sends to, as long as there is one', () => {
  const { caches, tell } = start()
  const site = (name: string) => ({ kind: 'Gateway', namespace: 'shop', name })
  const service = (gateway: string, targetPort: number, uid = '1') =>
    object(
      { spec: { ports: [{ port: 80, targetPort }] } },
      {
        ...{ name: gateway, namespace: 'kube-system', uid, labels: MANAGED_LABELS },
        annotations: { [GATEWAY_ANNOTATION]: `shop/${gateway}` },
      },
    ) as Service
  const binds = () => ['a', 'b'].map((name) => caches.bindOf(site(name), 80))
  assert.deepEqual(binds(), [undefined, undefined])
  const [first, other] = [service('a', 20_001), service('b', 20_003, '2')]
  tell(services, undefined, first)
  tell(services, undefined, other)
  assert.deepEqual(binds(), [20_001, 20_003])
  const moved = service('a', 20_002)
  tell(services, first, moved)
  assert.deepEqual(binds(), [20_002, 20_003])
  // One that has another's addresses has these no more.
  tell(services, other, object({}, { uid: '2' }))
  assert.deepEqual(binds(), [20_002, undefined])
  tell(services, moved)
  assert.deepEqual(binds(), [undefined, undefined])
})

test('a namespace without labels is there, and what is leaving counts no more', () => {
  const plain = { metadata: { name: 'plain' } }
  const labelled = { metadata: { name: 'labelled', labels: { team: 'a' } } }
  const leaving = { metadata: { name: 'leaving', deletionTimestamp: '2026-01-01T00:00:00Z' } }
  const objects = start({ plain, labelled, leaving } as never).caches.objects()
  assert.deepEqual(['plain', 'labelled', 'none'].map(objects.namespaceLabels), [{}, { team: 'a' }, undefined])
  assert.deepEqual(objects.gateways, [plain, labelled])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Endpoint, EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { ApiError } from '#client/client.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { endpointsOf, serviceOf } from '#routes/backend-endpoints.ts'
import { leanClient } from './lean-client.ts'
import { ObjectCaches } from './object-caches.ts'

const slice = (
  addressType: EndpointSlice['addressType'],
  endpoints: readonly Endpoint[],
  ports: EndpointSlice['ports'] = [{ name: 'web', port: 8080 }],
): EndpointSlice => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 's', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'cart' } },
  addressType,
  ports,
  endpoints,
})

test('who is ready gets requests, who leaves and still serves keeps its own, all others get none', () => {
  const endpoints: readonly Endpoint[] = [
    { addresses: ['10.0.0.1'] },
    { addresses: ['10.0.0.2'], conditions: { ready: true, serving: true, terminating: false } },
    { addresses: ['10.0.0.3'], conditions: { ready: false, serving: true, terminating: true } },
    { addresses: ['10.0.0.4'], conditions: { ready: false, serving: false, terminating: true } },
    { addresses: ['10.0.0.5'], conditions: { ready: false } },
  ]
  assert.deepEqual(endpointsOf([slice('IPv4', endpoints)], 'web', ['IPv4']), [
    { address: '10.0.0.1', port: 8080 },
    { address: '10.0.0.2', port: 8080 },
    { address: '10.0.0.3', port: 8080, isLeaving: true },
  ])
})

test('a port is found by the name that its slices have, and each endpoint counts once whatever its families', () => {
  const four = slice(
    'IPv4',
    [{ addresses: ['10.0.0.1'] }],
    [
      { name: '', port: 80 },
      { name: 'dns', protocol: 'UDP', port: 53 },
    ],
  )
  const six = slice('IPv6', [{ addresses: ['fd00::1'] }], [{ port: 80 }])
  assert.deepEqual(endpointsOf([four, six], '', ['IPv4', 'IPv6']), [{ address: '10.0.0.1', port: 80 }])
  assert.deepEqual(endpointsOf([four, six], '', ['IPv6']), [{ address: 'fd00::1', port: 80 }])
  assert.deepEqual(endpointsOf([slice('IPv4', []), six], '', ['IPv4', 'IPv6']), [{ address: 'fd00::1', port: 80 }])
  assert.deepEqual(endpointsOf([four], 'dns', ['IPv4']), [])
  assert.equal(serviceOf(four), 'shop/cart')
  assert.equal(serviceOf({ ...four, metadata: { name: 's', namespace: 'shop' } }), undefined)
})

test('caches keep what routing asks for: of a Secret its certificate alone, of everything no fields of managers', async () => {
  const client = new FakeClient({ clock: systemClock })
  const metadata = {
    name: 'tls',
    namespace: 'shop',
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', note: 'mine' },
    managedFields: [{ manager: 'kubectl' }],
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, data: { 'tls.crt': 'eA==', password: 'eA==' } }
  await client.create(secrets, secret as never, { namespace: 'shop' })
  const lean = leanClient(client)
  const { items, resourceVersion } = await lean.list(secrets)
  const watched: unknown[] = []
  const watch = lean.watch(secrets, { resourceVersion }, (event) =>
    watched.push(event.type !== 'BOOKMARK' && event.object),
  )
  await client.update(secrets, { ...items[0], data: { 'tls.key': 'eA==', 'ca.crt': 'eA==' } } as never, {
    namespace: 'shop',
  })
  watch.stop()
  for (const [object, data] of [
    [items[0], { 'tls.crt': 'eA==' }],
    [watched[0], { 'tls.key': 'eA==' }],
  ] as const) {
    const { metadata: kept, data: found } = object as typeof secret
    assert.deepEqual([found, kept.annotations, kept.managedFields], [data, { note: 'mine' }, undefined])
  }
})

test('of a ConfigMap settings and authorities are kept, of what is longer than a setting may be a bit more than that', async () => {
  const client = new FakeClient({ clock: systemClock })
  const data = { 'access-log': 'json', 'ca.crt': 'x'.repeat(5000), page: 'x'.repeat(70_000) }
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'edge', namespace: 'shop' }, data }
  await client.create(configMaps, map as never, { namespace: 'shop' })
  const { items } = await leanClient(client).list(configMaps)
  assert.deepEqual((items[0] as typeof map).data, { ...data, page: 'x'.repeat(65_537) })
})

test('a definition that is not there, or goes before its objects have come, holds up nothing; they come when it does', async () => {
  const clock = new HandClock()
  let isServed = true
  const asked: string[] = []
  const fault = (verb: string, { plural }: { readonly plural: string }) => {
    if (plural !== 'gateways' || verb !== 'list') return undefined
    asked.push(plural)
    // The first list breaks off, and then there is nothing any more to be listed.
    if (asked.length === 1) return new Error('broken off')
    isServed = asked.length > 3
    return isServed ? undefined : new ApiError({ code: 404, reason: 'NotFound', message: 'not found' } as never)
  }
  const client = new FakeClient({ clock, fault })
  const metadata = { name: 'public', namespace: 'shop' }
  await client.create(gateways, { metadata, spec: { gatewayClassName: 'fairlead', listeners: [] } } as never)
  const informers = new Informers(client, { clock, random: () => 0, signal: new AbortController().signal })
  let changes = 0
  const caches = new ObjectCaches(informers, () => changes++)
  let hasSynced = false
  void informers.hasSynced().then(() => {
    hasSynced = true
  })
  const turns = async () => {
    for (let left = 5; left > 0; left--) await new Promise((resolve) => setImmediate(resolve))
  }
  await turns()
  assert.equal(hasSynced, false)
  clock.advance(100)
  await turns()
  assert.deepEqual([hasSynced, isServed, caches.objects().gateways], [true, false, []])
  for (let tries = 0; tries < 3; tries++) {
    clock.advance(1_000)
    await turns()
  }
  assert.deepEqual([caches.objects().gateways.length, changes], [1, 1])
})

test('what pods report is kept however long it is, and that of others is not; a namespace is its name and labels', async () => {
  const client = new FakeClient({ clock: systemClock })
  const long = 'x'.repeat(70_000)
  for (const [namespace, name] of [
    ['kube-system', 'fairlead-gateway'],
    ['kube-system', 'other'],
    ['shop', 'fairlead-gateway'],
  ] as const)
    await client.create(configMaps, { metadata: { name }, data: { pod: long, 'ca.crt': long } } as never, { namespace })
  const lean = leanClient(client)
  const { items } = await lean.list(configMaps)
  assert.deepEqual(
    items.map(({ metadata, data }) => [
      `${metadata?.namespace}/${metadata?.name}`,
      data?.pod?.length,
      data?.['ca.crt']?.length,
    ]),
    [
      ['kube-system/fairlead-gateway', 70_000, 70_000],
      ['kube-system/other', 65_537, 70_000],
      ['shop/fairlead-gateway', 65_537, 70_000],
    ],
  )
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' }
  const namespace = {
    metadata: { name: 'shop', labels: { team: 'a' }, annotations },
    spec: { finalizers: ['kubernetes'] },
  }
  await client.create(namespaces, namespace as never)
  const [shop] = (await lean.list(namespaces)).items
  assert.deepEqual(
    [shop?.spec, shop?.status, shop?.metadata?.labels, shop?.metadata?.annotations],
    [undefined, undefined, { team: 'a' }, undefined],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { secrets } from '#api/core/secret/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { ApiError } from '#client/client.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { gatewayClass } from '#routes/testing/cluster.ts'
import { gateway, httpRoute, https } from '#routes/testing/make.ts'
import { gatherRoutes } from './gateway-facts.ts'

const GROUP = 'gateway.networking.k8s.io'
const denied = (code: number) =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code })

/** A cluster that answers as `fault` says; `asked` are the kinds that were listed or got, in order. */
const cluster = async (
  fault: (resource: Resource, verb: string) => number | undefined,
  ...objects: readonly ApiObject[]
) => {
  const asked: string[] = []
  let isMade = false
  const client = new FakeClient({
    clock: new HandClock(),
    fault: (verb, resource) => {
      if (!isMade) return undefined
      asked.push(resource.plural)
      const code = fault(resource, verb)
      return code === undefined ? undefined : denied(code)
    },
  })
  const kinds = [
    gatewayClasses,
    gateways,
    httpRoutes,
    namespaces,
    pods,
    secrets,
    endpointSlices,
  ] as unknown as readonly Resource[]
  for (const object of objects) {
    const resource = kinds.find(({ kind }) => kind === object.kind)!
    const namespace = object.metadata?.namespace
    await client.create(resource as never, object as never, namespace ? { namespace } : {})
  }
  isMade = true
  return { client, asked }
}

test('a cluster that does not serve the Gateway API has no gateways, for one question more of each of two kinds', async () => {
  const { client, asked } = await cluster(({ group }) => (group === GROUP ? 404 : undefined))
  const { gateways: found } = await gatherRoutes(client)
  assert.equal(found, undefined)
  assert.deepEqual(
    asked.filter((plural) => !['services', 'pods', 'namespaces', 'endpointslices'].includes(plural)).sort(),
    ['gatewayclasses', 'gateways', 'ingressclasses', 'ingresses'],
  )
})

test('Secrets are asked for by name alone, and where they may not be read a certificate is taken for a good one', async () => {
  const objects = [
    gatewayClass(),
    gateway('shop/gw', [https()]),
    httpRoute('shop/web'),
  ] as unknown as readonly ApiObject[]
  const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as ApiObject
  const { client, asked } = await cluster(({ plural }) => (plural === 'secrets' ? 403 : undefined), shop, ...objects)
  const { gateways: found } = await gatherRoutes(client)
  assert.equal(asked.filter((plural) => plural === 'secrets').length, 1)
  assert.deepEqual(found?.unseen, [{ code: 'resource', resource: 'secrets', why: 'forbidden' }])
  const status = found?.routes.statuses.find(({ object }) => object.kind === 'Gateway')?.status as {
    readonly listeners: readonly {
      readonly conditions: readonly { readonly type: string; readonly status: string }[]
    }[]
  }
  assert.equal(status.listeners[0]?.conditions.find(({ type }) => type === 'ResolvedRefs')?.status, 'True')
})

test('beside a Secret that is not there stand the names of those with certificates, where they may be listed', async () => {
  const beside = (name: string, type: string) =>
    ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, type }) as ApiObject
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    gatewayClass(),
    gateway('shop/gw', [https({ tls: { certificateRefs: [{ name: 'example-con' }] } })]),
    httpRoute('shop/web'),
    beside('example-com', 'kubernetes.io/tls'),
    beside('example-col', 'Opaque'),
  ] as unknown as readonly ApiObject[]
  const found = async (fault: Parameters<typeof cluster>[0]) => {
    const { client } = await cluster(fault, ...objects)
    return (await gatherRoutes(client)).gateways?.tlsSecrets
  }
  assert.deepEqual(await found(() => undefined), new Map([['shop', ['example-com']]]))
  const isBarred = ({ plural }: Resource, verb: string) => (plural === 'secrets' && verb === 'list' ? 403 : undefined)
  assert.deepEqual(await found(isBarred), new Map([['shop', []]]))
})

test('what the API refuses for another reason is told, and not taken for nothing', async () => {
  const { client } = await cluster(({ plural }) => (plural === 'gateways' ? 500 : undefined))
  await assert.rejects(gatherRoutes(client), ApiError)
})

test('the pods of the gateways are told with whether they are ready, without those that have ended', async () => {
  const pod = (name: string, status: object, namespace = 'kube-system') =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { 'app.kubernetes.io/name': 'fairlead-gateway' } },
      status,
    }) as unknown as ApiObject
  const { client } = await cluster(
    () => undefined,
    pod('ready', { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }),
    pod('starts', { phase: 'Pending' }),
    pod('ended', { phase: 'Failed' }),
    pod('stranger', { phase: 'Running' }, 'shop'),
  )
  const { proxies } = await gatherRoutes(client)
  assert.deepEqual(proxies, [
    { pod: 'ready', isReady: true },
    { pod: 'starts', isReady: false },
  ])
})

test('a Service has endpoints by the protocol of its port', async () => {
  const metadata = { name: 'dns-1', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'dns' } }
  const slice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata,
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.0.5'], conditions: { ready: true } }],
    ports: [{ name: 'dns', port: 53, protocol: 'UDP' }],
  } as unknown as ApiObject
  const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } } as ApiObject
  const { client } = await cluster(() => undefined, shop, slice)
  const { hasEndpoints } = await gatherRoutes(client)
  const backend = { service: { namespace: 'shop', name: 'dns', port: 53 }, portName: 'dns' }
  assert.deepEqual([hasEndpoints(backend, 'UDP'), hasEndpoints(backend, 'TCP')], [true, false])
})

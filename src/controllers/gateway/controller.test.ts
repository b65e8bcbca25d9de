import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { events } from '#api/core/event/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { httpRoutes } from '#api/gatewayapi/httproute/resource.ts'
import { tcpRoutes } from '#api/gatewayapi/tcproute/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { Resource } from '#api/resource.ts'
import { reportText } from '#routes/reports.ts'
import { dataPlaneObjects } from './infrastructure/desired-objects.ts'
import {
  API,
  gateway,
  gatewayClass,
  httpRoute,
  ingress,
  ingressClass,
  listener,
  madeOf,
  OURS,
  POD,
  service,
  shop,
  start,
  system,
} from './testing/gateway-cluster.ts'

type Loose = any

test('while there is no Gateway and no Ingress nothing is made, and a class of ours is accepted all the same', async () => {
  const { client, clock, settle, conditionsOf, writes, stop } = await start()
  await client.create(gatewayClasses, gatewayClass('other', 'example.com/other'))
  await settle()
  clock.advance(5000)
  await settle()
  assert.equal(conditionsOf(await client.get(gatewayClasses, 'fairlead')).Accepted, 'True Accepted')
  assert.deepEqual(conditionsOf(await client.get(gatewayClasses, 'other')), {})
  assert.deepEqual(writes.slice(4), ['MODIFIED gatewayclasses fairlead'])
  stop()
})

test('the first Gateway brings the data plane, gets a Service and an address, and is programmed when a pod serves', async () => {
  const { client, settle, conditionsOf, gatewayNow, serving, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual(
    madeOf(client),
    dataPlaneObjects().map(({ first }) => first.kind),
  )
  const { spec } = await client.get(services, 'gateway-shop-public', system)
  assert.deepEqual(spec?.ports, [{ name: 'tcp-80', port: 80, protocol: 'TCP', targetPort: 10_000 }])
  assert.match(conditionsOf(await gatewayNow()).Programmed!, /^False /)
  await serving()
  const { status, ...object } = await gatewayNow()
  assert.deepEqual(status.addresses, [{ type: 'IPAddress', value: '172.30.255.1' }])
  assert.deepEqual(conditionsOf({ ...object, status }), {
    Accepted: 'True Accepted',
    Programmed: 'True Programmed',
    ResolvedRefs: 'True ResolvedRefs',
  })
  stop()
})

test('with the last Gateway all goes, also where its class or the kind itself goes, and what others made stays', async () => {
  for (const end of ['gateway', 'class', 'kind', 'other class'] as const) {
    const { client, catalogue, kinds, settle, gatewayNow, names, stop } = await start()
    const mine: Loose = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', ...system } }
    await client.create(configMaps, mine, system)
    await client.create(gateways, gateway('public'))
    await client.create(gateways, gateway('second'))
    await settle()
    assert.equal(names(services).length, 4, 'two, and their aliases')
    if (end === 'class') await client.delete(gatewayClasses, 'fairlead')
    else if (end === 'kind') catalogue.remove(kinds[1]!.resource)
    else
      for (const name of ['public', 'second']) {
        if (end === 'gateway') await client.delete(gateways, name, shop)
        else {
          const now = await gatewayNow(name)
          await client.update(gateways, { ...now, spec: { ...now.spec, gatewayClassName: 'other' } }, shop)
        }
        await settle()
        if (name === 'public') assert.deepEqual(names(services), ['gateway-shop-second', 'second-fairlead'])
      }
    await settle()
    assert.deepEqual([end, madeOf(client), names(services)], [end, [], []])
    assert.deepEqual(names(configMaps), ['mine'])
    stop()
  }
})

test('what is deleted or broken of the data plane comes back, and what people change of it stays', async () => {
  const { client, settle, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  await client.delete(deployments, 'fairlead-gateway', system)
  await settle()
  const deployment: Loose = await client.get(deployments, 'fairlead-gateway', system)
  const template = deployment.spec.template
  const [haproxy, driver] = template.spec.containers
  const resources = { limits: { memory: '1Gi' } }
  const edited = [{ ...haproxy, resources, image: 'other' }, driver]
  await client.update(
    deployments,
    {
      ...deployment,
      spec: {
        ...deployment.spec,
        replicas: 3,
        template: { ...template, spec: { ...template.spec, containers: edited } },
      },
    },
    system,
  )
  await settle()
  const { spec }: Loose = await client.get(deployments, 'fairlead-gateway', system)
  assert.equal(spec.replicas, 3)
  assert.deepEqual(spec.template.spec.containers, [{ ...haproxy, resources }, driver])
  await client.delete(services, 'gateway-shop-public', system)
  await settle()
  assert.equal((await client.get(services, 'gateway-shop-public', system)).spec?.type, 'LoadBalancer')
  stop()
})

test('a Gateway’s own namespace has a name that leads to it, with the labels that it wants on what is made for it', async () => {
  const { client, settle, gatewayNow, stop } = await start()
  const infrastructure = { labels: { team: 'a' }, annotations: { note: 'x' } }
  await client.create(gateways, gateway('public', { infrastructure }))
  await settle()
  const { metadata, spec } = await client.get(services, 'public-fairlead', shop)
  assert.equal(spec?.externalName, 'gateway-shop-public.kube-system.svc.cluster.local')
  assert.deepEqual(
    [metadata?.labels?.team, metadata?.labels?.['gateway.networking.k8s.io/gateway-name'], metadata?.annotations?.note],
    ['a', 'public', 'x'],
  )
  await client.delete(services, 'public-fairlead', shop)
  await settle()
  const made = await gatewayNow()
  await client.update(gateways, { ...made, spec: { ...made.spec, infrastructure: { labels: { team: 'b' } } } }, shop)
  await settle()
  const again = await client.get(services, 'public-fairlead', shop)
  assert.deepEqual([again.metadata?.labels?.team, again.metadata?.annotations], ['b', {}])
  assert.equal(again.metadata?.ownerReferences?.[0]?.kind, 'Gateway')
  const theirs = service('second-fairlead')
  await client.create(services, theirs, shop)
  await client.create(gateways, gateway('second'))
  await settle()
  assert.deepEqual((await client.get(services, 'second-fairlead', shop)).spec, theirs.spec)
  await client.delete(services, 'second-fairlead', shop)
  await settle()
  assert.equal((await client.get(services, 'second-fairlead', shop)).spec?.type, 'ExternalName')
  stop()
})

test('two Gateways whose alias would have one name have one each', async () => {
  const { client, settle, names, stop } = await start()
  await client.create(gatewayClasses, gatewayClass('b-c'))
  await client.create(gatewayClasses, gatewayClass('c'))
  await client.create(gateways, gateway('a', { gatewayClassName: 'b-c' }))
  await client.create(gateways, gateway('a-b', { gatewayClassName: 'c' }))
  await settle()
  const aliases = client.all(services).filter(({ spec }) => spec?.type === 'ExternalName')
  assert.deepEqual(aliases.map(({ spec }) => spec?.externalName).sort(), [
    'gateway-shop-a-b.kube-system.svc.cluster.local',
    'gateway-shop-a.kube-system.svc.cluster.local',
  ])
  const before = names(services)
  await client.delete(gateways, 'a', shop)
  await settle()
  // The other one keeps the name that it has.
  const gone = aliases.find(({ spec }) => spec?.externalName === 'gateway-shop-a.kube-system.svc.cluster.local')
  const left = before.filter((name) => name !== 'gateway-shop-a' && name !== gone?.metadata?.name)
  assert.deepEqual(names(services).sort(), [...left].sort())
  stop()
})

test('an object of somebody else with a name of ours is not touched, and its Gateways are told', async () => {
  const { client, settle, stop } = await start()
  const theirs: Loose = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'fairlead-gateway', ...system },
    data: { a: 'b' },
  }
  await client.create(configMaps, theirs, system)
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual((await client.get(configMaps, 'fairlead-gateway', system)).data, { a: 'b' })
  const about = client.all(events).filter(({ involvedObject }) => involvedObject?.kind === 'Gateway')
  const told = about.map(({ reason, message, count }) => [reason, message, count])
  assert.deepEqual(told, [
    [
      'DataPlaneBlocked',
      "somebody else has what the gateway's pods need the name of: ConfigMap kube-system/fairlead-gateway; delete it, and the gateway's own is made",
      1,
    ],
  ])
  await client.delete(gateways, 'public', shop)
  await settle()
  assert.deepEqual(madeOf(client), ['ConfigMap'])
  stop()
})

test('a route is told where it is attached, others’ words about it stay, and ours go with the Gateway', async () => {
  const { client, clock, settle, serving, stop } = await start()
  await client.create(services, service('web'), shop)
  await client.create(gateways, gateway('public'))
  const other = { parentRef: { name: 'elsewhere' }, controllerName: 'example.com/other', conditions: [] }
  const made = await client.create(httpRoutes, httpRoute('cart', 'public'), shop)
  await client.update(httpRoutes, { ...made, status: { parents: [other] } } as Loose, {
    ...shop,
    subresource: 'status',
  })
  await settle()
  await serving()
  const parents = async (): Promise<Loose[]> => ((await client.get(httpRoutes, 'cart', shop)) as Loose).status.parents
  const [first, ours] = await parents()
  assert.deepEqual(first, other)
  assert.equal(ours.controllerName, OURS)
  assert.deepEqual(ours.conditions.map((one: Loose) => [one.type, one.status, one.observedGeneration]).sort(), [
    ['Accepted', 'True', 1],
    ['ResolvedRefs', 'True', 1],
  ])
  clock.advance(60_000)
  await client.delete(services, 'web', shop)
  await settle()
  const conditions = (await parents())[1].conditions
  const at = (type: string) => conditions.find((one: Loose) => one.type === type)
  assert.deepEqual([at('ResolvedRefs').status, at('ResolvedRefs').reason], ['False', 'BackendNotFound'])
  assert.notEqual(at('ResolvedRefs').lastTransitionTime, at('Accepted').lastTransitionTime)
  await client.delete(gateways, 'public', shop)
  await settle()
  assert.deepEqual(await parents(), [other])
  stop()
})

test('of a thousand routes a changed one costs one write, and a status that somebody spoils is put right', async () => {
  const { client, settle, serving, writes, stop } = await start()
  await client.create(services, service('web'), shop)
  await client.create(gateways, gateway('public'))
  for (let at = 0; at < 1000; at++) await client.create(httpRoutes, httpRoute(`r${at}`, 'public'), shop)
  await settle()
  await serving()
  const one = await client.get(httpRoutes, 'r500', shop)
  writes.length = 0
  await client.update(httpRoutes, { ...one, spec: { ...one.spec, hostnames: ['a.test'] } }, shop)
  await settle()
  assert.deepEqual(writes, ['MODIFIED httproutes r500', 'MODIFIED httproutes r500'])
  const now: Loose = await client.get(httpRoutes, 'r500', shop)
  await client.update(httpRoutes, { ...now, status: { parents: [] } }, { ...shop, subresource: 'status' })
  await settle()
  assert.deepEqual((await client.get(httpRoutes, 'r500', shop)).status, now.status)
  writes.length = 0
  await client.create(services, service('unrelated'), shop)
  await settle()
  assert.deepEqual(writes, ['ADDED services unrelated'])
  stop()
})

test('a TCPRoute is forwarded by slices of the Gateway’s Service that follow those of its backends, by their weights', async () => {
  const { client, settle, stop } = await start({ only: ['gateway', 'load-balancer', 'garbage-collector'] })
  const slice = (
    name: string,
    of: string,
    addresses: readonly string[],
    conditions: object = { ready: true },
  ): Loose => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, ...shop, labels: { 'kubernetes.io/service-name': of } },
    addressType: 'IPv4',
    ports: [{ name: 'web', port: 5432, protocol: 'TCP' }],
    endpoints: addresses.map((address) => ({ addresses: [address], conditions, nodeName: 'node-1' })),
  })
  for (const name of ['db', 'spare']) await client.create(services, service(name), shop)
  await client.create(endpointSlices, slice('db-1', 'db', ['10.244.0.1', '10.244.0.2', '10.244.0.3']), shop)
  await client.create(endpointSlices, slice('spare-1', 'spare', ['10.244.0.9']), shop)
  await client.create(gateways, gateway('public', { listeners: [listener(5432, 'TCP')] }))
  const backendRefs = [
    { name: 'db', port: 80, weight: 90 },
    { name: 'spare', port: 80, weight: 10 },
  ]
  const route = { parentRefs: [{ name: 'public' }], rules: [{ backendRefs }] }
  await client.create(
    tcpRoutes,
    { apiVersion: `${API}/v1alpha2`, kind: 'TCPRoute', metadata: { name: 'db', ...shop }, spec: route } as Loose,
    shop,
  )
  await settle()
  const written = () =>
    client
      .all(endpointSlices)
      .filter(({ metadata }) => metadata?.namespace === 'kube-system')
      .map(({ metadata, ports, endpoints }: Loose) => [
        metadata.labels['kubernetes.io/service-name'],
        metadata.annotations?.['fairlead.dev/endpoint-weight'],
        ports,
        endpoints.map((one: Loose) => `${one.addresses[0]} ${one.conditions.ready}`),
      ])
  const ports = [{ name: 'tcp-5432', port: 5432, protocol: 'TCP' }]
  assert.deepEqual(written(), [
    ['gateway-shop-public', '3', ports, ['10.244.0.1 true', '10.244.0.2 true', '10.244.0.3 true']],
    ['gateway-shop-public', '1', ports, ['10.244.0.9 true']],
  ])
  const { spec } = await client.get(services, 'gateway-shop-public', system)
  assert.deepEqual(spec?.ports, [{ name: 'tcp-5432', port: 5432, protocol: 'TCP', targetPort: 'kernel' }])
  const now = await client.get(endpointSlices, 'spare-1', shop)
  await client.update(
    endpointSlices,
    { ...now, endpoints: slice('x', 'x', ['10.244.0.9'], { ready: false }).endpoints },
    shop,
  )
  await settle()
  assert.deepEqual(written()[1]?.[3], ['10.244.0.9 false'])
  await client.delete(endpointSlices, 'spare-1', shop)
  await settle()
  assert.deepEqual(written(), [
    ['gateway-shop-public', '1', ports, ['10.244.0.1 true', '10.244.0.2 true', '10.244.0.3 true']],
  ])
  await client.delete(services, 'spare', shop)
  const pod: Loose = slice('gateway-shop-public-1', 'gateway-shop-public', ['10.244.0.7'])
  const labels = { ...pod.metadata.labels, 'app.kubernetes.io/name': 'fairlead-gateway' }
  await client.create(endpointSlices, { ...pod, metadata: { ...pod.metadata, ...system, labels }, ports: [] }, system)
  await settle()
  const [, refusing] = written().filter(([, weight]) => weight !== undefined)
  assert.deepEqual(
    refusing,
    ['gateway-shop-public', '1', [{ name: 'tcp-5432', port: 1, protocol: 'TCP' }], ['10.244.0.7 true']],
    'the share of a Service that is not there is refused',
  )
  await client.delete(tcpRoutes, 'db', shop)
  await settle()
  assert.equal(written().filter(([, weight]) => weight !== undefined).length, 0)
  stop()
})

test('what a proxy refuses is told in the status, as long as the pod that says it is there', async () => {
  const { client, settle, serving, conditionsOf, gatewayNow, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  const id = 'Gateway shop/public http-80'
  await serving({}, 'fairlead-gateway-2')
  await serving({ [id]: 'no such cipher' })
  const gone = reportText({ served: new Map(), refused: new Map([[id, 'long gone']]), waiting: new Map() })
  await client.patch(configMaps, 'fairlead-gateway', 'merge', { data: { 'fairlead-gateway-0': gone } }, system)
  await settle()
  const listenerNow = async () => conditionsOf({ status: (await gatewayNow()).status.listeners[0] }).Programmed
  assert.equal(await listenerNow(), 'False Invalid')
  const [{ conditions }]: Loose = (await gatewayNow()).status.listeners
  assert.match(conditions.find(({ type }: Loose) => type === 'Programmed').message, /no such cipher/)
  await client.delete(pods, POD, { ...system, gracePeriodSeconds: 0 })
  await settle()
  assert.equal(await listenerNow(), 'True Programmed')
  const { data: left } = await client.get(configMaps, 'fairlead-gateway', system)
  assert.deepEqual(Object.keys(left ?? {}), ['fairlead-gateway-2'], 'what pods said that are gone goes')
  stop()
})

test('a Service that cannot be made is told to its Gateway, and no other Gateway waits for it', async () => {
  const refused = (name: string) =>
    name === 'gateway-shop-broken' ? new Error('metadata.annotations: Invalid value: "x"') : undefined
  const fault = (verb: string, { plural }: Resource, name: string) =>
    verb === 'create' && plural === 'services' ? refused(name) : undefined
  const { client, settle, names, stop } = await start({ fake: { fault }, loadBalancer: 'none' })
  await client.create(gateways, gateway('broken'))
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual(names(services), ['gateway-shop-public', 'public-fairlead'])
  const told = client.all(events).map(({ involvedObject, reason }) => `${involvedObject?.name} ${reason}`)
  assert.deepEqual(told.sort(), ['broken NoLoadBalancer', 'broken ServiceBlocked', 'public NoLoadBalancer'])
  stop()
})

test('where others may give addresses nobody is told that there are none', async () => {
  const { client, settle, names, stop } = await start({ loadBalancer: 'others' })
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual(names(services), ['gateway-shop-public', 'public-fairlead'])
  assert.deepEqual(
    client.all(events).filter(({ reason }) => reason === 'NoLoadBalancer'),
    [],
  )
  stop()
})

test('where others serve gateways nothing is done', async () => {
  const { client, settle, gatewayNow, stop } = await start({ gateways: false })
  await client.create(gateways, gateway('public'))
  await settle()
  assert.deepEqual(madeOf(client), [])
  assert.equal((await gatewayNow()).status, undefined)
  stop()
})

test('a Service that cannot be written for now costs a Gateway no name', async () => {
  const broken = new Set<string>()
  const fault = (verb: string, { plural }: Resource, name: string) =>
    broken.has(`${verb} ${plural} ${name}`) ? new Error('not now') : undefined
  const writes: string[] = []
  const onWrite = (type: string, { plural }: Resource, object: Loose) =>
    writes.push(`${type} ${plural} ${object.metadata?.name}`)
  const { client, settle, serving, gatewayNow, stop } = await start({ fake: { fault, onWrite } })
  await client.create(gateways, gateway('public'))
  await settle()
  await serving()
  broken.add('update services gateway-shop-public')
  writes.length = 0
  const now = await gatewayNow()
  await client.update(gateways, { ...now, spec: { ...now.spec, listeners: [listener(80), listener(8080)] } }, shop)
  await settle()
  assert.deepEqual(
    writes.filter((one) => one.startsWith('DELETED services')),
    [],
  )
  stop()
})

test('an Ingress has its address again when somebody clears it, and none when it goes to another class', async () => {
  let isBroken = false
  const fault = (verb: string, { plural }: Resource) => {
    const fails = isBroken && verb === 'update' && plural === 'ingresses'
    if (fails) isBroken = false
    return fails ? new Error('not now') : undefined
  }
  const { client, clock, settle, serving, stop } = await start({ fake: { fault, hasOwners: true } })
  await client.create(ingressClasses, ingressClass('fairlead'))
  await client.create(services, service('web'), shop)
  await client.create(ingresses, ingress(), shop)
  await settle()
  await serving()
  const addresses = async (): Promise<Loose> =>
    ((await client.get(ingresses, 'web', shop)) as Loose).status?.loadBalancer?.ingress?.map(({ ip }: Loose) => ip)
  const given = await addresses()
  assert.equal(given?.length, 1)
  const now = (await client.get(ingresses, 'web', shop)) as Loose
  await client.update(ingresses, { ...now, status: { loadBalancer: {} } }, { ...shop, subresource: 'status' })
  await settle()
  assert.deepEqual(await addresses(), given)
  const again = (await client.get(ingresses, 'web', shop)) as Loose
  await client.update(ingresses, { ...again, spec: { ...again.spec, ingressClassName: 'nginx' } }, shop)
  // What cannot be written at once is written later.
  isBroken = true
  await settle()
  clock.advance(5000)
  await settle()
  assert.deepEqual([isBroken, await addresses()], [false, undefined])
  stop()
})

test('what is wrong with the parameters of an IngressClass is told of it', async () => {
  const { client, settle, stop } = await start()
  const parameters = { kind: 'ConfigMap', name: 'nope', namespace: 'shop', scope: 'Namespace' }
  await client.create(ingressClasses, ingressClass('fairlead', { parameters }))
  await client.create(services, service('web'), shop)
  await client.create(ingresses, ingress(), shop)
  await settle()
  const told = client.all(events).map(({ involvedObject, reason }: Loose) => `${involvedObject.kind} ${reason}`)
  assert.ok(told.includes('IngressClass InvalidParameters'), told.join(', '))
  stop()
})

test('what reads Secrets is the driver’s alone: the container that strangers talk to has no token', async () => {
  const { client, settle, stop } = await start()
  await client.create(gateways, gateway('public'))
  await settle()
  const { spec } = ((await client.get(deployments, 'fairlead-gateway', system)) as Loose).spec.template
  assert.equal(spec.automountServiceAccountToken, false)
  const mounts = spec.containers.map(({ name, volumeMounts }: Loose) => [
    name,
    volumeMounts.map(({ name }: Loose) => name),
  ])
  assert.deepEqual(Object.fromEntries(mounts), { haproxy: ['run'], driver: ['run', 'account'] })
  stop()
})

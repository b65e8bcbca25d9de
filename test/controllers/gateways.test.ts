import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { customResourceDefinitions } from '#api/apiextensions/customresourcedefinition/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { endpointSlices } from '#api/discovery/endpointslice/resource.ts'
import { gatewayDefinitions } from '#api/gatewayapi/definition/definitions.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { gateways } from '#api/gatewayapi/gateway/resource.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { ingresses } from '#api/networking/ingress/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { ResourceObject } from '#api/resource.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'
import type { Client } from '#client/client.ts'
import { createHttpClient } from '#client/http-client.ts'
import { unixTransport } from '#client/unix-client.ts'
import { systemClock } from '#clock/clock.ts'
import { GATEWAY_CLASSES } from '#cluster/own-objects/gateway-classes.ts'
import type { Controllers } from '#controllers/run.ts'
import { startControllers } from '#controllers/start.ts'

// What the controller of the gateways leans on of the real API server: who wrote what, defaults of definitions, and what
// it says of a Service that is only asked about.
type Loose = any
let server: TestServer
/** As people write: what comes in is decoded and has the defaults of its definition. */
let client: Client
let controllers: Controllers
const scope = { namespace: 'default' }

const begin = async (): Promise<void> => {
  controllers = startControllers({
    client: server.client,
    catalogue: server.catalogue,
    clock: systemClock,
    random: () => 0,
    signal: new AbortController().signal,
    rootCa: 'CA',
    loadBalancer: { cidrs: ['172.30.255.0/24', 'fd00::/120'] },
    log: () => undefined,
    only: ['gateway', 'load-balancer', 'garbage-collector'],
  })
  await controllers.ready
}

const open = async (...serviceCidrs: readonly string[]): Promise<void> => {
  const definitions = gatewayDefinitions().map(
    (object): ResourceObject => ({ resource: customResourceDefinitions, object }),
  )
  server = await startTestServer({ serviceCidrs, systemObjects: definitions })
  client = createHttpClient(unixTransport(server.socketPath))
  for (const { resource, object } of GATEWAY_CLASSES)
    await until(`${object.kind} is made`, () =>
      client.create(resource, object).then(
        () => true,
        () => false,
      ),
    )
  const other: Loose = { metadata: { name: 'other' }, spec: { controllerName: 'example.com/other' } }
  await client.create(gatewayClasses, other)
  const nginx: Loose = { metadata: { name: 'nginx' }, spec: { controller: 'example.com/other' } }
  await client.create(ingressClasses, nginx)
  await begin()
}
const close = async (): Promise<void> => {
  controllers.stop()
  client.close()
  await server.close()
}
before(() => open('10.96.0.0/16'))
after(close)

const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
  for (const end = Date.now() + 5000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 2)))
    if (await holds()) return
  assert.fail(`not within 5 s: ${what}`)
}
const listener = { name: 'web', port: 80, protocol: 'HTTP' }
const makeGateway = (name: string): Promise<Gateway> =>
  client.create(
    gateways,
    { metadata: { name, ...scope }, spec: { gatewayClassName: 'fairlead', listeners: [listener] } } as Loose,
    scope,
  )
const statusOf = async (name: string): Promise<Loose> => (await client.get(gateways, name, scope)).status
const reasonOf = async (name: string, type: string): Promise<string> =>
  (await statusOf(name)).conditions.find((one: Loose) => one.type === type).reason
const change = async (name: string, spec: object): Promise<void> => {
  await client.patch(gateways, name, 'merge', { spec }, scope)
}
const isWaiting = async (name: string): Promise<boolean> => {
  const status = await statusOf(name)
  const reasons = status.conditions.map((one: Loose) => `${one.type} ${one.status} ${one.reason}`)
  return Object.keys(status).length === 1 && reasons.join() === 'Accepted Unknown Pending,Programmed Unknown Pending'
}

/** As a pod that is ready behind a Service. */
const answerAt = async (name: string): Promise<void> => {
  const inSystem = { namespace: 'kube-system' }
  await until('it is there', () =>
    client.get(services, name, inSystem).then(
      () => true,
      () => false,
    ),
  )
  const { spec } = await client.get(services, name, inSystem)
  const slice: Loose = {
    metadata: { name, ...inSystem, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.244.0.9'], conditions: { ready: true } }],
    ports: spec?.ports?.map(({ name: port, targetPort }) => ({ name: port, port: targetPort, protocol: 'TCP' })),
  }
  await client.create(endpointSlices, slice, inSystem)
}

test('what goes to another controller is as on the day it was made, also where nobody looked when it went', async () => {
  await makeGateway('watched')
  await makeGateway('unseen')
  await makeGateway('taken')
  const backend = { service: { name: 'web', port: { number: 80 } } }
  const web: Loose = {
    metadata: { name: 'web', ...scope },
    spec: { ingressClassName: 'fairlead', defaultBackend: backend },
  }
  await client.create(ingresses, web, scope)
  const addresses = async () =>
    ((await client.get(ingresses, 'web', scope)) as Loose).status?.loadBalancer?.ingress?.length ?? 0
  for (const name of ['watched', 'unseen', 'taken'])
    await until('it has an address', async () => ((await statusOf(name)).addresses ?? []).length === 1)
  await answerAt('fairlead-gateway')
  await until('the Ingress has one', async () => (await addresses()) === 1)
  await change('watched', { gatewayClassName: 'other' })
  await until('nothing is said of it', () => isWaiting('watched'))
  controllers.stop()
  await change('unseen', { gatewayClassName: 'other' })
  await change('taken', { gatewayClassName: 'other' })
  const theirs = (await statusOf('taken')).conditions.map((one: object) => ({
    ...one,
    reason: 'Theirs',
    message: 'theirs',
  }))
  const others = { ...scope, subresource: 'status', fieldManager: 'example' } as const
  await client.patch(gateways, 'taken', 'merge', { status: { conditions: theirs } }, others)
  await client.patch(ingresses, 'web', 'merge', { spec: { ingressClassName: 'nginx' } }, scope)
  await begin()
  await until('nothing is said of it', () => isWaiting('unseen'))
  await until('what is ours of it is gone', async () => (await statusOf('taken')).addresses === undefined)
  assert.deepEqual((await statusOf('taken')).conditions, theirs)
  await until('the Ingress has no address', async () => (await addresses()) === 0)
})

test('a Service that runs stays where the cluster lacks the family that is asked for instead', async () => {
  await makeGateway('public')
  await until('it has an address', async () => ((await statusOf('public')).addresses ?? []).length === 1)
  const serviceNow = () => client.get(services, 'gateway-default-public', { namespace: 'kube-system' })
  const before = await serviceNow()
  for (const addresses of [['fd00::7'], ['172.30.255.9', 'fd00::7']]) {
    await change('public', { addresses: addresses.map((value) => ({ type: 'IPAddress', value })) })
    await until('it is told', async () => (await reasonOf('public', 'Programmed')) === 'AddressNotUsable')
    assert.deepEqual((await serviceNow()).spec, before.spec)
  }
  await change('public', { addresses: [{ type: 'IPAddress', value: '172.30.255.9' }] })
  await until('it has what it asks for', async () => (await statusOf('public')).addresses[0]?.value === '172.30.255.9')
  assert.equal((await serviceNow()).metadata?.uid, before.metadata?.uid)
})

test('a second family comes to a Service that runs, and goes, without it being made anew; another first one needs that', async () => {
  await close()
  await open('10.96.0.0/16', 'fd00:10:96::/112')
  await makeGateway('public')
  const given = async (...wanted: readonly string[]): Promise<void> => {
    const values = async () => ((await statusOf('public')).addresses ?? []).map(({ value }: Loose) => value)
    await until(`it has ${wanted}`, async () => (await values()).join() === wanted.join())
  }
  const uidNow = async () =>
    (await client.get(services, 'gateway-default-public', { namespace: 'kube-system' })).metadata?.uid
  await given('172.30.255.1', 'fd00::1')
  const uid = await uidNow()
  for (const asked of [['172.30.255.9'], ['fd00::7', '172.30.255.9']]) {
    await change('public', { addresses: asked.map((value) => ({ type: 'IPAddress', value })) })
    await given(...asked.toSorted())
    assert.equal(await uidNow(), uid)
  }
  await change('public', { addresses: [{ type: 'IPAddress', value: 'fd00::8' }] })
  await given('fd00::8')
  assert.notEqual(await uidNow(), uid)
})

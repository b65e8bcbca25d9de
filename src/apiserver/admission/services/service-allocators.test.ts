import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import type { Service, ServiceSpec } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { ApiError, type WriteOptions } from '#client/client.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

const scope = { namespace: 'default' }
let server: TestServer

before(async () => {
  server = await startTestServer()
})
after(() => server.close())
beforeEach(async () => {
  for (const { metadata } of (await server.client.list(services, scope)).items)
    if (metadata?.name !== 'kubernetes') await server.client.delete(services, metadata!.name!, scope)
})

type Spec = Partial<ServiceSpec>
const make = (name: string, spec: Spec, options: WriteOptions = {}): Promise<Service> =>
  server.client.create(
    services,
    { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } },
    { ...scope, ...options },
  )
const patch = (name: string, spec: object, options: WriteOptions = {}): Promise<Service> =>
  server.client.patch(services, name, 'merge', { spec }, { ...scope, ...options })
const refused = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.message
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

/** Everything scarce that a Service of this kind holds. */
interface Holding {
  readonly addresses: readonly string[]
  readonly ports: readonly number[]
}
const heldBy = ({ spec }: Service): Holding => ({
  addresses: spec?.clusterIPs ?? [],
  ports: [
    ...(spec?.ports ?? []).flatMap(({ nodePort }) => (nodePort ? [nodePort] : [])),
    ...(spec?.healthCheckNodePort ? [spec.healthCheckNodePort] : []),
  ],
})

/** Whether another Service can have it: asked by making one, which goes again. */
const isFree = async (spec: Spec): Promise<boolean> => {
  try {
    await make('asking', spec)
  } catch (error) {
    assert.match((error as Error).message, /already allocated/)
    return false
  }
  await server.client.delete(services, 'asking', scope)
  return true
}
const addressIsFree = (address: string): Promise<boolean> => isFree({ clusterIP: address })
const portIsFree = (nodePort: number): Promise<boolean> => isFree({ type: 'NodePort', ports: [{ port: 80, nodePort }] })
const assertFree = async ({ addresses, ports }: Holding, free: boolean, when: string): Promise<void> => {
  for (const address of addresses) assert.equal(await addressIsFree(address), free, `${address} ${when}`)
  for (const port of ports) assert.equal(await portIsFree(port), free, `${port} ${when}`)
}

/** Each way to ask: drawn by the server, or named, for all that is scarce at once. */
const DUAL = { ipFamilyPolicy: 'RequireDualStack', type: 'LoadBalancer', externalTrafficPolicy: 'Local' } as const
const WAYS: Readonly<Record<string, Spec>> = {
  drawn: DUAL,
  named: {
    ...DUAL,
    clusterIPs: ['10.96.0.77', 'fd00:10:96::77'],
    clusterIP: '10.96.0.77',
    ports: [{ port: 80, nodePort: 30_077 }],
    healthCheckNodePort: 30_078,
  },
}

test('what a Service holds is free again when it is deleted, drawn or named, of both families', async () => {
  for (const [way, spec] of Object.entries(WAYS)) {
    const held = heldBy(await make('a', spec))
    assert.deepEqual([held.addresses.length, held.ports.length], [2, 2])
    await assertFree(held, false, `${way}, while it is there`)
    await server.client.delete(services, 'a', scope)
    await assertFree(held, true, `${way}, after its deletion`)
  }
})

test('a dry run takes nothing and gives nothing away', async () => {
  for (const [way, spec] of Object.entries(WAYS)) {
    await assertFree(heldBy(await make('a', spec, { dryRun: true })), true, `${way}, after a dry creation`)
    await make('plain', {})
    await assertFree(
      { ...heldBy(await patch('plain', { type: 'NodePort' }, { dryRun: true })), addresses: [] },
      true,
      `${way}, after a dry update`,
    )
    await server.client.delete(services, 'plain', scope)
    const held = heldBy(await make('a', spec))
    await patch('a', { type: 'ClusterIP', ipFamilyPolicy: 'SingleStack' }, { dryRun: true })
    await assertFree(held, false, `${way}, after a dry update that gives all up`)
    await server.client.delete(services, 'a', scope)
  }
})

test('a creation that is refused in the end gives back what it had taken: the name is there, or the last port is not', async () => {
  await make('there', {})
  for (const [way, spec] of Object.entries(WAYS)) {
    const would = heldBy(await make('a', spec, { dryRun: true }))
    assert.match(await refused(make('there', spec)), /already exists/)
    if (way === 'named') await assertFree(would, true, 'after a name that was taken')
  }
  await make('holder', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_078 }] })
  assert.match(await refused(make('a', WAYS.named!)), /spec\.healthCheckNodePort.*already allocated/)
  await assertFree({ addresses: ['10.96.0.77', 'fd00:10:96::77'], ports: [30_077] }, true, 'after a health port taken')
  const two = [
    { name: 'a', port: 80, nodePort: 30_077 },
    { name: 'b', port: 81, nodePort: 30_078 },
  ]
  assert.match(await refused(make('a', { type: 'NodePort', ports: two })), /spec\.ports\[1\]\.nodePort/)
  assert.equal(await portIsFree(30_077), true)
})

test('what was drawn for a creation that is refused is given back too', async () => {
  // A range in which every leak shows: three ports, and a Service that cannot be made.
  const small = await startTestServer({ nodePortRange: { from: 30_000, to: 30_002 }, serviceCidrs: ['10.96.0.0/29'] })
  const create = (name: string): Promise<Service> =>
    small.client.create(
      services,
      { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
      scope,
    )
  try {
    await create('there')
    for (let round = 0; round < 10; round++) assert.match(await refused(create('there')), /already exists/)
    await create('second')
    await create('third')
    assert.match(await refused(create('fourth')), /failed to allocate a nodePort: range is full/)
    await small.client.delete(services, 'third', scope)
    await create('fifth')
  } finally {
    await small.close()
  }
})

test('an update that is refused gives back what it had taken, and keeps what was there', async () => {
  const held = heldBy(await make('a', { type: 'NodePort' }))
  await make('holder', { type: 'NodePort', ports: [{ port: 80, nodePort: 30_078 }] })
  const ports = [
    { name: 'a', port: 80, nodePort: 30_077 },
    { name: 'b', port: 81, nodePort: 30_078 },
  ]
  assert.match(await refused(patch('a', { ports })), /spec\.ports\[1\]\.nodePort/)
  assert.equal(await portIsFree(30_077), true)
  await assertFree(held, false, 'which it still holds')
})

test('what an update gives up is free: a port, the health port, the second family, the address', async () => {
  const held = heldBy(await make('a', WAYS.named!))
  await patch('a', { externalTrafficPolicy: 'Cluster' })
  assert.equal(await portIsFree(30_078), true, 'the health port')
  const single = await patch('a', { ipFamilyPolicy: 'SingleStack' })
  assert.deepEqual(single.spec?.clusterIPs, [held.addresses[0]])
  assert.equal(await addressIsFree(held.addresses[1]!), true, 'the second family')
  assert.equal(await addressIsFree(held.addresses[0]!), false)
  await patch('a', { type: 'ClusterIP' })
  assert.equal(await portIsFree(30_077), true, 'the node port')
  await patch('a', { type: 'ExternalName', externalName: 'example.org', clusterIP: null, clusterIPs: null })
  assert.equal(await addressIsFree(held.addresses[0]!), true, 'the address')
})

test('a Service keeps the node ports it has when it asks for no new ones, and a new port of it gets none', async () => {
  const before = await make('a', { type: 'LoadBalancer' })
  const { nodePort } = before.spec!.ports![0]!
  const after = await patch('a', { allocateLoadBalancerNodePorts: false })
  assert.equal(after.spec?.ports?.[0]?.nodePort, nodePort)
  assert.equal(await portIsFree(nodePort!), false)
  // A manifest sent again as it was written, without node ports, keeps them too.
  const sent: Service = {
    ...after,
    spec: { ...after.spec, ports: [{ port: 80 }] },
  }
  assert.equal((await server.client.update(services, sent, scope)).spec?.ports?.[0]?.nodePort, nodePort)
  const more = await patch('a', {
    ports: [
      { name: 'a', port: 80, nodePort },
      { name: 'b', port: 81 },
      { name: 'c', port: 82, nodePort: 30_077 },
    ],
  })
  assert.deepEqual(
    more.spec?.ports?.map((port) => port.nodePort),
    [nodePort, undefined, 30_077],
    'what is asked for by number is given',
  )
  const fresh = await make('b', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false })
  assert.equal(fresh.spec?.ports?.[0]?.nodePort, undefined)
})

test('TCP and UDP of one port share a node port where the Service is made, and not where one is added', async () => {
  const both = [
    { name: 't', port: 53, protocol: 'TCP' },
    { name: 'u', port: 53, protocol: 'UDP' },
  ] as const
  const nodePorts = ({ spec }: Service) => (spec?.ports ?? []).map(({ nodePort }) => nodePort!)
  const [tcp, udp] = nodePorts(await make('made', { type: 'NodePort', ports: both }))
  assert.equal(tcp, udp)
  const named = [both[0], { ...both[1], nodePort: 30_053 }]
  assert.deepEqual(nodePorts(await make('named', { type: 'NodePort', ports: named })), [30_053, 30_053])

  const [first] = nodePorts(await make('grown', { type: 'NodePort', ports: [both[0]] }))
  const grown = nodePorts(await patch('grown', { ports: both }))
  assert.equal(grown[0], first)
  assert.notEqual(grown[1], first)
  await make('changed', { ports: both })
  const changed = nodePorts(await patch('changed', { type: 'NodePort' }))
  assert.notEqual(changed[0], changed[1])

  // The shared number belongs to the Service until neither protocol has it.
  await patch('made', { ports: [both[0]] })
  assert.equal(await portIsFree(tcp!), false)
  await server.client.delete(services, 'made', scope)
  assert.equal(await portIsFree(tcp!), true)
})

test('the health check port cannot change while it is needed', async () => {
  const { spec } = await make('a', { type: 'LoadBalancer', externalTrafficPolicy: 'Local' })
  assert.match(
    await refused(patch('a', { healthCheckNodePort: 30_999 })),
    /spec\.healthCheckNodePort: Forbidden: field is immutable/,
  )
  const now = await server.client.get(services, 'a', scope)
  assert.equal(now.spec?.healthCheckNodePort, spec?.healthCheckNodePort)
  assert.equal(await portIsFree(30_999), true)
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import { ApiError } from '#client/client.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const scope = { namespace: 'default' }
const status = { ...scope, subresource: 'status' } as const
let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const make = (name: string, spec: Partial<Pod['spec']> = {}): Promise<Pod> =>
  server.client.create(
    pods,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: { nodeName: 'node-1', containers: [{ name: 'c', image: 'fairlead/echo' }], ...spec },
    },
    scope,
  )
const refusal = async (work: Promise<unknown>): Promise<ApiError['status']> => {
  try {
    await work
  } catch (error) {
    assert.ok(error instanceof ApiError, String(error))
    return error.status
  }
  throw new assert.AssertionError({ message: 'nothing was refused' })
}

test('whose name is taken by one that is being deleted is told so', async () => {
  const held = { metadata: { name: 'held', finalizers: ['test/holds'] } }
  const create = () => ask(server.socketPath, 'POST /api/v1/namespaces/default/configmaps', held)
  await create()
  assert.equal((await create()).body.message, 'configmaps "held" already exists')
  await ask(server.socketPath, 'DELETE /api/v1/namespaces/default/configmaps/held')
  assert.equal((await create()).body.message, 'object is being deleted: configmaps "held" already exists')
})

test('a terminating pod survives writes of its status and of its labels within its grace period', async () => {
  await make('going', { terminationGracePeriodSeconds: 30 })
  await server.client.delete(pods, 'going', scope)
  const running = { status: { phase: 'Running', podIP: '10.244.1.5', podIPs: [{ ip: '10.244.1.5' }] } }
  await server.client.patch(pods, 'going', 'strategic', running, status)
  await server.client.patch(pods, 'going', 'merge', { metadata: { labels: { a: 'b' } } }, scope)
  const pod = await server.client.get(pods, 'going', scope)
  assert.equal(pod.status?.phase, 'Running')
  assert.equal(pod.metadata?.deletionGracePeriodSeconds, 30)
  // Nothing that a client sends takes the deletion back.
  const undone = { ...pod, metadata: { ...pod.metadata, deletionTimestamp: undefined } }
  assert.equal((await server.client.update(pods, undone, scope)).metadata?.deletionGracePeriodSeconds, 30)
  await server.client.delete(pods, 'going', { ...scope, gracePeriodSeconds: 0 })
  assert.equal((await refusal(server.client.get(pods, 'going', scope))).code, 404)
})

test('a second deletion can shorten the grace period, counted from the first, and not lengthen it', async () => {
  await make('going', { terminationGracePeriodSeconds: 30 })
  const remove = async (seconds?: number): Promise<Pod['metadata']> => {
    await server.client.delete(pods, 'going', {
      ...scope,
      ...(seconds !== undefined && { gracePeriodSeconds: seconds }),
    })
    return (await server.client.get(pods, 'going', scope)).metadata
  }
  const first = await remove()
  const began = Date.parse(first!.deletionTimestamp!) - 30_000
  for (const [asked, given] of [
    [20, 20],
    [60, 20],
    [undefined, 20],
    [1, 1],
  ]) {
    const now = await remove(asked)
    assert.equal(now?.deletionGracePeriodSeconds, given)
    assert.equal(Date.parse(now!.deletionTimestamp!), began + given! * 1000)
  }
  await server.client.delete(pods, 'going', { ...scope, gracePeriodSeconds: 0 })
})

test('a pod that says less than nothing has a second to end', async () => {
  await make('hasty', { terminationGracePeriodSeconds: -5 })
  await server.client.delete(pods, 'hasty', scope)
  assert.equal((await server.client.get(pods, 'hasty', scope)).metadata?.deletionGracePeriodSeconds, 1)
  await server.client.delete(pods, 'hasty', { ...scope, gracePeriodSeconds: 0 })
})

test('a pod is bound once, not while it is gated or going, and says which', async () => {
  const bind = (name: string): Promise<unknown> =>
    server.client.create(
      pods as never,
      { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target: { kind: 'Node', name: 'node-2' } } as never,
      { ...scope, subresource: 'binding' },
    )
  await make('bound', { nodeName: undefined })
  await bind('bound')
  await make('gated', { nodeName: undefined, schedulingGates: [{ name: 'lab.example/g' }] })
  await make('ending')
  await server.client.delete(pods, 'ending', scope)
  for (const [name, why] of [
    ['bound', 'pod bound is already assigned to node "node-2"'],
    ['gated', 'pod gated has non-empty .spec.schedulingGates'],
    ['ending', 'pod ending is being deleted, cannot be assigned to a host'],
  ] as const) {
    const refused = await refusal(bind(name))
    assert.equal(refused.code, 409)
    assert.equal(refused.message, `Operation cannot be fulfilled on pods/binding "${name}": ${why}`)
  }
})

test('a binding is for the pod of its own name, and for a Node', async () => {
  await make('unbound', { nodeName: undefined })
  const refusedFor = async (name: string, target: object): Promise<readonly unknown[]> => {
    const body = { apiVersion: 'v1', kind: 'Binding', metadata: { name }, target }
    const line = 'POST /api/v1/namespaces/default/pods/unbound/binding'
    const answer = await ask(server.socketPath, line, body)
    return [answer.status, answer.body.message]
  }
  assert.deepEqual(await refusedFor('unbound', { kind: 'Rack' }), [
    500,
    '[target.kind: Unsupported value: "Rack": supported values: "Node", "<empty>", target.name: Required value]',
  ])
  assert.deepEqual(await refusedFor('unbound', {}), [500, 'target.name: Required value'])
  assert.deepEqual(await refusedFor('another', { name: 'node-1' }), [
    400,
    'name in URL does not match name in Binding object',
  ])
})

test('a status that speaks of an old pod never lands on a new one of the same name, by whatever way it is written', async () => {
  const old = await make('again')
  await server.client.delete(pods, 'again', { ...scope, gracePeriodSeconds: 0 })
  const fresh = await make('again')
  const { uid } = old.metadata!
  const late = { status: { phase: 'Failed' as const, message: 'of the old one' } }
  for (const type of ['strategic', 'merge'] as const) {
    const refused = await refusal(server.client.patch(pods, 'again', type, { metadata: { uid }, ...late }, status))
    assert.deepEqual([refused.code, refused.reason], [422, 'Invalid'])
    assert.equal(refused.message, `Pod "again" is invalid: metadata.uid: Invalid value: "${uid}": field is immutable`)
  }
  for (const attempt of [
    () => server.client.update(pods, { ...old, ...late }, status),
    () => server.client.update(pods, { ...fresh, metadata: { ...fresh.metadata, uid }, ...late }, status),
    () => server.client.delete(pods, 'again', { ...scope, preconditions: { uid } }),
  ]) {
    const refused = await refusal(attempt())
    assert.deepEqual([refused.code, refused.reason], [409, 'Conflict'], refused.message)
  }
  const now = await server.client.get(pods, 'again', scope)
  assert.equal(now.metadata?.uid, fresh.metadata?.uid)
  assert.equal(now.status?.phase, 'Pending')
  assert.equal(now.metadata?.deletionTimestamp, undefined)
})

test('a write of the spec leaves the status, and a write of the status leaves the spec', async () => {
  const pod = await make('apart')
  const both = { ...pod, spec: { ...pod.spec!, activeDeadlineSeconds: 60 }, status: { phase: 'Running' as const } }
  const spec = await server.client.update(pods, both, scope)
  assert.deepEqual([spec.spec?.activeDeadlineSeconds, spec.status?.phase], [60, 'Pending'])
  const { metadata } = spec
  const reported = await server.client.update(
    pods,
    { ...both, metadata, spec: { ...both.spec, activeDeadlineSeconds: 5 } },
    status,
  )
  assert.deepEqual([reported.spec?.activeDeadlineSeconds, reported.status?.phase], [60, 'Running'])
})

test('podIP and podIPs are one thing said twice: the single field counts where they differ', async () => {
  await make('addressed')
  const say = async (report: Pod['status']): Promise<Pod['status']> =>
    (await server.client.patch(pods, 'addressed', 'merge', { status: report }, status)).status
  assert.deepEqual((await say({ podIP: '10.244.0.5' }))?.podIPs, [{ ip: '10.244.0.5' }])
  const dual = [{ ip: '10.244.0.5' }, { ip: 'fd00::5' }]
  assert.deepEqual((await say({ podIPs: dual }))?.podIPs, dual)
  assert.deepEqual((await say({ podIP: '10.244.0.6' }))?.podIPs, [{ ip: '10.244.0.6' }])
})

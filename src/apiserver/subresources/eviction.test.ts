import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pods } from '#api/core/pod/resource.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { ApiError } from '#client/client.ts'
import { SYSTEM } from '../access/caller.ts'
import { createTestRegistry } from '../testing/test-registry.ts'
import { eviction } from './eviction.ts'

const scope = { caller: SYSTEM, namespace: 'default' }
const POD = pods as unknown as Resource
const BUDGET = podDisruptionBudgets as unknown as Resource

interface Options {
  readonly phase?: string
  readonly ready?: boolean
  readonly budgets?: readonly {
    readonly spec?: PodDisruptionBudget['spec']
    readonly status?: Partial<PodDisruptionBudget['status']>
  }[]
}

const start = async ({ phase = 'Running', ready = true, budgets = [] }: Options = {}) => {
  const registry = createTestRegistry()
  const pod = await registry.create(
    POD,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', labels: { app: 'web' } },
      spec: { nodeName: 'n', containers: [{ name: 'c', image: 'x' }] },
    } as ApiObject,
    scope,
  )
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }]
  const status = (one: ApiObject, value: object) => ({ ...one, status: value }) as ApiObject
  await registry.update(POD, 'web', () => status(pod, { phase, conditions }), { ...scope, subresource: 'status' })
  for (const [index, budget] of budgets.entries()) {
    const metadata = { name: `pdb-${index}` }
    const spec = { minAvailable: 1, selector: { matchLabels: { app: 'web' } }, ...budget.spec }
    const made = { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata, spec } as ApiObject
    const { metadata: kept } = await registry.create(BUDGET, made, scope)
    const counted = { observedGeneration: 1, expectedPods: 1, desiredHealthy: 1, currentHealthy: 1 }
    const next = { ...counted, disruptionsAllowed: 0, ...budget.status }
    await registry.update(BUDGET, `pdb-${index}`, () => status({ ...made, metadata: kept! }, next), {
      ...scope,
      subresource: 'status',
    })
  }
  const evict = (more: object = {}, name = 'web') => {
    const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name }, ...more } as ApiObject
    return eviction.create!(registry, POD, 'web', body, scope)
  }
  const refusal = async (more?: object, name?: string) => {
    const error = await evict(more, name).then(
      () => assert.fail('it was evicted'),
      (error: ApiError) => error,
    )
    const { code, reason, message, details } = error.status
    return { code, reason, message, details }
  }
  return { registry, evict, refusal, left: () => registry.find(POD, 'default', 'web') }
}

const OVER = "Cannot evict pod as it would violate the pod's disruption budget."

test('a pod without a budget goes, and says that it was evicted', async () => {
  const { evict, left } = await start()
  const answer = await evict({ deleteOptions: { gracePeriodSeconds: 5 } })
  assert.deepEqual(answer, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
  const pod = left() as ApiObject & { status: { conditions: readonly { type: string }[] } }
  assert.equal(pod.metadata?.deletionGracePeriodSeconds, 5)
  const { lastTransitionTime: _, ...condition } = pod.status.conditions.at(-1) as unknown as Record<string, string>
  assert.deepEqual(condition, {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
  })
})

test('a budget is charged for each pod, and the one after the last is refused: 429', async () => {
  const { registry, evict, refusal, left } = await start({ budgets: [{ status: { disruptionsAllowed: 1 } }] })
  await evict({ deleteOptions: { dryRun: ['All'] } })
  assert.equal(left()?.metadata?.deletionTimestamp, undefined)
  await evict()
  assert.ok(left()?.metadata?.deletionTimestamp)
  const budget = registry.get(BUDGET, 'default', 'pdb-0') as PodDisruptionBudget
  assert.equal(budget.status?.disruptionsAllowed, 0)
  assert.deepEqual(Object.keys(budget.status?.disruptedPods ?? {}), ['web'])
  assert.equal(budget.status?.conditions?.[0]?.reason, 'InsufficientPods')
  // What goes already may go.
  await evict({ deleteOptions: { gracePeriodSeconds: 0 } })
  assert.equal(left(), undefined)
  const full = await start({ budgets: [{}] })
  assert.deepEqual(await full.refusal(), {
    code: 429,
    reason: 'TooManyRequests',
    message: OVER,
    details: {
      causes: [
        { reason: 'DisruptionBudget', message: 'The disruption budget pdb-0 needs 1 healthy pods and has 1 currently' },
      ],
    },
  })
  assert.equal(((await refusal().catch((error: unknown) => error)) as { code?: number }).code, 404)
})

test('a budget that has not been counted yet lets nobody go, and says when to ask again', async () => {
  const { refusal } = await start({ budgets: [{ status: { observedGeneration: 0, disruptionsAllowed: 1 } }] })
  const { code, details } = await refusal()
  assert.equal(code, 429)
  assert.deepEqual(details, {
    causes: [
      { reason: 'DisruptionBudget', message: 'The disruption budget pdb-0 is still being processed by the server.' },
    ],
    retryAfterSeconds: 10,
  })
})

test('a pod that is not ready goes where enough others are healthy, or where its budget always lets it', async () => {
  const enough = await start({ ready: false, budgets: [{}] })
  await enough.evict()
  const few = { currentHealthy: 0 }
  const short = await start({ ready: false, budgets: [{ status: few }] })
  assert.equal((await short.refusal()).code, 429)
  const always = await start({
    ready: false,
    budgets: [{ spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' }, status: few }],
  })
  await always.evict()
  for (const { left } of [enough, always]) assert.ok(left()?.metadata?.deletionTimestamp)
})

test('a pod that has ended, or has not begun, needs no budget', async () => {
  for (const phase of ['Pending', 'Succeeded', 'Failed']) {
    const { evict, left } = await start({ phase, budgets: [{}] })
    await evict()
    assert.ok(left()?.metadata?.deletionTimestamp ?? left() === undefined, phase)
  }
})

test('two budgets for one pod, another name and stale preconditions are refused; an empty selector selects', async () => {
  const two = await start({ budgets: [{}, { spec: { selector: {} } }] })
  assert.deepEqual(await two.refusal(), {
    code: 500,
    reason: undefined,
    message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    details: undefined,
  })
  const { refusal, left } = await start()
  const wrong = await refusal({}, 'other')
  assert.deepEqual([wrong.code, wrong.message], [400, 'name in URL does not match name in Eviction object'])
  for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }])
    assert.equal((await refusal({ deleteOptions: { preconditions } })).code, 409)
  assert.equal(left()?.metadata?.deletionTimestamp, undefined)
})

test('of many evictions at a time as many pods go as the budget allows, and no more', async () => {
  const { registry } = await start({ budgets: [{ status: { disruptionsAllowed: 3 } }] })
  const names = Array.from({ length: 10 }, (_, index) => `web-${index}`)
  for (const name of names) {
    const metadata = { name, labels: { app: 'web' } }
    const spec = { nodeName: 'n', containers: [{ name: 'c', image: 'x' }] }
    const pod = await registry.create(POD, { apiVersion: 'v1', kind: 'Pod', metadata, spec } as ApiObject, scope)
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
    await registry.update(POD, name, () => ({ ...pod, status }) as ApiObject, { ...scope, subresource: 'status' })
  }
  const results = await Promise.allSettled(
    names.map((name) => {
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name } } as ApiObject
      return eviction.create!(registry, POD, name, body, scope)
    }),
  )
  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 3)
  const codes = results.flatMap((one) => (one.status === 'rejected' ? [(one.reason as ApiError).status.code] : []))
  assert.deepEqual(new Set(codes), new Set([429]))
  assert.equal(names.filter((name) => registry.find(POD, 'default', name)?.metadata?.deletionTimestamp).length, 3)
})

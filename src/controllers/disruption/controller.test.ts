import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { jobs } from '#api/batch/job/resource.ts'
import { events } from '#api/core/event/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { PodDisruptionBudget } from '#api/policy/poddisruptionbudget/message.ts'
import { podDisruptionBudgets } from '#api/policy/poddisruptionbudget/resource.ts'
import { timeText } from '#api/time-text.ts'
import { makeDeployment, startCluster, type TestCluster } from '../testing/cluster.ts'
import { makeJob } from '../testing/job.ts'

const scope = { namespace: 'default' }
const CONTROLLERS = ['deployment', 'replicaset', 'scheduler', 'disruption', 'job']

const start = async (spec: PodDisruptionBudget['spec'], replicas = 4) => {
  const cluster = await startCluster({ nodes: 2, only: CONTROLLERS })
  if (replicas > 0) await cluster.client.create(deployments, makeDeployment('web', replicas))
  await cluster.converge()
  await cluster.client.create(podDisruptionBudgets, {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'budget', namespace: 'default' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...spec },
  } as PodDisruptionBudget)
  await cluster.settle()
  return cluster
}

const statusOf = async (cluster: TestCluster) =>
  (await cluster.client.get(podDisruptionBudgets, 'budget', scope)).status
const counts = async (cluster: TestCluster) => {
  const status = await statusOf(cluster)
  return [status?.expectedPods, status?.desiredHealthy, status?.currentHealthy, status?.disruptionsAllowed]
}
const condition = async (cluster: TestCluster) => {
  const [one] = (await statusOf(cluster))?.conditions ?? []
  return [one?.type, one?.status, one?.reason]
}
const told = (cluster: TestCluster) =>
  cluster.client
    .all(events)
    .filter(({ source }) => source?.component === 'controllermanager')
    .map(({ type, reason }) => `${type} ${reason}`)

test('a number of pods, or a share of those that their controllers ask for, is kept from eviction', async () => {
  for (const [spec, expected] of [
    [{ minAvailable: 3 }, [4, 3, 4, 1]],
    [{ minAvailable: '70%' }, [4, 3, 4, 1]],
    [{ maxUnavailable: 1 }, [4, 3, 4, 1]],
    [{ maxUnavailable: '30%' }, [4, 2, 4, 2]],
    [{ minAvailable: 9 }, [4, 9, 4, 0]],
    [{ maxUnavailable: 9 }, [4, 0, 4, 4]],
  ] as const) {
    const cluster = await start(spec)
    assert.deepEqual(await counts(cluster), expected, JSON.stringify(spec))
    const isAllowed = expected[3] > 0
    assert.deepEqual(await condition(cluster), [
      'DisruptionAllowed',
      isAllowed ? 'True' : 'False',
      isAllowed ? 'SufficientPods' : 'InsufficientPods',
    ])
    cluster.stop()
  }
})

test('what is ready counts as healthy, and a share is of what the Deployment asks for', async () => {
  const cluster = await start({ minAvailable: '50%' })
  await cluster.ready(cluster.client.all(pods)[0]!, false)
  await cluster.settle()
  assert.deepEqual(await counts(cluster), [4, 2, 3, 1])
  await cluster.client.patch(deployments, 'web', 'merge', { spec: { replicas: 8 } }, scope)
  await cluster.settle()
  assert.deepEqual(await counts(cluster), [8, 4, 3, 0])
  cluster.stop()
})

test('a budget without pods allows nothing, and says so', async () => {
  const cluster = await start({ minAvailable: 0 }, 0)
  assert.deepEqual(await counts(cluster), [0, 0, 0, 0])
  assert.ok(told(cluster).includes('Normal NoPods'))
  cluster.stop()
})

test('a pod that was evicted does not count until it goes, or is there after two minutes, which is told', async () => {
  const cluster = await start({ minAvailable: 2 })
  const [pod] = cluster.client.all(pods)
  const budget = await cluster.client.get(podDisruptionBudgets, 'budget', scope)
  const disruptedPods = { [pod!.metadata!.name!]: timeText(cluster.clock.now()), gone: timeText(cluster.clock.now()) }
  const status = { ...budget.status!, disruptedPods }
  await cluster.client.update(podDisruptionBudgets, { ...budget, status }, { ...scope, subresource: 'status' })
  await cluster.settle()
  assert.deepEqual(await counts(cluster), [4, 2, 3, 1])
  assert.deepEqual(Object.keys((await statusOf(cluster))!.disruptedPods!), [pod!.metadata!.name])
  cluster.clock.advance(121_000)
  await cluster.settle()
  assert.deepEqual(await counts(cluster), [4, 2, 4, 2])
  assert.ok(told(cluster).includes('Warning NotDeleted'))
  cluster.stop()
})

test('where nobody knows how many pods there should be none may go: a controller without a scale', async () => {
  const cluster = await start({ maxUnavailable: 1, selector: { matchLabels: { 'job-name': 'work' } } }, 0)
  await cluster.client.create(jobs, makeJob('work'))
  await cluster.settle()
  assert.deepEqual(await condition(cluster), ['DisruptionAllowed', 'False', 'SyncFailed'])
  const [one] = (await statusOf(cluster))!.conditions!
  assert.equal(one?.message, 'jobs.batch does not implement the scale subresource')
  assert.ok(told(cluster).includes('Warning CalculateExpectedPodCountFailed'))
  cluster.stop()
})

test('pods of nobody are told where a share is asked for, and count where a number is', async () => {
  const bare = (name: string) =>
    ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', labels: { app: 'web' } },
      spec: { containers: [{ name: 'c', image: 'first' }] },
    }) as Pod
  for (const [spec, expected] of [
    [{ minAvailable: 1 }, [2, 1, 2, 1]],
    [{ maxUnavailable: 1 }, [0, 0, 2, 0]],
  ] as const) {
    const cluster = await start(spec, 0)
    for (const name of ['a', 'b']) await cluster.client.create(pods, bare(name))
    await cluster.converge()
    assert.deepEqual(await counts(cluster), expected)
    assert.equal(told(cluster).includes('Warning UnmanagedPods'), 'maxUnavailable' in spec)
    cluster.stop()
  }
})

test('a pod that was to be disrupted and stays is not any more after two minutes', async () => {
  const cluster = await start({ minAvailable: 1 })
  const [pod] = cluster.client.all(pods)
  const conditions = [
    ...pod!.status!.conditions!,
    { type: 'DisruptionTarget', status: 'True', reason: 'x', lastTransitionTime: timeText(cluster.clock.now()) },
  ]
  const status = { ...pod!.status, conditions } as Pod['status']
  await cluster.client.update(pods, { ...pod!, status }, { ...scope, subresource: 'status' })
  await cluster.settle()
  const target = async () =>
    (await cluster.client.get(pods, pod!.metadata!.name!, scope)).status?.conditions?.find(
      ({ type }) => type === 'DisruptionTarget',
    )?.status
  assert.equal(await target(), 'True')
  cluster.clock.advance(121_000)
  await cluster.settle()
  assert.equal(await target(), 'False')
  cluster.stop()
})

test('a pod of several budgets is told of', async () => {
  const cluster = await start({ minAvailable: 1 }, 1)
  const budget = await cluster.client.get(podDisruptionBudgets, 'budget', scope)
  await cluster.client.create(podDisruptionBudgets, { ...budget, metadata: { name: 'other', namespace: 'default' } })
  const [pod] = cluster.client.all(pods)
  await cluster.ready(pod!, false)
  await cluster.settle()
  const { name } = pod!.metadata!
  const words = `Pod "default"/"${name}" matches multiple PodDisruptionBudgets.  Chose "budget" arbitrarily.`
  const found = cluster.client.all(events).find(({ reason }) => reason === 'MultiplePodDisruptionBudgets')
  assert.deepEqual([found?.type, found?.message], ['Warning', words])
  cluster.stop()
})

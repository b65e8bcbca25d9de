import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { findCondition, isReady } from '#objects/conditions.ts'
import { eventually } from '../../testing/eventually.ts'
import { FakeCluster } from '../../testing/fake-cluster.ts'
import { unenforcedLimits } from './unlimited.ts'

test('a limit is unenforced where it is asked for and the machine has no controller for it', () => {
  const limits = { cpu: '1', memory: '1Gi' }
  assert.equal(unenforcedLimits({ limits }, []), undefined)
  assert.equal(unenforcedLimits({ limits: { cpu: '1' } }, ['memory', 'pids']), undefined)
  assert.equal(unenforcedLimits(undefined, ['memory']), undefined)
  const words = (name: string) =>
    `resources.limits.${name} is not enforced: the cgroups of this machine have no controller for it`
  assert.equal(unenforcedLimits({ limits }, ['cpu', 'memory']), `${words('cpu')}; ${words('memory')}`)
})

test('where a machine cannot limit something its Node says so, and an Event to each container that asks for it', async () => {
  const cluster = new FakeCluster()
  cluster.runtime.unlimited = ['memory']
  await cluster.start()
  try {
    const conditionOf = async () =>
      findCondition((await cluster.client.get(nodes, 'n1')).status?.conditions, 'LimitsNotEnforced')
    await cluster.pod('web', {
      containers: [
        { name: 'limited', image: 'fairlead/echo', resources: { limits: { memory: '1Gi', cpu: '1' } } },
        { name: 'free', image: 'fairlead/echo' },
      ],
    })
    await cluster.until('web', isReady)
    const condition = await conditionOf()
    assert.deepEqual(
      [condition?.status, condition?.reason, condition?.message],
      [
        'True',
        'CgroupControllersMissing',
        'limits of memory are not enforced: the cgroups of this machine have no controller for it',
      ],
    )
    let events = await cluster.events('LimitsNotEnforced')
    await eventually('an Event', () => {
      void cluster.events('LimitsNotEnforced').then((now) => {
        events = now
      })
      return events.length > 0
    })
    assert.deepEqual(
      events.map(({ message, involvedObject }) => [message, involvedObject?.fieldPath]),
      [
        [
          'resources.limits.memory is not enforced: the cgroups of this machine have no controller for it',
          'spec.containers{limited}',
        ],
      ],
    )
  } finally {
    await cluster.close()
  }
})

test('where a machine can limit all, its Node has no such condition', async () => {
  const cluster = new FakeCluster(new HandClock())
  await cluster.start()
  try {
    await cluster.kubelet.registered
    const { status } = await cluster.client.get(nodes, 'n1')
    assert.equal(findCondition(status?.conditions, 'LimitsNotEnforced'), undefined)
    assert.equal(findCondition(status?.conditions, 'Ready')?.status, 'True')
  } finally {
    await cluster.close()
  }
})

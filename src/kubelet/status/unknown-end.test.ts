import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import { withEnds } from './unknown-end.ts'

const status = (state: ContainerStatus['state'], lastState: ContainerStatus['lastState'] = {}): ContainerStatus => ({
  name: 'c',
  state,
  lastState,
  ready: false,
  restartCount: 0,
  image: 'app:1',
  imageID: '',
})
const waiting = status({ waiting: { reason: 'ImagePullBackOff' } })
const exited = status({ terminated: { exitCode: 0, reason: 'Completed' } })
const backOff = status({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1 } })
const words = (list: readonly ContainerStatus[]) =>
  list.map(({ state }) => state?.terminated?.reason ?? state?.waiting?.reason)

test('a container that waits when its pod has ended has the end that nobody saw, and one that has ended keeps its own', () => {
  const { main } = withEnds({ init: [], main: [waiting, exited, backOff] }, true)
  assert.deepEqual(words(main), ['ContainerStatusUnknown', 'Completed', 'ContainerStatusUnknown'])
  assert.deepEqual(main[0]?.state, {
    terminated: {
      exitCode: 137,
      reason: 'ContainerStatusUnknown',
      message: 'The container could not be located when the pod was terminated',
    },
  })
  assert.deepEqual([main[0]?.name, main[2]?.lastState], ['c', backOff.lastState])
})

test('where the init containers were not done, the main ones wait on, and so do those that never had their turn', () => {
  const of = (init: readonly ContainerStatus[]) => {
    const ended = withEnds({ init, main: [waiting] }, false)
    assert.deepEqual(words(ended.main), ['ImagePullBackOff'])
    return words(ended.init)
  }
  assert.deepEqual(of([waiting, waiting]), ['ContainerStatusUnknown', 'ImagePullBackOff'])
  assert.deepEqual(of([exited, waiting, waiting]), ['Completed', 'ImagePullBackOff', 'ImagePullBackOff'])
  assert.deepEqual(of([exited, backOff, waiting]), ['Completed', 'ContainerStatusUnknown', 'ImagePullBackOff'])
})

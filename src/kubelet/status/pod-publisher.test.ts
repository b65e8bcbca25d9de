import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import type { PodStatus } from '#api/core/pod/status/status.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { findCondition } from '#objects/conditions.ts'
import { type ContainerEntry, makeEntries } from '../container/container-entry.ts'
import { PodPublisher } from './pod-publisher.ts'

const STARTED = '2026-01-01T00:00:00Z'
const running = { phase: 'running', startedAt: STARTED } as const
const exited = (exitCode: number) =>
  ({ phase: 'exited', exitCode, reason: 'Error', startedAt: STARTED, finishedAt: STARTED, containerID: '' }) as const
const facts = { sandboxReady: true, podIPs: [], startTime: STARTED, terminating: false, restartingAll: false }

/** A publisher of one pod, and what it handed on last. */
const publisher = (spec: PodSpec) => {
  const clock = new HandClock()
  let told: { readonly status: PodStatus; readonly urgent: boolean } | undefined
  const set = (_: Pod, status: PodStatus, urgent: boolean): void => {
    told = { status, urgent }
  }
  const one = new PodPublisher({ clock, node: { addresses: ['10.0.0.2'] }, statuses: { set } } as never)
  const publish = (
    entries: Readonly<Record<string, Partial<ContainerEntry>>>,
    { status, ...more }: Partial<typeof facts> & { readonly status?: PodStatus } = {},
  ) => {
    const pod: Pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'default', uid: 'u1' },
      spec,
      ...(status && { status }),
    }
    const all = makeEntries(pod)
    for (const [name, entry] of Object.entries(entries)) Object.assign(all.get(name)!, entry)
    one.publish(pod, all, { ...facts, ...more })
    return told!
  }
  return { clock, publish }
}

const ONE: PodSpec = { containers: [{ name: 'app' }] }

test('what the kubelet has told of a condition holds, though the cache has not seen it, beside what others have told', () => {
  const { clock, publish } = publisher({ ...ONE, readinessGates: [{ conditionType: 'example.com/gate' }] })
  const first = publish({ app: { phase: running } }).status
  assert.equal(findCondition(first.conditions, 'ContainersReady')?.status, 'False')
  clock.advance(5000)
  publish({ app: { phase: running, ready: true, started: true } })
  clock.advance(5000)
  const gate = { type: 'example.com/gate', status: 'True' }
  const late = { conditions: [{ type: 'ContainersReady', status: 'False', lastTransitionTime: STARTED }, gate] }
  const { status } = publish({ app: { phase: running, ready: true, started: true } }, { status: late })
  const seen = (type: string) => {
    const found = findCondition(status.conditions, type)
    return [found?.status, found?.lastTransitionTime]
  }
  assert.deepEqual(seen('ContainersReady'), ['True', '2026-01-01T00:00:05Z'])
  assert.deepEqual(seen('Ready'), ['True', '2026-01-01T00:00:10Z'])
  assert.deepEqual([status.hostIP, status.phase], ['10.0.0.2', 'Running'])
})

test('a container that waits for its back-off says how long, of which container and pod', () => {
  const { publish } = publisher(ONE)
  const waits = { phase: exited(1), backoff: { delay: 80_000, updatedAt: 0 }, backOffUntil: 1 }
  const { status } = publish({ app: waits })
  assert.deepEqual(status.containerStatuses?.[0]?.state?.waiting, {
    reason: 'CrashLoopBackOff',
    message: 'back-off 1m20s restarting failed container=app pod=web_default(u1)',
  })
})

test('what will be more in a moment may wait: a container that is not ready yet of a pod that is not Running yet', () => {
  const spec = {
    ...ONE,
    initContainers: [{ name: 'init' }, { name: 'proxy', restartPolicy: 'Always' }],
    ephemeralContainers: [{ name: 'look' }],
  } as PodSpec
  const done = { init: { phase: exited(0) } }
  const up = { phase: running, ready: true, started: true }
  const settled = { ...done, proxy: up, app: up }
  const { publish } = publisher(spec)
  const isUrgent = (...given: Parameters<typeof publish>) => publisher(spec).publish(...given).urgent
  const before: PodStatus = { phase: 'Pending' }
  assert.equal(isUrgent({}, { status: before }), false, 'nothing has begun')
  assert.equal(isUrgent({ ...settled, app: { phase: running } }, { status: before }), false, 'it is not ready yet')
  assert.equal(isUrgent({ ...settled, proxy: { phase: running } }, { status: before }), false, 'its sidecar is not')
  assert.equal(
    isUrgent({ ...settled, look: { phase: running } }, { status: before }),
    true,
    'nobody asks one that is added',
  )
  const unready = { ...settled, app: { phase: running } }
  assert.equal(isUrgent(unready, { status: { phase: 'Running' } }), true, 'it was Running already')
  assert.deepEqual([publish(unready).urgent, publish(unready).urgent], [false, true], 'and was told to be')
  assert.equal(isUrgent(settled, { terminating: true }), false, 'its end takes all of it along')
})

test('an exit, and why a container cannot start, are told at once', () => {
  const never = publisher({ ...ONE, restartPolicy: 'Never' })
  assert.equal(never.publish({ app: { phase: exited(1) } }).urgent, true)
  const hold = { phase: 'waiting', reason: 'ErrImagePull' } as const
  const held = publisher(ONE).publish({ app: { hold } })
  assert.deepEqual([held.urgent, held.status.containerStatuses?.[0]?.state?.waiting?.reason], [true, 'ErrImagePull'])
})

test('a pod whose init container has not ended well is not initialized, and so Pending', () => {
  const spec: PodSpec = { ...ONE, initContainers: [{ name: 'init' }] }
  const { status } = publisher(spec).publish({ init: { phase: running } })
  assert.equal(status.phase, 'Pending')
  assert.deepEqual(findCondition(status.conditions, 'Initialized')?.status, 'False')
})

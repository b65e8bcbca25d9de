import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { isReady } from '#objects/conditions.ts'
import type { ContainerPhase, ContainerView } from '../container/plan/container-view.ts'
import { startCluster } from '../testing/start-cluster.ts'
import { containerStatus } from './container-status.ts'

const statusesOf = ({ status }: Pod) => status?.containerStatuses ?? []

test('a container that runs tells of itself all that Kubernetes’ does, and stands by its name', async () => {
  const cluster = await startCluster()
  const resources = { requests: { cpu: '10m' }, limits: { memory: '64Mi' } }
  await cluster.pod('web', {
    os: { name: 'linux' },
    containers: [
      { name: 'web', image: 'fairlead/echo' },
      {
        name: 'app',
        image: 'fairlead/host',
        resources,
        lifecycle: { stopSignal: 'SIGUSR1' },
        securityContext: { runAsUser: 1000, runAsGroup: 3000 },
        volumeMounts: [
          { name: 'work', mountPath: '/work' },
          { name: 'work', mountPath: '/read', readOnly: true },
        ],
      },
    ],
    securityContext: { supplementalGroups: [4000] },
    volumes: [{ name: 'work', emptyDir: {} }],
  })
  const pod = await cluster.until('web', isReady)
  const [app, web] = statusesOf(pod)
  const { id, spec } = cluster.runtime.byName('app')
  assert.deepEqual([spec.stopSignal, spec.podPidsLimit], ['SIGUSR1', 4096])
  assert.deepEqual(app, {
    name: 'app',
    state: { running: { startedAt: app?.state?.running?.startedAt } },
    lastState: {},
    ready: true,
    restartCount: 0,
    image: 'fairlead/host',
    imageID: app?.imageID,
    containerID: `runc://${id}`,
    started: true,
    allocatedResources: { cpu: '10m' },
    resources,
    volumeMounts: [
      { name: 'work', mountPath: '/work' },
      { name: 'work', mountPath: '/read', readOnly: true, recursiveReadOnly: 'Disabled' },
    ],
    user: { linux: { uid: 1000, gid: 3000, supplementalGroups: [3000, 4000] } },
    stopSignal: 'SIGUSR1',
  })
  assert.deepEqual([web?.name, web?.stopSignal, web?.resources], ['web', 'SIGTERM', {}])
  assert.deepEqual(pod.status?.allocatedResources, { cpu: '10m' })
})

test('what never was made has neither id nor resources; one that is to go again is not ready for having ended well', () => {
  const view = (phase: ContainerPhase, more: Partial<ContainerView> = {}): ContainerView => ({
    name: 'c',
    role: 'init',
    phase,
    busy: false,
    restartCount: 0,
    started: false,
    ready: false,
    ...more,
  })
  const container = { name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }
  const waiting = containerStatus(view({ phase: 'waiting', reason: 'PodInitializing' }), container)
  assert.deepEqual([waiting.containerID, waiting.resources, waiting.user], [undefined, undefined, undefined])
  const exited: ContainerPhase = {
    phase: 'exited',
    exitCode: 0,
    reason: 'Completed',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '',
    containerID: 'runc://c-0',
  }
  const done = containerStatus(view(exited, { containerID: 'runc://c-0' }), container)
  assert.deepEqual([done.ready, done.started, done.resources], [true, false, container.resources])
  assert.equal('finishedAt' in done.state!.terminated!, false, 'a time that nobody knows is none')
  assert.equal(containerStatus(view(exited, { anew: true }), container).ready, false)
  assert.equal(containerStatus(view({ ...exited, exitCode: 1 }), container).ready, false)
  assert.equal(containerStatus(view({ phase: 'running', startedAt: '' }), container).started, true)
})

test('a status has how its container ended, why it waits and what was before; one that was added is never ready', () => {
  const view: ContainerView = {
    name: 'c',
    role: 'main',
    phase: { phase: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 10s' },
    busy: false,
    restartCount: 3,
    started: true,
    ready: true,
    imageID: 'sha256:1',
    last: {
      phase: 'exited',
      exitCode: 2,
      reason: 'Error',
      message: 'bye',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:01Z',
      containerID: 'runc://c-2',
    },
  }
  const { phase: _, ...terminated } = view.last!
  const known = { name: 'c', restartCount: 3, image: '', ready: true }
  assert.deepEqual(containerStatus(view, { name: 'c' }), {
    ...known,
    imageID: 'sha256:1',
    started: false,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
    lastState: { terminated },
  })
  const empty = { phase: 'exited', exitCode: 0, reason: 'Completed', startedAt: '', finishedAt: '' } as const
  const { imageID: __, last: ___, ...bare } = view
  assert.deepEqual(containerStatus({ ...bare, phase: { ...empty, containerID: '' } }, { name: 'c' }), {
    ...known,
    imageID: '',
    started: false,
    state: { terminated: { exitCode: 0, reason: 'Completed' } },
    lastState: {},
  })
  const runs = { phase: 'running', startedAt: '2026-01-01T00:00:00Z' } as const
  assert.equal(containerStatus({ ...view, role: 'ephemeral', phase: runs }, { name: 'c' }).ready, false)
  assert.equal(containerStatus({ ...view, phase: runs, started: false }, { name: 'c' }).started, false)
  assert.equal(containerStatus({ ...view, phase: runs }, { name: 'c' }).started, true)
  const waits = { phase: 'waiting', reason: 'PodInitializing' } as const
  assert.deepEqual(containerStatus({ ...view, phase: waits }, { name: 'c' }).state, {
    waiting: { reason: 'PodInitializing' },
  })
  const given = { requests: { cpu: '2' } }
  const resized = containerStatus({ ...view, containerID: 'runc://c', given }, { name: 'c', resources: {} })
  assert.deepEqual([resized.resources, resized.allocatedResources], [given, given.requests])
})

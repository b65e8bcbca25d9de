import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { makeEntries } from '../container/container-entry.ts'
import { adoptContainers } from './container-adoption.ts'

const AT = '2026-01-01T00:00:00.000Z'
const running = { state: 'running', pid: 1, createdAt: AT, startedAt: AT } as const
const exited = { ...running, state: 'exited', exitCode: 3, reason: 'Error', finishedAt: AT } as const
const created = { state: 'created', createdAt: AT } as const
const found = (container: string, attempt: number, status: object) => ({
  record: { id: `${container}-${attempt}`, status, made: { user: { uid: 0, gid: 0, supplementalGroups: [] } } },
  labels: { container, attempt, hash: `hash-${attempt}` },
})

/** A pod with these containers, over which what was found is laid. */
const adopted = async (all: readonly ReturnType<typeof found>[], status: Pod['status'] = {}) => {
  const startupProbe = { exec: { command: ['begin'] } }
  const pod = {
    metadata: { name: 'web', namespace: 'default', uid: 'u1' },
    spec: { containers: [{ name: 'app' }, { name: 'slow', startupProbe }] },
    status,
  } as unknown as Pod
  const entry = { pod, containers: makeEntries(pod), dir: '/nowhere', logDir: '/nowhere' }
  const [gone, kept]: [string[], string[]] = [[], []]
  const runtime = {
    stop: async (id: string) => void gone.push(`stop ${id}`),
    remove: async (id: string) => void gone.push(id),
  }
  adoptContainers({ runtime, log: () => {} } as never, entry as never, all as never, (id) => kept.push(id))
  await new Promise(setImmediate)
  return { gone, kept, of: (name: string) => entry.containers.get(name)! }
}

test('of each container the newest attempt is taken over, whatever their order; what was before it goes', async () => {
  const { gone, of } = await adopted([found('app', 2, running), found('app', 0, exited), found('app', 1, exited)])
  assert.deepEqual([of('app').id, of('app').attempt, of('app').hash], ['app-2', 2, 'hash-2'])
  assert.deepEqual(of('app').phase, { phase: 'running', startedAt: '2026-01-01T00:00:00Z' })
  assert.deepEqual(gone, ['stop app-0', 'stop app-1', 'app-0', 'app-1'])
})

test('what never ran, and what the pod does not name, goes; an end is told as it was', async () => {
  const { gone, kept, of } = await adopted([
    found('app', 1, created),
    found('app', 0, exited),
    found('other', 0, running),
  ])
  assert.deepEqual([of('app').id, of('app').attempt], ['app-0', 0])
  assert.deepEqual(of('app').phase.phase === 'exited' && of('app').phase, {
    phase: 'exited',
    exitCode: 3,
    reason: 'Error',
    startedAt: '2026-01-01T00:00:00Z',
    finishedAt: '2026-01-01T00:00:00Z',
    containerID: 'runc://app-0',
  })
  assert.deepEqual(kept, ['app-0'])
  assert.deepEqual(gone.filter((call) => !call.startsWith('stop')).toSorted(), ['app-1', 'other-0'])
})

test('a container that runs has started, and is ready, as its status says; one that no probe holds back has started', async () => {
  const both = [found('app', 0, running), found('slow', 0, running)]
  const told = (name: string, more: object) => ({
    name,
    restartCount: 0,
    image: '',
    imageID: 'i',
    ready: false,
    ...more,
  })
  const bare = await adopted(both)
  assert.deepEqual([bare.of('app').started, bare.of('slow').started, bare.of('app').ready], [true, false, false])
  const status = { containerStatuses: [told('app', { ready: true }), told('slow', { started: true })] }
  const known = await adopted(both, status as Pod['status'])
  assert.deepEqual([known.of('app').ready, known.of('slow').started, known.of('slow').ready], [true, true, false])
  assert.equal(known.of('app').imageID, 'i')
})

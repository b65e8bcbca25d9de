import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Pod } from '#api/core/pod/message.ts'
import { ApiError, type Client } from '#client/client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { holderId } from '../container/container-id.ts'
import { resources } from '../testing/fake-cluster.ts'
import type { PodEntry } from './pod-entry.ts'
import { deletePodObject, freePod, removePodFolders } from './pod-teardown.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const POD: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u-1' },
  spec: { containers: [], shareProcessNamespace: true },
}

const start = (faults: Readonly<Record<string, readonly Error[]>> = {}) => {
  const clock = new HandClock()
  const did: string[] = []
  const told: string[] = []
  const logged: string[] = []
  const left = new Map(Object.entries(faults).map(([what, errors]) => [what, [...errors]]))
  const act = async (what: string): Promise<void> => {
    did.push(what)
    const fault = left.get(what)?.shift()
    if (fault !== undefined) throw fault
  }
  const context = {
    clock,
    resources,
    runtime: { remove: (id: string) => act(`remove ${id}`) },
    network: { detach: (uid: string) => act(`detach ${uid}`) },
    record: (_: Pod, type: string, reason: string, message: string) => told.push(`${type} ${reason} ${message}`),
    log: (message: string) => logged.push(message),
    client: {
      delete: async (_: unknown, name: string, options: Parameters<Client['delete']>[2]) =>
        await act(`delete ${name} ${JSON.stringify(options)}`),
    },
  } as never
  const entry = {
    uid: 'u-1',
    dir: '/nowhere',
    pod: POD,
    containers: new Map([
      ['a', { id: 'c-a' }],
      ['b', { id: undefined }],
    ]),
    leaveSandbox: async (isForGood: boolean) => void did.push(`no sandbox ${isForGood}`),
    volumes: { unmount: () => did.push('unmount') },
  } as unknown as PodEntry
  return { context, entry, clock, did, told, logged }
}
const refusal = (code: number, reason: string) =>
  new ApiError({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message: reason } as never)
const DELETE = 'delete web {"namespace":"shop","gracePeriodSeconds":0,"preconditions":{"uid":"u-1"}}'

test('what a pod has on the node goes in the order in which it stands on each other: containers, network, mounts', async () => {
  const { context, entry, did, told } = start()
  await freePod(context, entry)
  assert.deepEqual(did, ['no sandbox true', 'remove c-a', `remove ${holderId('u-1')}`, 'detach u-1', 'unmount'])
  assert.deepEqual(told, [])
})

test('what cannot go yet is tried again, ever more slowly, and what keeps the network is told', async () => {
  const { context, entry, clock, did, told, logged } = start({
    'remove c-a': [new Error('busy')],
    'detach u-1': [new Error('the plugin says no')],
  })
  const freed = freePod(context, entry)
  await turns()
  assert.deepEqual([did, logged], [['no sandbox true', 'remove c-a'], ['pod web_shop(u-1): cannot be taken down yet']])
  assert.ok(clock.next !== undefined && clock.next <= 200)
  clock.advance(clock.next)
  await turns()
  assert.deepEqual(told, [
    'Warning FailedKillPod error killing pod: failed to "KillPodSandbox" for "u-1" with KillPodSandboxError: "the plugin says no"',
  ])
  assert.equal(did.includes('unmount'), false)
  clock.advance(clock.next ?? 0)
  await freed
  assert.equal(did.at(-1), 'unmount')
})

test('a pod’s object is taken away by its uid, and one that is gone, or another’s by now, is left', async () => {
  for (const fault of [undefined, refusal(404, 'NotFound'), refusal(409, 'Conflict')]) {
    const { context, clock, did } = start(fault && { [DELETE]: [fault] })
    await deletePodObject(context, POD, () => true)
    assert.deepEqual([did, clock.pending], [[DELETE], 0])
  }
})

test('a server that does not answer is asked again, as long as anybody wants it', async () => {
  const { context, clock, did, logged } = start({ [DELETE]: [refusal(500, 'InternalError'), new Error('reset')] })
  let wanted = true
  const deleted = deletePodObject(context, POD, () => wanted)
  await turns()
  assert.deepEqual(logged, ['pod shop/web: cannot be deleted from the API yet'])
  clock.advance(clock.next ?? 0)
  await turns()
  assert.equal(did.length, 2)
  wanted = false
  clock.advance(clock.next ?? 0)
  await deleted
  assert.equal(did.length, 2)
})

test('files of a pod that cannot be removed are tried again, and end nobody', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pod-teardown-'))
  const { context, clock, logged } = start()
  // No way leads below a link to itself.
  symlinkSync('pods', join(folder, 'pods'))
  const logDir = join(folder, 'logs', 'web')
  mkdirSync(logDir, { recursive: true })
  try {
    const removed = removePodFolders(context, { dir: join(folder, 'pods', 'u-1'), logDir, pod: POD })
    await turns()
    assert.deepEqual([logged.length, existsSync(logDir)], [1, true])
    rmSync(join(folder, 'pods'))
    clock.advance(clock.next ?? 0)
    await removed
    assert.equal(existsSync(logDir), false)
    symlinkSync('pods', join(folder, 'pods'))
    const given = removePodFolders(context, { dir: join(folder, 'pods', 'u-1'), logDir, pod: POD })
    for (let tries = 0; tries < 20; tries++) {
      await turns()
      clock.advance(clock.next ?? 0)
    }
    await given
    assert.equal(logged.at(-1), 'pod web_shop(u-1): its files cannot be removed yet')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

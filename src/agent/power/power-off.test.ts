import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { writeLabels } from '#kubelet/container/container-id.ts'
import { FakeRuntime } from '#kubelet/testing/fake-runtime.ts'
import type { ContainerSpec } from '#runtime/runtime.ts'
import { forgetContainers, powerOff } from './power-off.ts'

let folder: string
let runtime: FakeRuntime
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-power-'))
  runtime = new FakeRuntime(new HandClock())
})
afterEach(() => rmSync(folder, { recursive: true }))

const node = (limitMs?: number) => ({
  name: 'n1',
  cluster: `none-${process.pid}`,
  stateDir: folder,
  runtime,
  ...(limitMs !== undefined && { limitMs }),
})
const run = async (id: string, on: string): Promise<void> => {
  const labels = { node: on, uid: 'u', namespace: 'shop', pod: id, container: 'c', attempt: 0, hash: '' }
  await runtime.create({
    id,
    logPath: join(folder, 'log'),
    annotations: writeLabels(labels),
  } as unknown as ContainerSpec)
  await runtime.start(id)
}

test('a node is without power when nothing of it runs any more, and others are none of its business', async () => {
  await run('a', 'n1')
  await run('b', 'n2')
  let done = false
  const off = powerOff(node()).then(() => {
    done = true
  })
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.equal(done, false, 'it waits for the end of what was killed')
  runtime.exit('a', 137)
  await off
  assert.equal((await runtime.status('b'))?.state, 'running')
  assert.ok(!runtime.calls.some((call) => /^(stop|remove)/.test(call)), 'its records stay for whoever boots it')
})

test('what does not end is named', async () => {
  await run('stuck', 'n1')
  await assert.rejects(powerOff(node(10)), { message: 'containers of n1 do not end: stuck' })
})

test('the namespaces of its pods go, and what is recorded of them stays', async () => {
  const attachments = join(folder, 'attachments')
  const own = join(folder, 'namespaces', 'u1')
  for (const made of [attachments, own]) mkdirSync(made, { recursive: true })
  const pod = { uid: 'u1', namespace: 'shop', name: 'a', hostname: 'a', hostNetwork: true }
  const namespaces = { network: join(folder, 'network'), ipc: join(own, 'ipc'), uts: join(own, 'uts') }
  for (const file of Object.values(namespaces)) writeFileSync(file, '')
  writeFileSync(
    join(attachments, 'u1.json'),
    JSON.stringify({ uid: 'u1', pod, namespaces, addresses: [], state: 'attached' }),
  )
  await powerOff(node())
  assert.equal(existsSync(own), false)
  assert.equal(existsSync(namespaces.network), true, 'the node’s own network is not the pod’s')
  assert.equal(existsSync(join(attachments, 'u1.json')), true)
})

test('of a node that does not come back nothing is left', async () => {
  await run('a', 'n1')
  await run('b', 'n2')
  runtime.exit('a', 137)
  await forgetContainers(node())
  assert.deepEqual([...runtime.containers.keys()], ['b'])
})

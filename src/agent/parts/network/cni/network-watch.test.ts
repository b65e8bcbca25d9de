import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { NetworkWatch } from './network-watch.ts'

const NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: '

const start = ({ hasFolder = true } = {}) => {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-network-watch-'))
  const folder = join(root, 'net.d')
  if (hasFolder) mkdirSync(folder)
  const told: string[] = []
  const changes: (string | undefined)[] = []
  const clock = new HandClock()
  let status: () => Promise<void> = async () => undefined
  const watch = new NetworkWatch({
    folder,
    chain: { status: () => status() },
    clock,
    onChange: () => changes.push(watch.list?.name),
    log: (message) => told.push(message),
  })
  return {
    watch,
    clock,
    told,
    changes,
    write: (name: string, text?: string) =>
      writeFileSync(
        join(folder, '10.conflist'),
        text ?? JSON.stringify({ name, cniVersion: '1.1.0', plugins: [{ type: 'x' }] }),
      ),
    says: (answer: () => Promise<void>) => {
      status = answer
    },
    /** Until the kernel has told of what was written. */
    heard: async (ms: number) => {
      for (let tries = 0; clock.next !== ms && tries < 400; tries++) await sleep(5)
      assert.equal(clock.next, ms)
    },
    [Symbol.dispose]: () => {
      watch.close()
      rmSync(root, { recursive: true })
    },
  }
}

test('a node has no network until a configuration lies there whose plugins can, and says why in Kubernetes’ words', async () => {
  using node = start()
  assert.equal(node.watch.unready, `${NOT_READY}cni plugin not initialized`)
  await node.watch.look()
  assert.deepEqual([node.watch.list, node.told, node.changes, node.clock.next], [undefined, [], [], 1000])
  node.write('', '{')
  await node.watch.look()
  assert.match(
    node.watch.unready ?? '',
    /message:Network plugin returns error: cni plugin not initialized: .*is no JSON/,
  )
  node.says(() => Promise.reject(new Error('no room')))
  node.write('one')
  await node.watch.look()
  assert.deepEqual([node.watch.list, node.watch.unready], [undefined, `${NOT_READY}no room`])
  assert.equal(node.told.at(-1), "the pods' network cannot be used: no room")
  node.says(async () => undefined)
  await node.watch.look()
  assert.deepEqual([node.watch.list?.name, node.watch.unready], ['one', undefined])
  assert.deepEqual([node.told.at(-1), node.changes], ["the pods' network is one", [undefined, undefined, 'one']])
  const before = node.told.length
  await node.watch.look()
  assert.deepEqual([node.told.length, node.changes.length], [before, 3], 'what is as it was is not told again')
})

test('a network that can be used is looked at every ten seconds, and one that cannot every second', async () => {
  using node = start()
  node.write('one')
  await node.watch.look()
  node.clock.advance(50)
  await node.watch.look()
  assert.equal(node.clock.next, 10_000)
  let asked = 0
  node.says(async () => {
    asked++
    throw new Error('no')
  })
  node.clock.advance(9999)
  assert.equal(asked, 0)
  node.clock.advance(1)
  await node.watch.look()
  assert.deepEqual([asked, node.clock.next], [1, 1000])
})

test('what is written is looked at as soon as its writer may have ended, also where that is during a look', async () => {
  using node = start()
  await node.watch.look()
  node.write('one')
  await node.heard(50)
  node.clock.advance(50)
  await node.watch.look()
  assert.equal(node.watch.list?.name, 'one')
  await sleep(20)
  const { promise: slow, resolve } = Promise.withResolvers<void>()
  node.says(() => slow)
  const looking = node.watch.look()
  assert.equal(node.watch.look(), looking, 'one look at a time')
  node.write('two')
  await sleep(100)
  resolve()
  await looking
  assert.deepEqual([node.watch.list?.name, node.clock.next], ['one', 50])
  node.clock.advance(50)
  await node.watch.look()
  assert.equal(node.watch.list?.name, 'two')
  assert.equal(node.clock.next, 10_000)
})

test('a folder that cannot be watched is looked at all the same', async () => {
  using node = start({ hasFolder: false })
  assert.deepEqual(node.told, ['the folder of CNI configurations cannot be watched, and is looked at now and then'])
  await node.watch.look()
  assert.equal(node.clock.next, 1000)
})

test('after its end nothing is looked at, and a look that was under way changes nothing', async () => {
  using node = start()
  node.write('one')
  const { promise: slow, resolve } = Promise.withResolvers<void>()
  node.says(() => slow)
  const looking = node.watch.look()
  node.watch.close()
  resolve()
  await looking
  assert.deepEqual([node.changes, node.told, node.clock.pending], [[], [], 0])
})

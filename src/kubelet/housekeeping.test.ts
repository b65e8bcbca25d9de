import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { isReady } from '#objects/conditions.ts'
import { eventually } from './testing/eventually.ts'
import { FakeCluster, resources } from './testing/fake-cluster.ts'

const cluster = new FakeCluster(new HandClock())
const clock = cluster.clock as HandClock
after(() => cluster.close())
const turn = () => new Promise((resolve) => setTimeout(resolve, 5))
const pruned = (): string | undefined => cluster.runtime.calls.filter((call) => call.startsWith('prune')).at(-1)

test('what no pod owns is removed: what earlier lives left at the start, what a pod left when it is gone, and each minute', async () => {
  const logs = join(cluster.stateDir, 'logs')
  mkdirSync(join(logs, 'default_old_0b0b'), { recursive: true })
  await cluster.start()
  const container = { name: 'web', image: 'fairlead/echo' }
  await cluster.pod('web', { containers: [container] })
  const { metadata } = await cluster.until('web', isReady)
  const own = `default_web_${metadata?.uid}`
  clock.advance(1000)
  await turn()
  assert.deepEqual(readdirSync(logs), [own])
  assert.equal(pruned(), `prune n1 but ${metadata?.uid}`)
  await cluster.client.delete(resources.pods, 'web', { namespace: 'default', gracePeriodSeconds: 0 })
  await cluster.gone('web')
  await eventually('nothing of it is on the disk', () => readdirSync(join(cluster.stateDir, 'pods')).length === 0)
  clock.advance(1000)
  await turn()
  assert.equal(pruned(), 'prune n1 but ')
  assert.deepEqual(readdirSync(logs), [])
  mkdirSync(join(logs, 'default_late_0c0c'))
  clock.advance(60_000)
  await turn()
  assert.equal(existsSync(join(logs, 'default_late_0c0c')), false)
})

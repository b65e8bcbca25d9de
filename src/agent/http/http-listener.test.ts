import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { LoopbackNetwork, settle } from '../testing/loopback-network.ts'
import { listenHttp } from './http-listener.ts'

test('a listener that is closed before it listens leaves nothing open', async () => {
  const network = new LoopbackNetwork()
  const listener = listenHttp({
    addresses: ['a'],
    port: 1,
    handler: () => {},
    listen: network.listen,
    clock: new HandClock(),
    onError: () => assert.fail('no error'),
  })
  listener.close()
  await settle()
  assert.equal(network.opened.size, 0)
})

test('an address whose socket somebody destroys is named, and had again', async () => {
  const network = new LoopbackNetwork()
  const clock = new HandClock()
  const told: string[] = []
  const listener = listenHttp({
    addresses: ['a', 'b'],
    port: 1,
    handler: (_, response) => response.end(),
    listen: network.listen,
    clock,
    onError: (address, { message }) => told.push(`${address}: ${message}`),
  })
  const until = async (what: () => boolean) => {
    while (!what()) await settle()
  }
  await until(() => network.opened.size === 2)
  await settle()
  network.destroy('a 1')
  assert.deepEqual([...listener.refused.keys()], ['a'])
  assert.deepEqual(told, ['a: somebody has destroyed a 1'])
  await until(() => network.opened.size === 1)
  clock.advance(5_000)
  await until(() => listener.refused.size === 0)
  assert.equal((await network.ask('a 1')).status, 200)
  listener.close()
  assert.equal(clock.pending, 0)
})

test('an address that cannot be had is named with the reason until it can', async () => {
  const network = new LoopbackNetwork()
  const clock = new HandClock()
  const told: string[] = []
  network.taken.add('a')
  const listener = listenHttp({
    addresses: ['a', 'b'],
    port: 1,
    handler: (_, response) => response.end(),
    listen: network.listen,
    clock,
    onError: (address, { message }) => told.push(`${address}: ${message}`),
  })
  await settle()
  assert.deepEqual(
    [...listener.refused].map(([address, { message }]) => [address, message]),
    [['a', 'EADDRINUSE a:1']],
  )
  clock.advance(5_000)
  await settle()
  assert.deepEqual(told, ['a: EADDRINUSE a:1'], 'once')
  network.taken.clear()
  clock.advance(5_000)
  await settle()
  assert.equal(listener.refused.size, 0)
  assert.deepEqual([...network.opened.keys()].sort(), ['a 1', 'b 1'])
  listener.close()
})

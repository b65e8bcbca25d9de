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

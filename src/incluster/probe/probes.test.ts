import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { askProbes } from './ask-probes.ts'
import { serveProbes } from './serve-probes.ts'

/** A port that is free, and that nobody listens on now. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '::')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

test('who is asked answers with its node, by TCP and UDP, of either family; who is not there is told by the error', async () => {
  const [port, nobody] = [await freePort(), await freePort()]
  const stop = await serveProbes(port, 'node-7')
  try {
    const results = await askProbes(
      [
        { id: 0, kind: 'tcp', to: '127.0.0.1', port },
        { id: 1, kind: 'udp', to: '127.0.0.1', port },
        { id: 2, kind: 'tcp', to: '::1', port },
        { id: 3, kind: 'udp', to: '::1', port },
        { id: 4, kind: 'tcp', to: '127.0.0.1', port: nobody },
        { id: 5, kind: 'udp', to: '127.0.0.1', port: nobody },
        { id: 6, kind: 'name', to: 'localhost', port: 0 },
      ],
      20_000,
    )
    assert.deepEqual(
      results.map(({ id, who, error }) => [id, who ?? error]),
      [
        [0, 'node-7'],
        [1, 'node-7'],
        [2, 'node-7'],
        [3, 'node-7'],
        [4, 'ECONNREFUSED'],
        [5, 'ECONNREFUSED'],
        [6, results[6]!.who],
      ],
    )
    assert.match(results[6]!.who ?? '', /127\.0\.0\.1|::1/)
  } finally {
    stop()
  }
})

test('who gives no answer is not waited for longer than is said', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const { port } = silent.address() as AddressInfo
  try {
    const [result] = await askProbes([{ id: 0, kind: 'tcp', to: '127.0.0.1', port }], 50)
    assert.equal(result?.error, 'ETIMEDOUT')
  } finally {
    silent.close()
    silent.closeAllConnections()
  }
})

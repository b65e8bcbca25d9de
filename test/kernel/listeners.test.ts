import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { connect, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import type { KernelError } from '#kernel/kernel-error.ts'
import { listenTcp } from '#kernel/sockets/socket.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const HOME = '/proc/self/ns/net'
/** once() of node:events rejects where there is an error before. */
const closed = (server: Server) => new Promise((resolve) => server.once('close', resolve))
const destroy = (port: number) => execFileSync('ss', ['-K', '-lt', 'sport', '=', `:${port}`])

test('a server whose socket somebody destroys is closed, fails once and says which; others and their connections go on', async () => {
  const [lost, kept] = await Promise.all([listenTcp(HOME, '127.0.0.1', 7001), listenTcp(HOME, '::1', 7002)])
  const failures: Error[] = []
  lost.on('error', (error) => failures.push(error))
  kept.on('error', (error) => failures.push(error))
  const client = connect(7002, '::1')
  await once(client, 'connect')
  destroy(7001)
  await closed(lost)
  assert.equal(lost.listening, false)
  const [{ code, message }] = failures as [KernelError]
  assert.equal(code, 'SOCKET_FAILED')
  assert.equal(message, 'SOCKET_FAILED: listen of 127.0.0.1:7001: somebody has destroyed the socket')
  // Looked at once more.
  const again = await listenTcp(HOME, '127.0.0.1', 7001)
  again.on('error', () => undefined)
  destroy(7001)
  await closed(again)
  assert.equal(failures.length, 1)
  assert.equal(kept.listening, true)
  assert.equal(client.destroyed, false)
  client.destroy()
  kept.close()
  await closed(kept)
})

test('a server that its owner closes does not fail, though its descriptor is another’s while a connection is still open', async () => {
  const server = await listenTcp(HOME, '127.0.0.1', 7003)
  server.on('error', (error) => assert.fail(error))
  const client = connect(7003, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  server.close()
  // The lowest free descriptors, that of the server among them.
  const files = Array.from({ length: 10 }, () => openSync('/dev/null', 'r'))
  const later = await listenTcp(HOME, '127.0.0.1', 7004)
  const failed = new Promise((resolve) => later.once('error', resolve))
  destroy(7004)
  await failed
  for (const file of files) closeSync(file)
  for (const socket of [client, accepted]) socket.destroy()
  await closed(server)
})

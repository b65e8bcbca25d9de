import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serviceUnavailable } from '../errors.ts'
import type { Destination } from './destination.ts'
import { forwardUpgrade } from './forward-upgrade.ts'

const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
const open: Server[] = []
after(() => {
  for (const server of open) server.close()
})

/** A program that switches protocols by `upgrade`, and what it has for a socket once it is asked to. */
const program = async (upgrade: (socket: Socket) => void) => {
  const server = createServer((_, response) => response.end())
  const asked = new Promise<Socket>((resolve) =>
    server.on('upgrade', (_, socket: Socket) => {
      socket.on('error', () => undefined)
      upgrade(socket)
      resolve(socket)
    }),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  open.push(server)
  const { port } = server.address() as AddressInfo
  const destination: Destination = {
    authority: 'web:80',
    path: '',
    connect: () => connect({ host: '127.0.0.1', port, allowHalfOpen: true }),
  }
  return { asked, destination }
}
const forwarded = (client: Duplex, destination: Destination, head = ''): Promise<void> => {
  client.on('error', () => undefined)
  const headers = ['Connection', 'Upgrade', 'Upgrade', 'echo']
  const request = { method: 'GET', path: '/', headers }
  return forwardUpgrade({ socket: client, head: Buffer.from(head) }, destination, request, ({ message }) =>
    serviceUnavailable(message),
  )
}

test('what each side says together with the upgrade comes first, and the other side’s end is its own', async () => {
  const { destination } = await program((socket) => {
    socket.write(`${SWITCHING}first `)
    socket.pipe(socket)
  })
  const [client, far] = duplexPair()
  far.end('third')
  await forwarded(client, destination, 'second ')
  let text = ''
  for await (const chunk of far) text += chunk
  assert.equal(text, `${SWITCHING}first second third`)
})

test('a client that is gone ends the program’s side, before the upgrade is answered and after it', async () => {
  for (const answers of [false, true]) {
    const { asked, destination } = await program((socket) => {
      if (answers) socket.write(SWITCHING)
    })
    const [client] = duplexPair()
    const done = forwarded(client, destination)
    done.catch(() => undefined)
    const socket = await asked
    if (answers) await done
    client.destroy()
    // The program would never end it by itself.
    await once(socket.resume(), 'end')
  }
})

test('a program whose side breaks off ends the client’s side', async () => {
  const { asked, destination } = await program((socket) => socket.write(SWITCHING))
  const [client] = duplexPair()
  await forwarded(client, destination)
  const socket = await asked
  socket.resetAndDestroy()
  await once(client, 'close')
})

test('bounds: what a client has not read yet when both sides have ended still comes', async () => {
  // Whatever of it the kernel has room for: where exactly that ends is its own affair.
  for (let length = 64 << 10; length <= 512 << 10; length += 16 << 10) {
    const { destination } = await program((socket) => {
      socket.write(SWITCHING)
      socket.resume().on('end', () => socket.end(Buffer.alloc(length, 'x')))
    })
    const path = `\0fairlead-upgrade-${process.pid}-${length}`
    const front = createTcpServer({ allowHalfOpen: true })
    await once(front.listen({ path }), 'listening')
    open.push(front)
    const far = connect({ path, allowHalfOpen: true })
    const [client] = (await once(front, 'connection')) as [Socket]
    far.end()
    await forwarded(client, destination)
    await sleep(5)
    let read = 0
    for await (const chunk of far) read += (chunk as Buffer).length
    assert.equal(read, SWITCHING.length + length)
  }
})

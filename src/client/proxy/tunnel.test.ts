import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { after, test } from 'node:test'
import { openTunnel } from './tunnel.ts'

const TRUST = { rejectUnauthorized: true }
const open: Server[] = []
after(() => {
  for (const server of open) server.close()
})
const listen = async (server: Server): Promise<number> => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  open.push(server)
  return (server.address() as AddressInfo).port
}

test('what the server says together with the proxy’s answer is read first', async () => {
  const proxy = createHttpServer()
  proxy.on('connect', (_, client: Duplex) => client.end('HTTP/1.1 200 OK\r\n\r\nhello'))
  const socket = await openTunnel(new URL(`http://127.0.0.1:${await listen(proxy)}`), 'api', 6443, TRUST)
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.equal(text, 'hello')
})

test('a connection to a proxy that refuses is closed', async () => {
  const gone = Promise.withResolvers<void>()
  const proxy = createHttpServer()
  proxy.on('connect', (_, client: Duplex) => {
    client.write('HTTP/1.1 403 Forbidden\r\n\r\n')
    client.resume().on('end', () => gone.resolve())
  })
  const url = new URL(`http://127.0.0.1:${await listen(proxy)}`)
  await assert.rejects(openTunnel(url, 'api', 6443, TRUST), { code: 'PROXY_REFUSED', message: /403 Forbidden$/ })
  await gone.promise
})

/** A SOCKS5 proxy without a login, that answers with this reply and then says `hello`; gives what it was asked for. */
const socks = async (reply: readonly number[]) => {
  const asked: Buffer[] = []
  const server = createServer((client: Socket) => {
    client.once('data', () => {
      client.write(Buffer.of(5, 0))
      client.once('data', (request: Buffer) => {
        asked.push(request)
        client.end(Buffer.concat([Buffer.from(reply), Buffer.from('hello')]))
      })
    })
  })
  return { asked, url: new URL(`socks5://127.0.0.1:${await listen(server)}`) }
}

test('SOCKS5 is asked for an address by its family, and for a name by the name, whatever address it answers with', async () => {
  const v6 = [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
  for (const [host, address] of [
    ['10.1.2.3', [1, 10, 1, 2, 3]],
    ['fd00::1', [4, ...v6]],
    ['api', [3, 3, 0x61, 0x70, 0x69]],
  ] as const)
    for (const bound of [
      [1, 127, 0, 0, 1],
      [4, ...v6],
      [3, 2, 0x61, 0x62],
    ]) {
      const { asked, url } = await socks([5, 0, 0, ...bound, 0, 80])
      const socket = await openTunnel(url, host, 6443, TRUST)
      let text = ''
      for await (const chunk of socket) text += chunk
      assert.equal(text, 'hello', `${host} ${bound}`)
      assert.deepEqual([...asked[0]!], [5, 1, 0, ...address, 6443 >> 8, 6443 & 255])
    }
})

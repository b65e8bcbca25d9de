import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { connect as connectTcp } from 'node:net'
import { test } from 'node:test'
import { connect } from './connect.ts'
import { serveHostname } from './serve-hostname.ts'
import { ownSurroundings } from './surroundings.ts'

const surroundings = { ...ownSurroundings(), hostname: 'server-1' }
const serve = (...args: readonly string[]) => serveHostname([...args, '--port', '0'], surroundings)
const portOf = (at: string): string => /\d+$/.exec(at)![0]
const connecting = async (...args: readonly string[]) => {
  const said: string[] = []
  const status = await connect(args, surroundings.network, { write: (text: string) => said.push(text) > 0 })
  return { status, said: said.join('') }
}

test('serve-hostname gives its name to whoever connects, sends a datagram or asks by HTTP', async () => {
  const tcp = await serve('--tcp', '--http=false')
  const text = await new Promise<string>((resolve, reject) => {
    let all = ''
    connectTcp(Number(portOf(tcp.at)), '127.0.0.1')
      .on('error', reject)
      .on('data', (data) => {
        all += String(data)
      })
      .on('end', () => resolve(all))
  })
  assert.equal(text, 'server-1')
  tcp.close()
  const udp = await serve('--udp', '--http=false')
  const socket = createSocket('udp4')
  socket.send('anything', Number(portOf(udp.at)), '127.0.0.1')
  const [data] = await new Promise<[Buffer]>((resolve) => socket.once('message', (one) => resolve([one])))
  assert.equal(String(data), 'server-1')
  socket.close()
  udp.close()
  const http = await serve('--close')
  assert.equal(await (await fetch(`http://127.0.0.1:${portOf(http.at)}/a`)).text(), 'server-1')
  http.close()
})

test('connect is silent where there is a connection, and says in one word why there is none', async () => {
  const [tcp, udp] = [await serve('--tcp', '--http=false'), await serve('--udp', '--http=false')]
  const [tcpPort, udpPort] = [portOf(tcp.at), portOf(udp.at)]
  assert.deepEqual(await connecting(`127.0.0.1:${tcpPort}`, '--timeout=1s', '--protocol=tcp'), { status: 0, said: '' })
  assert.deepEqual(await connecting(`[::1]:${tcpPort}`), { status: 0, said: '' })
  assert.deepEqual(await connecting(`127.0.0.1:${udpPort}`, '--timeout', '1s', '--protocol', 'udp'), {
    status: 0,
    said: '',
  })
  tcp.close()
  udp.close()
  assert.deepEqual(await connecting(`127.0.0.1:${tcpPort}`, '--timeout=1s'), { status: 1, said: 'REFUSED\n' })
  assert.deepEqual(await connecting(`127.0.0.1:${udpPort}`, '--timeout=1s', '--protocol=udp'), {
    status: 1,
    said: 'REFUSED\n',
  })
  const deaf = createSocket('udp4')
  await new Promise<void>((resolve) => deaf.bind(0, '127.0.0.1', resolve))
  const silent = await connecting(`127.0.0.1:${deaf.address().port}`, '--timeout=50ms', '--protocol=udp')
  deaf.close()
  assert.deepEqual(silent, { status: 1, said: 'TIMEOUT\n' })
  assert.match((await connecting('nobody.invalid:80', '--timeout=1s')).said, /^DNS: /)
  assert.match((await connecting('127.0.0.1')).said, /^UNKNOWN: 127\.0\.0\.1 is no HOST:PORT/)
})

test('connect gives up in its time where DNS says nothing, and says so', async () => {
  const said: string[] = []
  const stderr = { write: (text: string) => said.push(text) > 0 }
  const find = () => new Promise(() => undefined)
  assert.equal(await connect(['db:80', '--timeout=50ms'], surroundings.network, stderr, find), 1)
  assert.deepEqual(said, ['DNS: lookup db: no answer in 50ms\n'])
})

test('flags of agnhost that are not here, and values that are none, are refused by name', async () => {
  const refused = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, { code: 'ECHO_FLAG_INVALID', message })
  await refused(connecting('a:1', '--sctp-data=x'), /unknown flag --sctp-data: known are --timeout, --protocol/)
  await refused(connecting('a:1', '--protocol=sctp'), /--protocol sctp: known are tcp and udp/)
  await refused(connecting('a:1', '--timeout=soon'), /--timeout soon is no duration/)
  await refused(connecting(), /one HOST:PORT/)
  await refused(serve('--tcp'), /--tcp and --udp want --http=false/)
  await refused(serve('--tcp=maybe'), /--tcp=maybe is neither true nor false/)
  await refused(serveHostname(['--port', '80000'], surroundings), /--port 80000 is no port/)
})

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, test } from 'node:test'
import type { BgpSpeaker } from '#bgp/speaker.ts'
import { listenTcp } from '#kernel/sockets/socket.ts'
import { addressOf, linkLocalOf, makeLan, pathOf } from './lan.ts'
import { ROUTER_AS, type Router, startBird, until } from './routers.ts'
import { isUp, peerOf, route, speakerOn } from './speakers.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let bird: Router
const speakers: BgpSpeaker[] = []
const speaker = (node: 'node-1' | 'node-2' = 'node-1') => {
  const made = speakerOn(node)
  speakers.push(made)
  return made
}
before(async () => {
  makeLan()
  bird = await startBird({ callsNode2: true })
})
after(async () => {
  await Promise.all(speakers.map((one) => one.stop('cease')))
  bird.stop()
})
const birdHas = (prefix: string, hop: string) =>
  until(
    () => bird.about(prefix),
    async () => (await bird.nextHops(prefix)).join() === hop,
  )
const only = (one: BgpSpeaker) => one.peers()[0]!

test('a wrong password, or none, is no session, and the right one is', async () => {
  const one = speaker()
  const right = peerOf('node-1', 'bird', 'IPv6')
  for (const password of ['wrong', undefined]) {
    one.setPeers([{ ...right, password }])
    await until(
      () => JSON.stringify(only(one)),
      () => only(one).lastEnd?.includes('does not answer') ?? false,
    )
    assert.notEqual(only(one).state, 'Established')
  }
  one.setPeers([right])
  await until(
    () => JSON.stringify(only(one)),
    () => isUp(one, 'bird IPv6'),
  )
  assert.doesNotMatch(JSON.stringify(one.peers()), /correct horse/)
  one.setPeers([])
})

/** A program that accepts BGP's connections and says what it is told to, on a port of its own. */
const rubbishRouter = async (answer: (socket: Socket, connection: number) => void) => {
  let connections = 0
  const heard: Buffer[][] = []
  const server = await listenTcp(pathOf('rubbish'), addressOf('rubbish', 'IPv4'), 179)
  server.on('connection', (socket: Socket) => {
    const chunks: Buffer[] = []
    heard.push(chunks)
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', () => undefined)
    answer(socket, connections++)
  })
  /** `code/subcode` of the NOTIFICATION that a connection has got, undefined where none has come. */
  const notice = (connection: number): string | undefined => {
    const octets = Buffer.concat(heard[connection] ?? [])
    for (let at = 0; at + 19 <= octets.length; at += octets.readUInt16BE(at + 16))
      if (octets[at + 18] === 3 && at + 21 <= octets.length) return `${octets[at + 19]}/${octets[at + 20]}`
    return undefined
  }
  return { notice, close: () => server.close() }
}

const MARKER = Buffer.alloc(16, 0xff)
const message = (type: number, ...body: readonly number[]) =>
  Buffer.concat([MARKER, Buffer.of(0, 19 + body.length, type, ...body)])
const OPEN = message(1, 4, ROUTER_AS >> 8, ROUTER_AS & 255, 0, 90, 10, 9, 0, 14, 0)
const KEEPALIVE = message(4)

test('a router that sends rubbish is told what was wrong, and its session comes back', async () => {
  const answers: readonly (readonly [says: readonly Buffer[], notice: string])[] = [
    [[Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], '1/1'],
    [[message(1, 4, 0, 1, 0, 90, 1, 1, 1, 1, 0)], '2/2'],
    [[OPEN, KEEPALIVE, message(2, 0, 0, 0, 0, 33)], '3/10'],
    [[OPEN, KEEPALIVE, OPEN], '5/3'],
  ]
  const router = await rubbishRouter((socket, connection) => {
    for (const octets of answers[connection]?.[0] ?? [OPEN, KEEPALIVE]) socket.write(octets)
  })
  const one = speaker()
  one.setPeers([peerOf('node-1', 'rubbish', 'IPv4', { gracefulRestartSeconds: false })])
  one.setRoutes([route('192.0.2.1/32')])
  for (const [connection, [, notice]] of answers.entries())
    await until(
      () => `connection ${connection} is told ${notice}, not ${router.notice(connection)}`,
      () => router.notice(connection) === notice,
    )
  await until(
    () => JSON.stringify(only(one)),
    () => isUp(one, 'rubbish IPv4'),
  )
  assert.equal(only(one).counts.notificationsSent, answers.length)
  await one.stop('cease')
  await until(
    () => `${router.notice(answers.length)}`,
    () => router.notice(answers.length) === '6/2',
  )
  router.close()
})

test('a router connects to a speaker that listens, with a password, and with packets that nobody has passed on', async () => {
  const one = speaker('node-2')
  await one.listen(179)
  const isPassive = true
  one.setPeers([
    peerOf('node-2', 'bird', 'IPv4', { isPassive }),
    peerOf('node-2', 'bird', 'IPv6', { isPassive, ttlSecurity: true }),
  ])
  one.setRoutes([route('192.0.2.7/32')])
  for (const { name } of one.peers())
    await until(
      () => JSON.stringify(one.peers()),
      () => isUp(one, name),
    )
  await birdHas('192.0.2.7/32', addressOf('node-2', 'IPv4'))
})

test('a session by link-local addresses has these as next hop', async () => {
  const one = speaker()
  const { password: _, nextHop: __, ...options } = peerOf('node-1', 'bird', 'IPv6')
  one.setPeers([{ ...options, address: `${linkLocalOf('bird')}%eth0` }])
  one.setRoutes([route('2001:db8::7/128')])
  await until(
    () => JSON.stringify(one.peers()),
    () => isUp(one, 'bird IPv6'),
  )
  await birdHas('2001:db8::7/128', linkLocalOf('node-1'))
})

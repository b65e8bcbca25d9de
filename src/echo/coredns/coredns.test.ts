import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ownSurroundings } from '../surroundings.ts'
import { startCoreDns } from './coredns.ts'
import { blockOf, readCorefile } from './corefile.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-coredns-'))
after(() => rmSync(folder, { recursive: true }))

/** A query of type A, with recursion asked for. */
const query = (name: string, id = 7): Buffer =>
  Buffer.from([
    ...[0, id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ...name.split('.').flatMap((label) => [label.length, ...Buffer.from(label)]),
    ...[0, 0, 1, 0, 1],
  ])
const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
const ask = async (port: number, data: Buffer) => {
  const socket = await bound()
  socket.send(data, port, '127.0.0.1')
  const [answer] = (await once(socket, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer]
  const { port: own } = socket.address()
  socket.close()
  return { answer, own, rcode: answer.readUInt16BE(2) & 15 }
}
/** A port that nobody has. */
const free = async (): Promise<number> => {
  const socket = await bound()
  const { port } = socket.address()
  socket.close()
  return port
}
const serve = async (corefile: string) => {
  const file = join(folder, 'Corefile')
  writeFileSync(file, corefile)
  const said: string[] = []
  const dns = await startCoreDns(['-conf', file], { ...ownSurroundings(), say: (line) => void said.push(line) })
  return { said, [Symbol.dispose]: () => dns.close() }
}

test('whoami answers with the address and the port of whoever asks, over UDP and TCP', async () => {
  const port = await free()
  using served = await serve(`foo.bar.test:${port} {\n  whoami\n  log\n}\n`)
  const { answer, own, rcode } = await ask(port, query('Foo.Bar.test'))
  assert.deepEqual([answer.readUInt16BE(0), rcode, answer.readUInt16BE(6), answer.readUInt16BE(10)], [7, 0, 0, 2])
  assert.ok(answer.readUInt16BE(2) & 0x8400, 'an answer of the zone itself')
  assert.ok(answer.includes(Buffer.from([0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1])))
  assert.ok(answer.includes(Buffer.from([4, ...Buffer.from('_udp'), 0xc0, 12, 0, 33])))
  assert.equal(answer.readUInt16BE(answer.length - 3), own)
  assert.deepEqual(served.said, [`::ffff:127.0.0.1:${own} udp foo.bar.test. 1`])
  const socket = connect(port, '127.0.0.1')
  const data = query('www.foo.bar.test')
  socket.write(Buffer.from([0, data.length]))
  socket.write(data)
  const [first] = (await once(socket, 'data')) as [Buffer]
  assert.equal(first.readUInt16BE(0), first.length - 2)
  assert.ok(first.includes('_tcp'))
  socket.destroy()
})

test('what is of no zone is refused, what is no query is a mistake, and other operations are not here', async () => {
  const port = await free()
  using _ = await serve(`foo.test:${port} {\n  whoami\n}`)
  assert.equal((await ask(port, query('foo.test.other'))).rcode, 5)
  assert.equal((await ask(port, query('foo.test').subarray(0, 20))).rcode, 1)
  const update = query('foo.test')
  update.writeUInt16BE(5 << 11, 2)
  assert.equal((await ask(port, update)).rcode, 4)
})

test('a query is sent on to the first that answers, and fails where none does', async () => {
  const [port, silent] = [await free(), await free()]
  const upstream = await bound()
  upstream.on('message', (data, { port }) => {
    const answer = Buffer.concat([data, Buffer.from('answered')])
    answer.writeUInt16BE(0x8180, 2)
    upstream.send(answer, port, '127.0.0.1')
  })
  using _ = await serve(
    `.:${port} {\n  errors\n  forward . 127.0.0.1:${silent} 127.0.0.1:${upstream.address().port}\n}\nlost.test:${port} {\n  forward . 127.0.0.1:${silent}\n}`,
  )
  const { answer, rcode } = await ask(port, query('www.test'))
  assert.ok(answer.includes('answered'))
  assert.equal(rcode, 0)
  assert.equal((await ask(port, query('a.lost.test'))).rcode, 2)
  upstream.close()
})

test('a Corefile is read, and what it has that is not here is refused with its line', () => {
  const blocks = readCorefile(
    '# all\n.:53 {\n  forward . 8.8.8.8 [2001:db8::1]:5353\n  log\n}\na.test b.test.:5300 {\n  whoami\n}\n',
  )
  assert.deepEqual(
    blocks.map(({ zone, port, log }) => [zone, port, log]),
    [
      ['', 53, true],
      ['a.test', 53, false],
      ['b.test', 5300, false],
    ],
  )
  assert.deepEqual(blocks[0]!.does, {
    type: 'forward',
    to: [
      { host: '8.8.8.8', port: 53 },
      { host: '2001:db8::1', port: 5353 },
    ],
  })
  assert.equal(blockOf(blocks, 'www.a.test')?.zone, 'a.test')
  assert.equal(blockOf(blocks, 'nota.test')?.zone, '')
  for (const [text, message] of [
    ['. {\n  cache\n}', /Corefile:2: no plugin cache is here: known are errors, forward, log, whoami/],
    ['. {\n  whoami', /Corefile:1: the block has no end/],
    ['. {\n  log\n}', /Corefile:1: nothing answers/],
    ['. {\n  forward . dns.test\n}', /Corefile:2: forward: "dns.test" is no address/],
    ['. {\n  forward a.test 8.8.8.8\n}', /Corefile:2: forward: takes \. and addresses/],
    ['. {\n  whoami\n  forward . 8.8.8.8\n}', /Corefile:3: forward: another plugin answers already/],
    ['tls://. {\n  whoami\n}', /"tls:\/\/\." is no zone/],
    ['whoami', /Corefile:1: a block begins/],
  ] as const)
    assert.throws(() => readCorefile(text), message)
})

test('it is told by a file alone', async () => {
  for (const words of [[], ['-conf'], ['-dns.port', '53'], ['-conf', join(folder, 'none'), '-quiet']])
    await assert.rejects(startCoreDns(words, ownSurroundings()), /coredns: it is told by -conf FILE alone/)
  await assert.rejects(startCoreDns(['-conf', join(folder, 'none')], ownSurroundings()), /ENOENT/)
})

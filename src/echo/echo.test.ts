import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { Agent, createServer, get } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { hostname } from 'node:os'
import { after, before, test } from 'node:test'
import { clientAddress } from './client-address.ts'
import { type Echo, startEcho } from './echo.ts'
import { parseFlags } from './flags.ts'
import { parseGoDuration } from './go-duration.ts'
import { ownSurroundings } from './surroundings.ts'

let echo: Echo
let exited: number | undefined
before(async () => {
  echo = await startEcho({ httpPort: 0, udpPort: 0, tcpPort: 0, delayShutdown: 0.05 }, (code) => {
    exited = code
  })
})
after(() => echo.close())

const fetchText = async (path: string) => {
  const answer = await fetch(`http://127.0.0.1:${echo.ports.http}${path}`, {
    headers: { 'x-a': 'b', connection: 'close' },
  })
  return { status: answer.status, body: await answer.text() }
}

test('HTTP answers hostname, client address, echo with a code, header and environment', async () => {
  assert.equal((await fetchText('/hostname')).body, hostname())
  assert.match((await fetchText('/clientip')).body, /^127\.0\.0\.1:\d+$/)
  assert.deepEqual(await fetchText('/echo?msg=a%20B&code=201'), { status: 201, body: 'a B' })
  assert.equal((await fetchText('/header?key=X-A')).body, 'b')
  assert.equal(JSON.parse((await fetchText('/env')).body).PATH, process.env.PATH)
  assert.equal((await fetchText('/healthz')).status, 200)
  assert.match((await fetchText('/anything')).body, /^NOW: /)
  assert.equal((await fetchText('/shell?cmd=ls')).status, 501)
})

test('HTTP says at / who answers whom, in text for people and as JSON for programs', async () => {
  const place = { pod: 'web-1', namespace: 'shop', node: 'node-2' }
  const there = await startEcho(
    { httpPort: 0, udpPort: -1, tcpPort: -1, delayShutdown: 0 },
    () => undefined,
    ownSurroundings(place),
  )
  const ask = async (accept: string): Promise<string> => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    const headers = { host: 'web.shop:8000', accept, connection: 'close' }
    get({ host: '127.0.0.1', port: there.ports.http, path: '/a?b=c', headers }, async (answer) => {
      let text = ''
      for await (const chunk of answer) text += String(chunk)
      resolve(text)
    }).on('error', reject)
    return promise
  }
  const lines = (await ask('*/*')).split('\n')
  assert.match(lines[0] ?? '', /^NOW: \d{4}-/)
  assert.deepEqual(lines.slice(1, 4), ['pod        web-1', 'namespace  shop', 'node       node-2'])
  assert.match(lines[4] ?? '', /^client {5}127\.0\.0\.1:\d+$/)
  assert.equal(lines[5], 'asked for  GET /a?b=c at web.shop, port 8000')
  assert.equal(lines[6], `reached    127.0.0.1:${there.ports.http}`)
  const { now, client, ...rest } = JSON.parse(await ask('application/json')) as Record<string, string>
  assert.ok(now !== undefined && /^127\.0\.0\.1:\d+$/.test(client ?? ''))
  const server = `127.0.0.1:${there.ports.http}`
  const expected = {
    ...place,
    hostname: hostname(),
    server,
    host: 'web.shop',
    port: 8000,
    method: 'GET',
    path: '/a?b=c',
  }
  assert.deepEqual(rest, expected)
  there.close()
})

test('HTTP answers on IPv6 too and writes the address in brackets', async () => {
  const answer = await fetch(`http://[::1]:${echo.ports.http}/clientip`, { headers: { connection: 'close' } })
  assert.match(await answer.text(), /^\[::1\]:\d+$/)
})

test('UDP answers hostname, echo and clientip, and stays silent on anything else', async () => {
  const socket = createSocket('udp4')
  const ask = (text: string) =>
    new Promise<string>((resolve) => {
      socket.once('message', (data) => resolve(data.toString()))
      socket.send(text, echo.ports.udp, '127.0.0.1')
    })
  assert.equal(await ask('hostname\n'), hostname())
  assert.match(await ask('clientip'), /^127\.0\.0\.1:\d+$/)
  socket.send('nonsense', echo.ports.udp, '127.0.0.1')
  assert.equal(await ask('echo Hello you'), 'Hello you')
  socket.close()
})

test('TCP answers a command a line', async () => {
  const socket = connect(echo.ports.tcp, '127.0.0.1')
  const lines = await new Promise<string>((resolve) => {
    let all = ''
    socket.on('data', (data) => {
      all += data
      if (all.split('\n').length === 3) resolve(all)
    })
    socket.write('hostname\necho x y\n')
  })
  socket.destroy()
  assert.equal(lines, `${hostname()}\nx y\n`)
})

test('TCP says of a command that it does not know, joins what comes in pieces, and ends what is no line', async () => {
  const socket = connect(echo.ports.tcp, '127.0.0.1')
  const answer = new Promise<string>((resolve) => socket.once('data', (data) => resolve(String(data))))
  socket.write('what is')
  await new Promise((resolve) => setTimeout(resolve, 20))
  socket.write(' that \n')
  assert.equal(await answer, 'unknown command: what is that\n')
  const ended = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.write('x'.repeat(70_000))
  await ended
})

test('after SIGTERM a TCP client has its answer and then the end, and one that asks nothing has it after the delay', async () => {
  const server = await startEcho({ httpPort: -1, udpPort: 0, tcpPort: 0, delayShutdown: 0.2 }, () => undefined)
  const open = async () => {
    const socket = connect(server.ports.tcp, '127.0.0.1')
    let said = ''
    socket.on('data', (data) => {
      said += data
    })
    const ended = new Promise<string>((resolve) => socket.once('end', () => resolve(said)))
    await new Promise((resolve) => socket.once('connect', resolve))
    return { socket, ended }
  }
  const [busy, idle] = [await open(), await open()]
  busy.socket.write('echo before\n')
  await new Promise((resolve) => busy.socket.once('data', resolve))
  const began = performance.now()
  const drained = server.drain()
  busy.socket.write('echo last\n')
  assert.equal(await busy.ended, 'before\nlast\n')
  const told = performance.now() - began
  assert.equal(await idle.ended, '')
  assert.ok(told < 190 || performance.now() - began > told + 50, 'one ends at once, the other after the delay')
  await drained
})

test('where one server cannot be, none is', async () => {
  const free = await startEcho({ httpPort: 0, udpPort: -1, tcpPort: -1, delayShutdown: 0 }, () => undefined)
  free.close()
  const flags = { httpPort: free.ports.http, udpPort: -1, tcpPort: echo.ports.tcp, delayShutdown: 0 }
  await assert.rejects(
    startEcho(flags, () => undefined),
    { code: 'EADDRINUSE' },
  )
  const again = await startEcho({ ...flags, tcpPort: -1 }, () => undefined)
  assert.deepEqual(again.ports, { http: free.ports.http, udp: -1, tcp: -1 })
  again.close()
})

test('/exit waits for what is in flight, as long as its timeout says, and first as long as it is told to wait', async () => {
  const exits: number[] = []
  const server = await startEcho({ httpPort: 0, udpPort: -1, tcpPort: -1, delayShutdown: 0 }, (code) =>
    exits.push(code),
  )
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${server.ports.http}${path}`, { headers: { connection: 'close' } })
  await (await ask('/exit?code=3&wait=60ms&timeout=30s')).text()
  assert.deepEqual(exits, [])
  while (exits.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  assert.deepEqual(exits, [3])
  await assert.rejects(ask('/hostname'))
})

test('/exit does not wait longer than its timeout for a request that does not end, and ends once', async () => {
  const exits: number[] = []
  const server = await startEcho({ httpPort: 0, udpPort: -1, tcpPort: -1, delayShutdown: 0 }, (code) =>
    exits.push(code),
  )
  const held = connect(server.ports.http, '127.0.0.1')
  held.on('error', () => undefined)
  held.write('GET /hostname HTTP/1.1\r\n')
  await (
    await fetch(`http://127.0.0.1:${server.ports.http}/exit?timeout=50ms`, { headers: { connection: 'close' } })
  ).text()
  while (exits.length === 0) await new Promise((resolve) => setTimeout(resolve, 10))
  held.destroy()
  server.close()
  await new Promise((resolve) => setTimeout(resolve, 60))
  assert.deepEqual(exits, [0])
})

test('/dial gathers answers and errors in the form of agnhost', async () => {
  const over = async (query: string) => JSON.parse((await fetchText(`/dial?host=127.0.0.1&${query}`)).body)
  assert.deepEqual(await over(`port=${echo.ports.http}&request=echo?msg=q&tries=2`), { responses: ['q', 'q'] })
  assert.deepEqual(await over(`port=${echo.ports.udp}&request=echo%20q&protocol=udp`), { responses: ['q'] })
  assert.match((await over('port=1&request=hostname')).errors[0], /ECONNREFUSED/)
  assert.equal((await fetchText('/dial?host=127.0.0.1&port=1')).status, 400)
})

test('bounds: /dial keeps no more of an answer than anybody would read, however long it is, and stops once nobody waits', async () => {
  let asked = 0
  const endless = createServer((_, response) => {
    asked++
    const write = (): void => void response.write('x'.repeat(1 << 16), (error) => (error ? undefined : write()))
    write()
  })
  await new Promise<void>((resolve) => endless.listen(0, '127.0.0.1', resolve))
  const { port } = endless.address() as AddressInfo
  const path = `/dial?host=127.0.0.1&port=${port}&request=x&tries=`
  assert.deepEqual(
    JSON.parse((await fetchText(`${path}2`)).body).errors,
    Array(2).fill('an answer of more than 1048576 octets'),
  )
  const impatient = get(`http://127.0.0.1:${echo.ports.http}${path}1000000`)
  impatient.on('error', () => undefined)
  while (asked < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  impatient.destroy()
  await new Promise((resolve) => setTimeout(resolve, 100))
  const then = asked
  await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(asked, then)
  endless.closeAllConnections()
  endless.close()
})

test('what HTTP is asked wrongly is answered with what it takes', async () => {
  for (const code of ['ten', '99', '1000', '200.5'])
    assert.equal(
      (await fetchText(`/echo?code=${code}`)).body,
      `argument 'code' must be an integer or empty, got "${code}"\n`,
    )
  for (const code of ['-1', '128', 'x', '1.5']) assert.match((await fetchText(`/exit?code=${code}`)).body, /\[0-127\]/)
  for (const code of ['299', '400', 'x'])
    assert.equal((await fetchText(`/redirect?code=${code}`)).body, "argument 'code' must be in 300-399 or empty\n")
  const wrong: Readonly<Record<string, string>> = {
    'port=1': 'request parameter not specified.\n',
    'request=x': 'host and/or port param are invalid.\n',
    'request=x&host=a': 'host and/or port param are invalid.\n',
    'request=x&port=1': 'host and/or port param are invalid.\n',
    'request=x&host=a&port=65536': 'host and/or port param are invalid.\n',
    'request=x&host=a&port=1&protocol=sctp': 'unsupported protocol. sctp\n',
    'request=x&host=a&port=1&tries=0': 'tries parameter is invalid.\n',
  }
  for (const [query, body] of Object.entries(wrong))
    assert.deepEqual(await fetchText(`/dial?${query}`), { status: 400, body }, query)
  assert.match((await fetchText('/dial?host=127.0.0.1&port=65535&request=x')).body, /ECONNREFUSED/)
  assert.match((await fetchText('/constructor')).body, /^NOW: /)
})

test('HTTP tells all headers, redirects, and says what JSON is', async () => {
  const at = `http://127.0.0.1:${echo.ports.http}`
  const ask = (path: string) =>
    fetch(`${at}${path}`, { redirect: 'manual', headers: { connection: 'close', 'x-a': 'b' } })
  const headers = await ask('/header')
  assert.equal(headers.headers.get('content-type'), 'application/json')
  assert.deepEqual(((await headers.json()) as { 'x-a': string })['x-a'], ['b'])
  assert.equal((await ask('/env')).headers.get('content-type'), 'application/json')
  assert.equal((await ask('/hostname')).headers.get('content-type'), 'text/plain; charset=utf-8')
  const moved = await ask('/redirect?location=/there&code=307')
  assert.deepEqual([moved.status, moved.headers.get('location')], [307, '/there'])
  assert.equal((await ask('/redirect')).status, 302)
})

test('/exit hands the code over after its answer went out', async () => {
  await fetchText('/exit?code=7')
  await new Promise((resolve) => setTimeout(resolve, 10))
  assert.equal(exited, 7)
  assert.match((await fetchText('/exit?code=7&timeout=soon')).body, /Go durations/)
})

test('after SIGTERM new connections are still answered, with Connection: close, and kept ones end', async () => {
  const server = await startEcho({ httpPort: 0, udpPort: -1, tcpPort: -1, delayShutdown: 0.1 }, () => {})
  const agent = new Agent({ keepAlive: true })
  const ask = () =>
    new Promise<string | undefined>((resolve, reject) => {
      get({ host: '127.0.0.1', port: server.ports.http, path: '/hostname', agent }, (answer) => {
        answer.resume().on('end', () => resolve(answer.headers.connection))
      }).on('error', reject)
    })
  assert.equal(await ask(), 'keep-alive')
  const drained = server.drain()
  assert.equal(await ask(), 'close')
  assert.equal(await ask(), 'close')
  await drained
  await assert.rejects(ask(), /ECONNREFUSED/)
  agent.destroy()
})

test('flags follow netexec, and an unknown one names those known', () => {
  assert.deepEqual(parseFlags(['netexec', '--http-port=80', '--udp-port', '-1']), {
    httpPort: 80,
    udpPort: -1,
    tcpPort: -1,
    delayShutdown: 2,
  })
  assert.throws(() => parseFlags(['--htp-port=80']), /unknown flag --htp-port=80: known are --http-port/)
  assert.throws(() => parseFlags(['--http-port=eighty']), /"eighty" is not a number/)
  assert.throws(() => parseFlags(['--http-port=70000']), /out of range/)
  for (const port of ['0', '-2', '65536', '1.5'])
    assert.throws(() => parseFlags(['--tcp-port', port]), /out of range/, port)
  assert.equal(parseFlags(['--tcp-port', '65535', '--delay-shutdown=0.5']).delayShutdown, 0.5)
  assert.equal(parseFlags(['--delay-shutdown=0']).delayShutdown, 0)
  assert.throws(() => parseFlags(['--delay-shutdown=-1']), /out of range/)
  assert.throws(() => parseFlags(['--http-port']), /"" is not a number/)
  assert.throws(() => parseFlags(['http-port=80']), { code: 'ECHO_FLAG_INVALID' })
})

test('addresses and durations are written Go’s way', () => {
  assert.equal(clientAddress('::ffff:10.0.0.1', 5), '10.0.0.1:5')
  assert.equal(clientAddress('fd00::1', 5), '[fd00::1]:5')
  assert.equal(parseGoDuration('1m1.5s'), 61_500)
  assert.equal(parseGoDuration('5'), undefined)
  for (const [text, ms] of Object.entries({
    '0': 0,
    '1h': 3_600_000,
    '250ms': 250,
    '2s': 2000,
    '5us': 0.005,
    '5µs': 0.005,
  }))
    assert.equal(parseGoDuration(text), ms, text)
  assert.equal(parseGoDuration('1ns'), 1e-6)
})

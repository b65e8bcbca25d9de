import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, get, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Duplex, duplexPair } from 'node:stream'
import { after, before, mock, test } from 'node:test'
import { WebSocket } from 'ws'

import type { ExecOptions } from '#runtime/runtime.ts'
import { KubeletError } from './kubelet-error.ts'
import { createKubeletServer } from './server.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-kubelet-'))
const path = join(folder, 'kubelet.sock')
let behave: (options: ExecOptions) => Promise<number> = async () => 0
/** What listens in the pod. */
let pod: (port: number) => Duplex = () => duplexPair()[0]

const cpu = { time: '2026-01-02T03:04:05Z', usageNanoCores: 1, usageCoreNanoSeconds: 2e9 }
const memory = { time: cpu.time, usageBytes: 3, workingSetBytes: 2, rssBytes: 1 }

const kubelet = createKubeletServer({
  runtime: {
    exec: async (_, options) => ({ exitCode: await behave(options) }),
    attach: async () => undefined,
    status: async () => ({ state: 'running', pid: 1, createdAt: '', startedAt: '' }),
    onExit: () => undefined,
  },
  resolve: (_, pod) => {
    if (pod !== 'p') throw new KubeletError('POD_NOT_FOUND', `pod "${pod}" not found`)
    return { containerId: 'c1', logPath: join(folder, 'log') }
  },
  pods: () => [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }],
  logDir: join(folder, 'logs'),
  summary: async () => ({ node: { nodeName: 'n', startTime: '', cpu, memory }, windowMilliseconds: 500, pods: [] }),
  dial: async (_, __, port) => pod(port),
})
const server = createServer((incoming, response) => void kubelet.handle(incoming, response))
server.on('upgrade', (incoming, socket, head) => void kubelet.upgrade(incoming, socket, head))

before(async () => {
  writeFileSync(join(folder, 'log'), '2026-01-02T03:04:05.6Z stdout F hello\n')
  await once(server.listen(path), 'listening')
})
after(() => {
  server.close()
  server.closeAllConnections()
  rmSync(folder, { recursive: true })
})

async function fetchText(target: string): Promise<{ code: number | undefined; text: string }> {
  const [response] = (await once(get({ socketPath: path, path: target }), 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return { code: response.statusCode, text }
}

/** What a client of the protocol sees: the bytes of each channel, and the Status. */
async function webSocket(target: string, protocols: string[], input: Uint8Array[] = []) {
  const socket = new WebSocket(`ws+unix://${path}:${target}`, protocols)
  const channels: Record<number, string> = {}
  socket.on('message', (data: Buffer) => {
    channels[data[0]!] = (channels[data[0]!] ?? '') + data.subarray(1).toString()
  })
  await once(socket, 'open')
  for (const message of input) socket.send(message)
  await once(socket, 'close')
  return { channels, status: JSON.parse(channels[3]!), protocol: socket.protocol }
}

const message = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)])

test('the folder of logs is shown as pages, its files as they are, and nothing that lies elsewhere', async () => {
  assert.deepEqual(await fetchText('/logs/'), { code: 200, text: '<pre>\n</pre>\n' })
  mkdirSync(join(folder, 'logs/a_b<c'), { recursive: true })
  writeFileSync(join(folder, 'logs/a_b<c/0.log'), 'line\n')
  symlinkSync(join(folder, 'log'), join(folder, 'logs/link'))
  assert.deepEqual(await fetchText('/logs/'), {
    code: 200,
    text: '<pre>\n<a href="a_b%3Cc/">a_b&lt;c/</a>\n<a href="link">link</a>\n</pre>\n',
  })
  assert.deepEqual(await fetchText('/logs/a_b%3Cc/0.log'), { code: 200, text: 'line\n' })
  for (const name of ['link', '%2e%2e%2flog', 'none', 'a_b%3Cc/1.log'])
    assert.equal((await fetchText(`/logs/${name}`)).code, 404, name)
})

test('what is used is told as a summary and to Prometheus', async () => {
  const { code, text } = await fetchText('/stats/summary')
  assert.deepEqual([code, JSON.parse(text).node.cpu], [200, cpu])
  const metrics = await fetchText('/metrics/resource')
  assert.equal(metrics.code, 200)
  assert.match(metrics.text, /^node_cpu_usage_seconds_total 2 1767323045000$/m)
  assert.equal((await fetchText('/metrics')).code, 404)
})

test('a log is answered as text; errors are Status objects', async () => {
  assert.deepEqual(await fetchText('/containerLogs/ns/p/c?timestamps=true'), {
    code: 200,
    text: '2026-01-02T03:04:05.6Z hello\n',
  })
  const missing = await fetchText('/containerLogs/ns/other/c')
  assert.equal(missing.code, 404)
  assert.deepEqual(JSON.parse(missing.text), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: 'pod "other" not found',
    reason: 'NotFound',
    code: 404,
  })
  assert.equal((await fetchText('/containerLogs/ns/p/c?tailLines=-1')).code, 400)
  assert.equal((await fetchText('/elsewhere')).code, 404)
  assert.equal((await fetchText('/exec/ns/p/c?command=x')).code, 400)
  assert.equal((await fetchText('/%zz')).code, 400)
})

test('exec over WebSocket: both versions, streams, half-close in v5, and the exit code as a Status', async () => {
  behave = async ({ stdin, stdout, stderr, command }) => {
    assert.deepEqual(command, ['cat', '-'])
    for await (const chunk of stdin!) stdout.write(chunk)
    stderr.write('done')
    return 5
  }
  const target = '/exec/ns/p/c?command=cat&command=-&input=1&output=1&error=1'
  const close = Buffer.from([255, 0])
  const answer = await webSocket(
    target,
    ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    [message(0, 'in'), message(0, 'put'), close],
  )
  assert.equal(answer.protocol, 'v5.channel.k8s.io')
  assert.equal(answer.channels[1], 'input')
  assert.equal(answer.channels[2], 'done')
  assert.equal(answer.status.reason, 'NonZeroExitCode')
  assert.deepEqual(answer.status.details.causes, [{ reason: 'ExitCode', message: '5' }])
  behave = async () => 0
  const older = await webSocket('/exec/ns/p/c?command=x&stdout=true', ['v4.channel.k8s.io'])
  assert.equal(older.protocol, 'v4.channel.k8s.io')
  assert.deepEqual(older.status, { metadata: {}, status: 'Success' })
})

/** Whole messages, as they came. */
const frames = async (target: string, protocols: string[]): Promise<{ protocol: string; texts: string[] }> => {
  const socket = new WebSocket(`ws+unix://${path}:${target}`, protocols)
  const texts: string[] = []
  socket.on('message', (data: Buffer, isBinary: boolean) => texts.push(`${isBinary ? 'binary' : 'text'} ${data}`))
  await once(socket, 'open')
  await once(socket, 'close')
  return { protocol: socket.protocol, texts }
}

test('exec over the first WebSocket protocol, and over those in text', async () => {
  behave = async ({ stdout }) => {
    stdout.write('hello')
    return 3
  }
  const target = '/exec/ns/p/c?command=x&output=1'
  const failed = 'command terminated with non-zero exit code: 3'
  for (const protocols of [['channel.k8s.io'], []])
    assert.deepEqual(await frames(target, protocols), {
      protocol: protocols[0] ?? '',
      texts: ['binary \x01', 'binary \x01hello', `binary \x03${failed}`],
    })
  const base64 = (text: string): string => Buffer.from(text).toString('base64')
  assert.deepEqual((await frames(target, ['base64.channel.k8s.io'])).texts, [
    'text 1',
    `text 1${base64('hello')}`,
    `text 3${base64(failed)}`,
  ])
  behave = async () => 0
  assert.deepEqual((await frames(target, ['channel.k8s.io'])).texts, ['binary \x01'])
  const [, status] = (await frames(target, ['v4.base64.channel.k8s.io'])).texts
  assert.equal(status, `text 3${base64('{"metadata":{},"status":"Success"}')}`)
})

test('a client of a WebSocket is asked each half minute whether it is there', async () => {
  behave = ({ signal }) => new Promise((resolve) => signal?.addEventListener('abort', () => resolve(0)))
  mock.timers.enable({ apis: ['setInterval'] })
  try {
    const socket = new WebSocket(`ws+unix://${path}:/exec/ns/p/c?command=x&output=1`, ['v5.channel.k8s.io'])
    await once(socket, 'open')
    const asked = once(socket, 'ping')
    mock.timers.tick(30_000)
    await asked
    socket.terminate()
  } finally {
    mock.timers.reset()
  }
})

test('a log is read through a WebSocket, as octets or as text', async () => {
  const log = '/containerLogs/ns/p/c'
  for (const protocols of [['binary.k8s.io'], []])
    assert.deepEqual((await frames(log, protocols)).texts, ['binary hello\n'])
  assert.deepEqual(await frames(log, ['base64.binary.k8s.io']), {
    protocol: 'base64.binary.k8s.io',
    texts: [`text ${Buffer.from('hello\n').toString('base64')}`],
  })
  await assert.rejects(frames(log, ['v5.channel.k8s.io']), /403/)
  await assert.rejects(frames('/containerLogs/ns/other/c', []), /404/)
})

test('a terminal’s size reaches the command, also one sent before it listens', async () => {
  behave = async ({ onResize, tty }) => {
    assert.equal(tty, true)
    const size = await new Promise<{ width: number; height: number }>((resolve) => onResize?.(resolve))
    return size.width + size.height
  }
  const { status } = await webSocket(
    '/exec/ns/p/c?command=sh&input=1&output=1&tty=1',
    ['v5.channel.k8s.io'],
    [message(4, '{"Width":90,"Height":30}')],
  )
  assert.equal(status.details.causes[0].message, '120')
})

test('a failure of the runtime is told on the error stream', async () => {
  behave = async () => {
    throw new Error('the container vanished')
  }
  const { status } = await webSocket('/exec/ns/p/c?command=x&output=1', ['v5.channel.k8s.io'])
  assert.deepEqual(
    [status.status, status.reason, status.message],
    [
      'Failure',
      'InternalError',
      'Internal error occurred: error executing command in container: the container vanished',
    ],
  )
})

test('a client that leaves aborts the command', async () => {
  let aborted: () => void = () => undefined
  const abort = new Promise<void>((resolve) => {
    aborted = resolve
  })
  behave = ({ signal }) =>
    new Promise((resolve) => {
      signal!.addEventListener('abort', () => {
        aborted()
        resolve(137)
      })
    })
  const socket = new WebSocket(`ws+unix://${path}:/exec/ns/p/c?command=x&output=1`, ['v5.channel.k8s.io'])
  await once(socket, 'message')
  socket.terminate()
  await abort
})

test('an upgrade that cannot be served is refused by a Status', async () => {
  const refused = async (target: string, headers: Record<string, string>): Promise<number | undefined> => {
    const outgoing = request({ socketPath: path, path: target, headers: { connection: 'upgrade', ...headers } })
    outgoing.end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    response.resume()
    return response.statusCode
  }
  const old = { upgrade: 'SPDY/3.1', 'x-stream-protocol-version': 'channel.k8s.io' }
  assert.equal(await refused('/exec/ns/p/c?command=x&output=1', old), 403)
  assert.equal(await refused('/exec/ns/none/c?command=x&output=1', old), 404)
  assert.equal(await refused('/exec/ns/p/c?output=1', old), 400)
  assert.equal(await refused('/exec/ns/p/c?command=x', old), 400)
  assert.equal(await refused('/portForward/ns/p', old), 403)
  assert.equal(await refused('/run/ns/p/c', old), 404)
  const wrong = {
    upgrade: 'websocket',
    'sec-websocket-protocol': 'v6.channel.k8s.io',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  }
  assert.equal(await refused('/exec/ns/p/c?command=x&output=1', wrong), 403)
})

test('port forwarding answers the WebSocket tunnel, whose protocol name has a slash', async () => {
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-protocol': 'SPDY/3.1+portforward.k8s.io',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  }
  const outgoing = request({ socketPath: path, path: '/portForward/ns/p', headers })
  outgoing.end()
  const [response, socket] = (await once(outgoing, 'upgrade')) as [IncomingMessage, Socket]
  assert.equal(response.statusCode, 101)
  assert.equal(response.headers['sec-websocket-protocol'], 'SPDY/3.1+portforward.k8s.io')
  socket.destroy()
})

/** Each channel's bytes of a port-forward by channels, once `until` is content with them, or the server has closed. */
async function forwarded(
  query: string,
  protocols: string[],
  input: (Uint8Array | string)[],
  until: (channels: Record<number, string>) => boolean = () => false,
) {
  const socket = new WebSocket(`ws+unix://${path}:/portForward/ns/p?${query}`, protocols)
  const channels: Record<number, string> = {}
  const seen = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer, binary: boolean) => {
      const channel = binary ? data[0]! : data[0]! - 48
      const payload = binary ? data.subarray(1) : Buffer.from(data.toString('latin1', 1), 'base64')
      channels[channel] = (channels[channel] ?? '') + payload.toString('latin1')
      if (until(channels)) resolve()
    })
    socket.on('close', () => resolve())
  })
  await once(socket, 'open')
  for (const message of input) socket.send(message)
  await seen
  socket.terminate()
  return { channels, protocol: socket.protocol }
}

test('port forwarding by channels, as the client libraries speak it: a pair for each port, both headed by its number', async () => {
  pod = (port) => {
    const [near, far] = duplexPair()
    far.on('data', (chunk: Buffer) => far.write(`${port}:${chunk}`))
    return near
  }
  const both = await forwarded(
    'port=8080&port=80',
    ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
    [message(0, 'a'), message(2, 'b'), message(1, 'ignored'), message(9, 'ignored')],
    (channels) => channels[0]?.endsWith('a') === true && channels[2]?.endsWith('b') === true,
  )
  assert.equal(both.protocol, 'v4.channel.k8s.io')
  assert.deepEqual(both.channels, { 0: '\x90\x1f8080:a', 1: '\x90\x1f', 2: '\x50\x0080:b', 3: '\x50\x00' })
  const text = await forwarded(
    'port=443',
    ['v4.base64.channel.k8s.io'],
    [`0${Buffer.from('x').toString('base64')}`],
    (channels) => channels[0]?.endsWith('x') === true,
  )
  assert.deepEqual(text.channels, { 0: '\xbb\x01443:x', 1: '\xbb\x01' })
  const unnamed = await forwarded('port=443', [], [message(0, 'y')], (channels) => channels[0]?.endsWith('y') === true)
  assert.deepEqual([unnamed.channels[0], unnamed.protocol], ['\xbb\x01443:y', ''])
})

test('port forwarding by channels ends when the pod has said all; a port where nothing answers says so in its own channel', async () => {
  const body = 'x'.repeat(300_000)
  pod = (port) => {
    const [near, far] = duplexPair()
    if (port === 1) near.destroy(new Error('connect ECONNREFUSED 127.0.0.1:1'))
    else far.once('data', () => far.end(body))
    return near
  }
  const { channels } = await forwarded('port=1,2', ['v4.channel.k8s.io'], [message(2, 'GET')])
  assert.equal(channels[0], '\x01\x00')
  assert.equal(channels[1], '\x01\x00error forwarding port 1: connect ECONNREFUSED 127.0.0.1:1')
  assert.equal(channels[2], `\x02\x00${body}`)
  assert.equal(channels[3], '\x02\x00')
})

test('bounds: a port that has ended holds up no other, whatever its client still sends there', async () => {
  const [ended, ends] = duplexPair()
  pod = (port) => {
    // The first reads nothing, and ends when it is told to.
    if (port === 1) return ended
    const [near, far] = duplexPair()
    far.on('data', (chunk: Buffer) => far.write(chunk))
    return near
  }
  const socket = new WebSocket(`ws+unix://${path}:/portForward/ns/p?port=1,2`, ['v4.channel.k8s.io'])
  await once(socket, 'open')
  for (let count = 0; count < 40; count++) socket.send(message(0, 'x'.repeat(100_000)))
  socket.send(message(2, 'hello'))
  const echoed = new Promise<void>((resolve) =>
    socket.on('message', (data: Buffer) => {
      if (data[0] === 2 && data.subarray(1).toString() === 'hello') resolve()
    }),
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  ends.end()
  await echoed
  socket.terminate()
})

test('a client that leaves a port-forward by channels closes its connections in the pod', async () => {
  const closed = Promise.withResolvers<void>()
  pod = () => {
    const [near] = duplexPair()
    near.on('close', () => closed.resolve())
    return near
  }
  await forwarded('port=80', ['v4.channel.k8s.io'], [], (channels) => channels[1] !== undefined)
  await closed.promise
})

test('port forwarding by channels without a port, or to none that there is, is refused', async () => {
  for (const [query, why] of [
    ['', 'query parameter "port" is required'],
    ['port=http', 'unable to parse "http" as a port'],
    ['port=80,', 'unable to parse "" as a port'],
    ['port=65536', 'unable to parse "65536" as a port'],
    [`port=${Array.from({ length: 128 }, (_, index) => index + 1)}`, 'at most 127 ports'],
  ] as const) {
    const socket = new WebSocket(`ws+unix://${path}:/portForward/ns/p?${query}`, ['v4.channel.k8s.io'])
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage]
    let text = ''
    for await (const chunk of response) text += chunk
    assert.equal(response.statusCode, 400)
    assert.ok(JSON.parse(text).message.includes(why), text)
  }
})

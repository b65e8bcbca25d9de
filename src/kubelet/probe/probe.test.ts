import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { after, before, test } from 'node:test'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { Probe } from '#api/core/pod/spec/probe.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { ExecOptions, Runtime } from '#runtime/runtime.ts'
import { RuntimeError } from '#runtime/runtime-error.ts'
import { type ProbeOutcome, runProbe } from './probe.ts'

const SILENT = 8080
const target = {
  container: { name: 'c', ports: [{ name: 'web', containerPort: 8000 }] } as unknown as Container,
  id: 'c-1',
  podIP: '10.244.1.5',
}
/** Takes connections, and says nothing. */
const server = createServer()
before(() => once(server.listen(0, '127.0.0.1'), 'listening'))
after(() => server.close())

/** Whose exec ends when it is told to, and whose connections are never made, or never answered. */
const silent = {
  runtime: {
    exec: (_: string, { signal }: ExecOptions) =>
      new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  } as unknown as Runtime,
  dialer: {
    connect: (_: string, port: number) =>
      port === SILENT ? connect((server.address() as AddressInfo).port, '127.0.0.1') : new Socket(),
  },
}
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** The outcome of a probe that is not answered, and after how many milliseconds it came. */
const unanswered = async (probe: Probe): Promise<{ readonly outcome: ProbeOutcome; readonly after: number }> => {
  const clock = new HandClock()
  const from = clock.now()
  let outcome: ProbeOutcome | undefined
  void runProbe(probe, target, { ...silent, clock }).then((found) => {
    outcome = found
  })
  while (outcome === undefined && clock.now() - from < 60_000) {
    await turn()
    clock.advance(100)
    await turn()
  }
  assert.ok(outcome)
  return { outcome, after: clock.now() - from }
}

const late = (url: string): string =>
  `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`

test('an attempt has one second unless timeoutSeconds says otherwise, and tells in Kubernetes’ words that they are over', async () => {
  const kinds: readonly (readonly [probe: Probe, words: (within: string) => string])[] = [
    [
      { exec: { command: ['sh', '-c', 'echo "a"; sleep 10'] } },
      (within) => `command timed out: "sh -c echo \\"a\\"; sleep 10" timed out after ${within}`,
    ],
    [{ tcpSocket: { port: 80 } }, () => 'dial tcp 10.244.1.5:80: i/o timeout'],
    [{ tcpSocket: { port: 'web', host: 'fd00::7' } }, () => 'dial tcp [fd00::7]:8000: i/o timeout'],
    // Connected, and not.
    [{ httpGet: { port: SILENT, path: '/a' } }, () => late('http://10.244.1.5:8080/a')],
    [{ httpGet: { port: 'web', scheme: 'HTTPS' } }, () => late('https://10.244.1.5:8000/')],
    [
      { grpc: { port: SILENT } },
      (within) => `timeout: failed to connect service "10.244.1.5:8080" within ${within}: context deadline exceeded`,
    ],
  ]
  for (const [kind, words] of kinds) {
    const what = Object.keys(kind)[0]
    for (const [timeoutSeconds, ms, within] of [
      [undefined, 1000, '1s'],
      [0, 1000, '1s'],
      [1, 1000, '1s'],
      [3, 3000, '3s'],
    ] as const) {
      const { outcome, after: elapsed } = await unanswered({
        ...kind,
        ...(timeoutSeconds !== undefined && { timeoutSeconds }),
      })
      assert.equal(elapsed, ms, `${what}, timeoutSeconds ${timeoutSeconds}`)
      assert.deepEqual(outcome, { success: false, message: words(within) })
    }
  }
})

test('an attempt that does not end when it is told to is left a second later', async () => {
  const clock = new HandClock()
  const deaf = { ...silent, runtime: { exec: () => new Promise(() => {}) } as unknown as Runtime, clock }
  let outcome: ProbeOutcome | undefined
  void runProbe({ exec: { command: ['check'] }, timeoutSeconds: 90 }, target, deaf).then((found) => {
    outcome = found
  })
  for (const [ms, ended] of [
    [90_999, false],
    [1, true],
  ] as const) {
    clock.advance(ms)
    await turn()
    assert.equal(outcome !== undefined, ended)
  }
  assert.deepEqual(outcome, { success: false, message: 'command timed out: "check" timed out after 1m30s' })
})

test('a command that cannot be run is no verdict, and is told in the runtime’s words', async () => {
  const exec = async () => {
    throw new RuntimeError('CONTAINER_EXEC_FAILED', 'failed to exec in container: no such program')
  }
  const means = { ...silent, runtime: { exec } as unknown as Runtime, clock: new HandClock() }
  assert.deepEqual(await runProbe({ exec: { command: ['check'] } }, target, means), {
    success: false,
    message: 'failed to exec in container: no such program',
    isUnknown: true,
  })
})

test('a port where nobody listens, or that hangs up, is told in the words in which people look for it', async () => {
  const port = (server.address() as AddressInfo).port
  const told = async (probe: Probe, connected: number): Promise<string> => {
    const dialer = { connect: () => connect(connected, '127.0.0.1') }
    const outcome = await runProbe(probe, target, { runtime: silent.runtime, dialer, clock: new HandClock() })
    return outcome.success ? 'success' : outcome.message
  }
  const refused = 'dial tcp 127.0.0.1:1: connect: connection refused'
  assert.equal(await told({ tcpSocket: { port: 80 } }, 1), refused)
  assert.equal(await told({ httpGet: { port: 80, path: '/a' } }, 1), `Get "http://10.244.1.5:80/a": ${refused}`)
  server.once('connection', (socket) => socket.end())
  assert.equal(await told({ httpGet: { port: 80, path: '/a' } }, port), 'Get "http://10.244.1.5:80/a": EOF')
})

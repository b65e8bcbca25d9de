import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, Socket } from 'node:net'
import { after, test } from 'node:test'
import type { Probe } from '#api/core/pod/spec/probe.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Dialer } from '../pod-network.ts'
import { loopbackDialer } from '../testing/fake-network.ts'
import { FakeRuntime } from '../testing/fake-runtime.ts'
import { secureServer } from '../testing/secure-server.ts'
import { type HttpTarget, httpGet, httpTarget, PROBE_AGENT } from './http-check.ts'
import { type ProbeOutcome, runProbe } from './probe.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) server.close()
})
const listen = async (server: Server): Promise<number> => {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
const never = new AbortController().signal
const at = (scheme: 'HTTP' | 'HTTPS', port: number, more: Partial<HttpTarget> = {}): HttpTarget => ({
  ...httpTarget({ port, scheme, path: '/healthz' }, port, '10.244.1.5', PROBE_AGENT),
  ...more,
})

test('HTTPS is asked by Kubernetes’ rules: any certificate will do, also one of another name that is long over', async () => {
  const seen: string[] = []
  const port = await listen(
    secureServer((request, response) => {
      seen.push(`${request.url} ${request.headers['user-agent']} ${request.headers.host} ${request.headers.connection}`)
      response.writeHead(204).end()
    }),
  )
  assert.deepEqual(await httpGet(loopbackDialer, at('HTTPS', port), never), { status: 204 })
  assert.deepEqual(seen, [`/healthz kube-probe/1.36 10.244.1.5:${port} close`])
})

test('an HTTPS probe of a port that is closed, or speaks plain HTTP, fails and says why', async () => {
  const plain = await listen(createHttpServer((_, response) => response.end()))
  const gone = createServer()
  const closed = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
  await assert.rejects(httpGet(loopbackDialer, at('HTTPS', closed), never), /ECONNREFUSED/)
  await assert.rejects(httpGet(loopbackDialer, at('HTTPS', plain), never), {
    message: 'http: server gave HTTP response to HTTPS client',
  })
})

test('an HTTPS server that says nothing is given up with the probe’s timeout, and its connection closed', async () => {
  let closed = 0
  const port = await listen(
    createServer((socket) => {
      socket.resume().on('close', () => closed++)
    }),
  )
  const clock = new HandClock()
  const outcome = runProbe(
    { httpGet: { port, scheme: 'HTTPS' }, timeoutSeconds: 2 },
    { container: { name: 'web' }, id: 'c', podIP: '10.244.1.5' },
    { dialer: loopbackDialer, runtime: new FakeRuntime(clock), clock },
  )
  await new Promise((resolve) => setTimeout(resolve, 20))
  clock.advance(2000)
  assert.deepEqual(await outcome, {
    success: false,
    message: `Get "https://10.244.1.5:${port}/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
  })
  for (let i = 0; i < 200 && closed === 0; i++) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(closed, 1)
})

test('a redirect is followed on the same host, from HTTP to HTTPS too; one that leads elsewhere is an answer', async () => {
  const secure = await listen(secureServer((_, response) => response.writeHead(503).end()))
  const plain = await listen(
    createHttpServer((request, response) => {
      const location: Record<string, string> = {
        '/secure': `https://10.244.1.5:${secure}/healthz`,
        '/other': 'https://elsewhere.example/',
        '/loop': '/loop',
      }
      response.writeHead(302, { location: location[request.url ?? ''] }).end()
    }),
  )
  const status = async (path: string) => (await httpGet(loopbackDialer, at('HTTP', plain, { path }), never)).status
  assert.equal(await status('/secure'), 503)
  assert.equal(await status('/other'), 302)
  await assert.rejects(status('/loop'), /stopped after 10 redirects/)
})

test('as many redirects are followed as Go follows, nine of them, and a tenth fails the probe', async () => {
  const port = await listen(
    createHttpServer((request, response) => {
      const left = Number(request.url?.slice(1))
      if (left === 0) response.end('there')
      else response.writeHead(301, { location: `/${left - 1}` }).end()
    }),
  )
  const status = async (path: string) => (await httpGet(loopbackDialer, at('HTTP', port, { path }), never)).status
  assert.equal(await status('/9'), 200)
  await assert.rejects(status('/10'), /stopped after 10 redirects/)
})

test('an answer from 200 to 399 is a success, and one before or behind is a failure with its status', async () => {
  const port = await listen(
    createHttpServer((request, response) => void response.writeHead(Number(request.url?.slice(1))).end()),
  )
  const clock = new HandClock()
  const of = async (status: number) => {
    const probe: Probe = { httpGet: { port, path: `/${status}` } }
    const target = { container: { name: 'web' }, id: 'c', podIP: '10.244.1.5' }
    const outcome = await runProbe(probe, target, { dialer: loopbackDialer, runtime: new FakeRuntime(clock), clock })
    return outcome.success ? 'success' : outcome.message
  }
  for (const status of [200, 204, 304, 399]) assert.equal(await of(status), 'success', String(status))
  for (const status of [400, 404, 500]) assert.equal(await of(status), `HTTP probe failed with statuscode: ${status}`)
  assert.equal(clock.pending, 0)
})

test('a redirect without a port leads to its scheme’s own', async () => {
  const ports: number[] = []
  const server = createHttpServer((request, response) => {
    const location = request.url === '/s' ? 'https://10.244.1.5/' : 'http://10.244.1.5/end'
    response.writeHead(request.url === '/end' ? 200 : 302, { location }).end()
  })
  const port = await listen(server)
  const dialer: Dialer = {
    connect: (_, wanted) => {
      ports.push(wanted)
      return loopbackDialer.connect('10.244.1.5', wanted < 1000 ? port : wanted)
    },
  }
  assert.equal((await httpGet(dialer, at('HTTP', port, { path: '/p' }), never)).status, 200)
  await assert.rejects(httpGet(dialer, at('HTTP', port, { path: '/s' }), never))
  assert.deepEqual(ports, [port, 80, port, 443])
})

test('a pod to which no way leads fails its probe, whatever the kind, and nothing else', async () => {
  // As the kernel refuses a connection without a route: at once, before any promise is heard.
  const dialer: Dialer = {
    connect: () => {
      const socket = new Socket()
      process.nextTick(() => socket.destroy(new Error('connect EHOSTUNREACH 10.244.1.5:8080')))
      return socket
    },
  }
  const clock = new HandClock()
  const probes: readonly Probe[] = [
    { httpGet: { port: 8080 } },
    { httpGet: { port: 8080, scheme: 'HTTPS' } },
    { tcpSocket: { port: 8080 } },
  ]
  for (const probe of probes) {
    const target = { container: { name: 'web' }, id: 'c', podIP: '10.244.1.5' }
    const means = { dialer, runtime: new FakeRuntime(clock), clock }
    // Out of a timer, as probers do: the error then comes before what waits for a promise.
    const outcome = await new Promise<ProbeOutcome>((resolve) =>
      setTimeout(() => resolve(runProbe(probe, target, means))),
    )
    assert.equal(outcome.success, false)
    assert.match(outcome.success ? '' : outcome.message, /EHOSTUNREACH/)
  }
})

test('an attempt that does not end when its time is over is left, and is a failure', async () => {
  const clock = new HandClock()
  const runtime = new FakeRuntime(clock)
  runtime.exec = () => new Promise(() => undefined)
  const probe: Probe = { exec: { command: ['true'] }, timeoutSeconds: 3 }
  const target = { container: { name: 'web' }, id: 'c', podIP: '10.244.1.5' }
  const outcome = runProbe(probe, target, { dialer: loopbackDialer, runtime, clock })
  clock.advance(3000)
  clock.advance(1000)
  assert.deepEqual(await outcome, { success: false, message: 'command timed out: "true" timed out after 3s' })
})

test('a request that cannot be said is a failure that names it, also where its connection fails as well', async () => {
  const gone = createServer()
  const closed = await listen(gone)
  await new Promise((resolve) => gone.close(resolve))
  for (const scheme of ['HTTP', 'HTTPS'] as const) {
    await assert.rejects(httpGet(loopbackDialer, at(scheme, closed, { path: '/a b' }), never), /path.*unescaped/)
    const headers = [{ name: 'X-A', value: 'a\nb' }]
    await assert.rejects(httpGet(loopbackDialer, at(scheme, closed, { headers }), never), /Invalid character.*x-a/)
  }
  // The connection's own error would come in a later turn, and nobody would hear it.
  await new Promise((resolve) => setTimeout(resolve, 50))
})

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'

import { createKubeletServer } from '#kubelet/server.ts'
import { purgeContainers } from '#runtime/runc/purge.ts'
import { createRuncRuntime, type RuncRuntime } from '#runtime/runc/runc-runtime.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

/**
 * The kubectl on the path, its neighbours kubectl.1.29 (SPDY alone, as all before it) and kubectl.1.30, and those that
 * $KUBECTLS names.
 */
function kubectls(): readonly string[] {
  const named = (process.env.KUBECTLS ?? '').split(':').filter((path) => path !== '')
  try {
    const found = realpathSync(execFileSync('which', ['kubectl'], { encoding: 'utf8' }).trim())
    const neighbours = ['kubectl.1.29', 'kubectl.1.30'].map((name) => join(dirname(found), name))
    return [...named, found, ...neighbours.filter((path) => existsSync(path))]
  } catch {
    return named
  }
}

const root = mkdtempSync('/var/lib/fairlead/streaming-test-')
const stateDir = join(root, 'runtime')
const cluster = `stream-${process.pid}`
const log = join(root, '0.log')
let runtime: RuncRuntime
const api = createServer()
const answering = createTcpServer({ allowHalfOpen: true }, (socket) => {
  // Answers once the client has half-closed: proves that the end of one direction passes alone.
  const hash = createHash('sha256')
  socket.on('data', (chunk) => hash.update(chunk))
  socket.on('end', () => socket.end(hash.digest('hex')))
})

const pod = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'x', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'fairlead/echo' }], nodeName: 'n' },
  status: { phase: 'Running', containerStatuses: [{ name: 'c', ready: true, state: { running: {} } }] },
}
const DOCUMENTS: Readonly<Record<string, object>> = {
  '/version': { major: '1', minor: '36', gitVersion: 'v1.36.0' },
  '/api': { kind: 'APIVersions', versions: ['v1'] },
  '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
  '/api/v1': {
    kind: 'APIResourceList',
    groupVersion: 'v1',
    resources: [{ name: 'pods', namespaced: true, kind: 'Pod', verbs: ['get'] }],
  },
  '/api/v1/namespaces/default/pods/x': pod,
}
const VERBS: Readonly<Record<string, string>> = {
  log: 'containerLogs',
  exec: 'exec',
  attach: 'attach',
  portforward: 'portForward',
}

/** The API's path and query at the kubelet; undefined where it is none of the streams. */
function kubeletUrl(url: string): string | undefined {
  const { pathname, search } = new URL(url, 'http://api')
  const verb = VERBS[/^\/api\/v1\/namespaces\/default\/pods\/x\/(\w+)$/.exec(pathname)?.[1] ?? '']
  return verb === undefined ? undefined : `/${verb}/default/x${verb === 'portForward' ? '' : '/c'}${search}`
}

function run(
  kubectl: string,
  args: readonly string[],
  input: Uint8Array | string = '',
): Promise<{ code: number | null; out: string; err: string }> {
  const { port } = api.address() as AddressInfo
  const child = spawn(kubectl, ['--server', `http://127.0.0.1:${port}`, ...args], {
    env: { HOME: root, KUBECONFIG: '/dev/null', PATH: process.env.PATH },
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('latin1')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString()
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })))
}

before(async () => {
  for (const file of ['ipc', 'uts']) writeFileSync(join(root, file), '')
  execFileSync('unshare', [`--ipc=${join(root, 'ipc')}`, `--uts=${join(root, 'uts')}`, 'true'])
  runtime = createRuncRuntime({ stateDir, cluster })
  await runtime.create({
    id: 'x',
    image: 'fairlead/echo',
    command: ['sh', '-c', 'echo first; echo second; sleep 1000'],
    env: [],
    mounts: [],
    namespaces: { network: '/proc/self/ns/net', ipc: join(root, 'ipc'), uts: join(root, 'uts') },
    cgroup: 'n/p/x',
    logPath: log,
    tty: false,
    stdin: false,
    annotations: {},
  })
  await runtime.start('x')
  const kubelet = createKubeletServer({
    runtime,
    resolve: () => ({ containerId: 'x', logPath: log }),
    pods: () => [],
    logDir: stateDir,
    summary: () => Promise.reject(new Error('nobody asks')),
    dial: async (_namespace, _pod, port) => connect({ port, host: '127.0.0.1', allowHalfOpen: true }),
  })
  api.on('request', (request, response) => {
    const target = kubeletUrl(request.url ?? '/')
    if (target !== undefined) {
      request.url = target
      void kubelet.handle(request, response)
      return
    }
    const found = DOCUMENTS[(request.url ?? '/').split('?')[0]!]
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(found ?? { kind: 'Status', status: 'Failure', code: 404, reason: 'NotFound' }))
  })
  api.on('upgrade', (request, socket, head) => {
    request.url = kubeletUrl(request.url ?? '/') ?? '/'
    void kubelet.upgrade(request, socket, head)
  })
  await once(api.listen(0, '127.0.0.1'), 'listening')
  await once(answering.listen(0, '127.0.0.1'), 'listening')
})

after(async () => {
  api.close()
  api.closeAllConnections()
  answering.close()
  runtime.close()
  await purgeContainers({ stateDir, cluster })
  for (const file of ['ipc', 'uts']) execFileSync('umount', [join(root, file)])
  rmSync(root, { recursive: true })
})

test('there is a kubectl to test with', () => {
  assert.ok(kubectls().length > 0, 'no kubectl on the path, and $KUBECTLS names none')
})

for (const kubectl of kubectls()) {
  describe(kubectl, () => {
    test('exec passes output, errors, exit code and input', async () => {
      assert.deepEqual(await run(kubectl, ['exec', '-i', 'x', '--', 'cat'], 'input'), {
        code: 0,
        out: 'input',
        err: '',
      })
      const failed = await run(kubectl, ['exec', 'x', '--', 'sh', '-c', 'echo bad >&2; exit 7'])
      assert.equal(failed.code, 7)
      assert.match(failed.err, /^bad\n.*exit code 7/)
      const missing = await run(kubectl, ['exec', 'x', '--', 'no-such-program'])
      assert.equal(missing.code, 1)
      assert.match(
        missing.err,
        /^error: Internal error occurred: .*exec: "no-such-program": executable file not found in \$PATH: unknown$/m,
      )
    })

    test('5 MB pass unharmed in each direction', async () => {
      const bytes = readFileSync(process.execPath).subarray(0, 5_000_000)
      const sent = await run(kubectl, ['exec', '-i', 'x', '--', 'sha256sum'], bytes)
      assert.equal(sent.out.split(' ')[0], createHash('sha256').update(bytes).digest('hex'))
      const got = await run(kubectl, ['exec', 'x', '--', 'head', '-c', '5000000', '/bin/node'])
      assert.equal(
        createHash('sha256').update(got.out, 'latin1').digest('hex'),
        createHash('sha256').update(bytes).digest('hex'),
      )
    })

    test('logs are whole, and tail is the end', async () => {
      assert.equal((await run(kubectl, ['logs', 'x'])).out, 'first\nsecond\n')
      assert.equal((await run(kubectl, ['logs', 'x', '--tail=1'])).out, 'second\n')
    })

    test('port-forward carries a connection, and its half-close', async () => {
      const { port } = api.address() as AddressInfo
      const target = (answering.address() as AddressInfo).port
      const child = spawn(kubectl, ['--server', `http://127.0.0.1:${port}`, 'port-forward', 'x', `:${target}`], {
        env: { HOME: root, KUBECONFIG: '/dev/null' },
      })
      try {
        // Read to the end: kubectl dies of a write to a pipe that is closed.
        const said = await new Promise<string>((resolve) => child.stdout.on('data', (chunk) => resolve(String(chunk))))
        const local = Number(/127\.0\.0\.1:(\d+)/.exec(said)?.[1])
        const socket = connect({ port: local, host: '127.0.0.1', allowHalfOpen: true })
        const bytes = Buffer.alloc(1_000_000, 'forwarded ')
        socket.end(bytes)
        let answer = ''
        for await (const chunk of socket) answer += chunk
        assert.equal(answer, createHash('sha256').update(bytes).digest('hex'))
      } finally {
        child.kill()
      }
    })
  })
}

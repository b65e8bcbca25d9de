import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serveAgentApi } from './agent-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-agents-'))
const socketPath = join(folder, 'agents.sock')

let stop = (): void => {}

before(async () => {
  stop = await serveAgentApi({
    cluster: 'test',
    socket: socketPath,
    services: { lister: { size: 0 } },
    nodes: { lister: { get: () => undefined } },
    agents: [
      {
        name: 'n1',
        proxy: { state: () => ({ failed: [] }) },
        kubelet: { pods: () => [{ kind: 'Pod', metadata: { name: 'web' } }] },
      },
    ],
    runtime: { onExit() {} },
    network: { look: () => [] },
    ready: Promise.resolve(),
    onError: () => {},
  } as never)
})
after(() => {
  stop()
  rmSync(folder, { recursive: true })
})

const ask = async (path: string): Promise<{ readonly code: number | undefined; readonly text: string }> => {
  const [response] = (await once(get({ socketPath, path, agent: false }), 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return { code: response.statusCode, text }
}

test('the agents tell their state, and what is below a node is answered by its kubelet', async () => {
  assert.equal((await ask('/readyz')).code, 200)
  assert.deepEqual(Object.keys(JSON.parse((await ask('/status')).text)), ['rss', 'network', 'nodes'])
  assert.match((await ask('/nodes/n1/pods')).text, /"name":"web"/)
  assert.equal((await ask('/nodes/n1/healthz')).text, 'ok')
})

test('no path below a node leads out of it, however it is written', async () => {
  for (const out of ['/..', '/../..', '/%2e%2e', '/%2E%2e/..', '//..', '/%2e%2e%2f%2e%2e', '/./%2e%2e/nodes/n1/..']) {
    for (const other of ['/status', '/readyz']) {
      const { code, text } = await ask(`/nodes/n1${out}${other}`)
      assert.equal(code, 404, `${out}${other}: ${text}`)
      assert.match(text, /^\{"kind":"Status"/)
    }
  }
})

test('a path that no URL can have is refused with a Status, and the next request is answered', async () => {
  for (const path of [
    '//',
    '///',
    '//x:y',
    '/nodes/n1//',
    '/nodes/n1//x:y',
    '/nodes/n2/pods',
    '/%zz',
    '/nodes/n1/%zz',
  ]) {
    const { code, text } = await ask(path)
    assert.ok(code === 404 || code === 400, `${path}: ${code} ${text}`)
    assert.match(text, /^\{"kind":"Status"/, path)
  }
  assert.equal((await ask('/readyz')).code, 200)
})

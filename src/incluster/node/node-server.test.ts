import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { serveNode } from './node-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-server-'))
after(() => rmSync(folder, { recursive: true }))
const socket = join(folder, 'agent.sock')
const PORT = 20_266

const ask = (path: string, { method = 'GET', port }: { readonly method?: string; readonly port?: number } = {}) =>
  new Promise<readonly [status: number | undefined, body: any]>((resolve, reject) => {
    const where = port === undefined ? { socketPath: socket } : { host: '127.0.0.1', port }
    const call = request({ ...where, path, method, agent: false }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve([response.statusCode, JSON.parse(text)])
    })
    call.on('error', reject)
    call.end()
  })

test('what an agent tells is had by its socket alone, which is root’s; probes have a door of their own', async () => {
  const close = await serveNode({
    socket,
    pages: {
      '/status': (query) => ({ body: { of: query.get('of') } }),
      '/broken': () => Promise.reject(new Error('no kernel')),
    },
    probes: { port: PORT, pages: { '/readyz': () => ({ status: 503, body: { ready: false } }) } },
  })
  try {
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    assert.deepEqual(await ask('/status?of=web'), [200, { of: 'web' }])
    assert.deepEqual(await ask('/broken'), [500, { error: 'no kernel' }])
    assert.deepEqual(await ask('/toString'), [404, { error: 'served are /status, /broken' }])
    assert.deepEqual(await ask('/status', { method: 'POST' }), [405, { error: 'only GET is served' }])
    assert.deepEqual(await ask('/readyz', { port: PORT }), [503, { ready: false }])
    assert.equal((await ask('/status', { port: PORT }))[0], 404)
  } finally {
    close()
  }
  await assert.rejects(ask('/status'), { code: /ENOENT|ECONNREFUSED/ })
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { EchoBackends } from './echo-backends.ts'
import { ProxyUnderTest } from './proxy-under-test.ts'
import { rawRequest } from './raw-request.ts'
import { request, send } from './rules/with-proxy.ts'
import { ended, entry, listener, tableOf } from './small-table.ts'
import { HTTP_BIND, plainBackend, TLS_BIND } from './tables.ts'
import { testCertificate } from './test-certificate.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let backends: EchoBackends
let proxy: ProxyUnderTest
before(async () => {
  backends = await EchoBackends.start(['one'])
  const entries = [
    entry('plain.test', 'one'),
    entry('headers.test', 'one', { filters: [{ type: 'requestHeaders', set: [], add: [], remove: ['x'] }] }),
    entry('moved.test', 'one', { action: { type: 'redirect', status: 301 } }),
    entry('guarded.test', 'one', { sources: ['192.0.2.1/32'] }),
    entry('small.test', 'one', { bodyLimit: { octets: 3, isWritten: true } }),
  ]
  const table = tableOf(
    [
      { port: 80, bind: HTTP_BIND, kind: 'http', listeners: [listener('', 'HTTP', entries)] },
      { port: 443, bind: TLS_BIND, kind: 'tls', listeners: [listener('', 'HTTPS', entries, ended('c'))] },
    ],
    [plainBackend('one')],
    { certificates: { c: testCertificate(['plain.test']) } },
  )
  const sites = table.sites.map((site) => ({ ...site, accessLog: 'json' as const }))
  proxy = await ProxyUnderTest.start({ ...table, sites }, backends.ports)
})
after(async () => {
  await proxy.stop()
  backends.stop()
})

/** HAProxy writes a dash for what there is none of. */
const told = (text: string): string => (text === '-' ? '' : text)

/** Host, path, rule, status and whether a server answered, of the next line that the log gets. */
const logged = async (ask: () => Promise<unknown>): Promise<readonly unknown[]> => {
  const from = proxy.output.length
  await ask()
  for (let tries = 0; tries < 200; tries++) {
    const [line] = proxy.output
      .slice(from)
      .split('\n')
      .filter((one) => one.startsWith('{'))
    if (line?.endsWith('}')) {
      const { host, method, path, rule, status, server, slot } = JSON.parse(line)
      return [`${method} ${host}${path}`, status, told(rule), told(server) !== '' && told(slot) !== '']
    }
    await sleep(10)
  }
  assert.fail(`nothing is logged: ${proxy.output.slice(from)}`)
}

test('a request is a line with its host, its path, its rule and what became of it', async () => {
  const asked = (host: string, target = '/x', body = '') =>
    logged(() =>
      send(
        request(
          host,
          body === '' ? [] : [`Content-Length: ${body.length}`],
          body,
          body === '' ? 'GET' : 'POST',
          target,
        ),
      ),
    )
  const rule = (host: string) => `HTTPRoute shop/cart ${host}`
  assert.deepEqual(await asked('plain.test'), ['GET plain.test/x', 200, rule('plain.test'), true])
  assert.deepEqual(await asked('Plain.TEST.:80', '/a%22b'), ['GET plain.test/a%22b', 200, rule('plain.test'), true])
  assert.deepEqual(await asked('headers.test'), ['GET headers.test/x', 200, rule('headers.test'), true])
  assert.deepEqual(await asked('nobody.test'), ['GET nobody.test/x', 404, '', false])
  const tls = request('plain.test')
  assert.deepEqual(await logged(() => rawRequest(TLS_BIND, tls, 'plain.test')), [
    'GET plain.test/x',
    200,
    rule('plain.test'),
    true,
  ])
})

test('what a rule answers by itself is logged by its rule, without a server', async () => {
  const asked = (host: string, head: readonly string[] = [], body = '') => logged(() => send(request(host, head, body)))
  const rule = (host: string) => `HTTPRoute shop/cart ${host}`
  assert.deepEqual(await asked('moved.test'), ['GET moved.test/x', 301, rule('moved.test'), false])
  assert.deepEqual(await asked('guarded.test'), ['GET guarded.test/x', 403, rule('guarded.test'), false])
  assert.deepEqual(await asked('small.test', ['Content-Length: 4'], 'abcd'), [
    'GET small.test/x',
    413,
    rule('small.test'),
    false,
  ])
  const chunked = ['Transfer-Encoding: chunked']
  assert.deepEqual(await asked('small.test', chunked, '4\r\nabcd\r\n0\r\n\r\n'), [
    'GET small.test/x',
    413,
    rule('small.test'),
    false,
  ])
})

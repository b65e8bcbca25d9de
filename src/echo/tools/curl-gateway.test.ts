// What people test gateways with: names that are nobody's, certificates, both versions of HTTP, paths as they are typed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, Server } from 'node:net'
import { after, test } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { startGatewayEcho } from '../gateway/gateway-echo.ts'
import { ownSurroundings } from '../surroundings.ts'
import { tlsFiles } from '../testing/tls-files.ts'
import { curl as runCurl } from './curl.ts'

const { file, env: told, remove } = await tlsFiles()
const env = { ...told, TLS_CLIENT_CACERTS: file('ca') }
const echo = await startGatewayEcho([], { ...ownSurroundings(), say: () => undefined, env }, () => undefined)
const { http, h2c, https } = echo.ports
const closing: (() => unknown)[] = [remove, echo.close]
after(() => {
  for (const close of closing) close()
})

const curl = async (...args: readonly string[]) => {
  const said = { out: '', err: '' }
  const to = (name: 'out' | 'err') => ({
    write: (text: string | Uint8Array): boolean => {
      said[name] += Buffer.from(text as Uint8Array).toString()
      return true
    },
  })
  return { status: await runCurl(['-sS', ...args], { stdout: to('out'), stderr: to('err') }), ...said }
}
const json = async (...args: readonly string[]) => JSON.parse((await curl(...args)).out)
const at = `web.test:${https}:127.0.0.1`
const secure = `https://web.test:${https}/`

test('--resolve and --connect-to lead a name elsewhere, which still is the one that is asked for and certified', async () => {
  const resolved = await json('--cacert', file('ca'), '--resolve', at, secure)
  assert.deepEqual(
    [resolved.host, resolved.tls.serverName, resolved.proto],
    [`web.test:${https}`, 'web.test', 'HTTP/2.0'],
  )
  const led = await json('--cacert', file('ca'), '--connect-to', `web.test:443:127.0.0.1:${https}`, 'https://web.test/')
  assert.deepEqual([led.host, led.tls.serverName], ['web.test', 'web.test'])
  assert.equal((await json('--connect-to', `::localhost:${http}`, 'http://no.test/a')).host, 'no.test')
  assert.equal((await json('--resolve', `*:${http}:[::1]`, `http://no.test:${http}/`)).host, `no.test:${http}`)
  const foreign = await curl('--cacert', file('ca'), '--connect-to', `::127.0.0.1:${https}`, 'https://no.test/')
  assert.equal(foreign.status, 60)
  assert.match(foreign.err, /^curl: \(60\) SSL certificate problem: .*no\.test/)
  assert.equal((await curl('--resolve', 'web', secure)).status, 2)
})

test('a certificate that nobody knows is refused, unless by -k; one’s own is shown by --cert and --key', async () => {
  assert.equal((await curl('--resolve', at, secure)).status, 60)
  assert.equal((await curl('-k', '--resolve', at, secure)).status, 0)
  const { tls } = await json('-k', '--cert', file('me.crt'), '--key', file('me.key'), '--resolve', at, secure)
  assert.equal(tls.peerCertificates[0].trim(), readFileSync(file('me.crt'), 'utf8').trim())
  assert.equal((await curl('--cacert', '/not/there', secure)).status, 77)
  assert.equal((await curl('-k', '--cert', '/not/there', '--resolve', at, secure)).status, 58)
  const verbose = await curl('-kv', '--resolve', at, secure)
  assert.match(
    verbose.err,
    /\n\* TLSv1\.3, TLS_\w+, ALPN h2, server certificate of web \(not trusted\)\n< HTTP\/2 200 \r\n/,
  )
})

test('both versions of HTTP are spoken, by ALPN, from the first octet, or not', async () => {
  const format = ' %{http_version} %{scheme}'
  assert.match((await curl('-k', '-w', format, '--resolve', at, secure)).out, / 2 https$/)
  assert.match((await curl('-k', '--http1.1', '-w', format, '--resolve', at, secure)).out, / 1\.1 https$/)
  assert.equal((await json('--http2-prior-knowledge', `127.0.0.1:${h2c}/a?b`)).path, '/a?b')
  assert.match((await curl('--http2', '-w', format, `127.0.0.1:${http}`)).out, / 1\.1 http$/)
  const wrong = await curl('--http2-prior-knowledge', `127.0.0.1:${http}`)
  assert.ok([92, 56, 16].includes(wrong.status), wrong.err)
  const posted = await json(
    '--http2-prior-knowledge',
    '-d',
    'a=1',
    '-H',
    'Host: a.test',
    '-H',
    'X-A: b',
    '-H',
    'x-a: c',
    `127.0.0.1:${h2c}`,
  )
  assert.deepEqual([posted.method, posted.host, posted.headers['X-A']], ['POST', 'a.test', ['b', 'c']])
  assert.match(
    (await curl('--http2-prior-knowledge', '-I', `127.0.0.1:${h2c}`)).out,
    /^HTTP\/2 200 \r\ncontent-type: application\/json\r\n/,
  )
})

test('a path goes out as it was typed where that is asked', async () => {
  const path = '/a/../b//%2e%2E/c;x?y=/../z'
  assert.equal((await json('--path-as-is', `127.0.0.1:${http}${path}#part`)).path, path)
  assert.equal((await json(`127.0.0.1:${http}/a/../b`)).path, '/b')
  assert.equal((await json('--path-as-is', `http://127.0.0.1:${http}?x`)).path, '/?x')
})

test('fields are sent several times, taken away, left empty, and named by their own options', async () => {
  const { headers, host } = await json(
    '-H',
    'X-A: 1',
    '-H',
    'X-A: 2',
    '-H',
    'Accept:',
    '-H',
    'X-Empty;',
    '-H',
    'Host: a.test',
    '-A',
    'me',
    '-b',
    'a=b',
    '-u',
    'n:p',
    `127.0.0.1:${http}`,
  )
  assert.deepEqual([headers['X-A'], headers.Accept, headers['X-Empty'], host], [['1', '2'], undefined, [''], 'a.test'])
  assert.deepEqual([headers['User-Agent'], headers.Cookie, headers.Authorization], [['me'], ['a=b'], ['Basic bjpw']])
})

test('what is asked of an answer is written behind it, its fields too', async () => {
  const { out } = await curl(
    '-o',
    '/dev/null',
    '-H',
    'X-Echo-Set-Header: X-B:c',
    '-w',
    '%header{x-b} %{content_type} %{num_redirects} %{url_effective}',
    `127.0.0.1:${http}/q`,
  )
  assert.equal(out, `c application/json 0 http://127.0.0.1:${http}/q`)
})

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return (server.address() as AddressInfo).port
}

test('a redirect to another host gets no password, cookie or Host that was meant for the first', async () => {
  const port = await listening(
    createServer((_, answer) => answer.writeHead(301, { location: `http://localhost:${http}/there` }).end()),
  )
  const secrets = ['-u', 'n:p', '-b', 'a=b', '-H', 'Host: a.test', '-H', 'X-A: b']
  const { path, host, headers } = await json('-L', ...secrets, `127.0.0.1:${port}`)
  assert.deepEqual([path, host, headers['X-A']], ['/there', `localhost:${http}`, ['b']])
  assert.deepEqual([headers.Authorization, headers.Cookie], [undefined, undefined])
  const { out } = await curl('-o', '/dev/null', '-w', '%{http_code} %{redirect_url}', `127.0.0.1:${port}`)
  assert.equal(out, `301 http://localhost:${http}/there`)
})

test('a handshake that fails, and a server that refuses who comes without a certificate, have curl’s statuses', async () => {
  assert.equal((await curl(`https://127.0.0.1:${http}`)).status, 35)
  const tls = { cert: readFileSync(file('crt')), key: readFileSync(file('key')), ca: readFileSync(file('ca')) }
  const strict = await listening(createTlsServer({ ...tls, requestCert: true, rejectUnauthorized: true }))
  assert.ok([35, 56].includes((await curl('-k', `https://127.0.0.1:${strict}`)).status))
  const only11 = await listening(createTlsServer({ ...tls, ALPNProtocols: ['http/1.1'] }))
  assert.equal((await curl('-k', '--http2-prior-knowledge', `https://127.0.0.1:${only11}`)).status, 35)
})

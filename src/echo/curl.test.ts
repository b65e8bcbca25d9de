import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { curl as runCurl } from './curl.ts'
import { parseCurl } from './curl-options.ts'

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  if (request.url === '/silent') return
  if (request.url === '/moved') return void response.writeHead(302, { location: '/there' }).end()
  const { method, url, headers } = request
  response.writeHead(url === '/missing' ? 404 : 200, { 'x-answer': 'yes' })
  response.end(`${method} ${url} ${headers['x-a'] ?? ''} ${body}`.trim())
})
let at = ''
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => server.closeAllConnections())
after(() => server.close())

const curl = async (...args: readonly string[]): Promise<{ status: number; out: string; err: string }> => {
  const written = { out: '', err: '' }
  const to = (name: 'out' | 'err') => ({
    write: (text: string | Uint8Array): boolean => {
      written[name] += Buffer.from(text as Uint8Array).toString()
      return true
    },
  })
  const status = await runCurl(args, { stdout: to('out'), stderr: to('err') })
  return { status, ...written }
}

test('curl gets, posts, sends headers, follows, writes to files and says what was asked of the answer', async () => {
  assert.deepEqual(await curl(at), { status: 0, out: 'GET /', err: '' })
  assert.equal((await curl('-s', '-d', 'a=1', '-d', 'b=2', `${at}/p`)).out, 'POST /p  a=1&b=2')
  assert.equal((await curl('-sX', 'PUT', '-H', 'X-A: b', `http://${at}/p`)).out, 'PUT /p b')
  assert.equal((await curl('-sL', `${at}/moved`)).out, 'GET /there')
  assert.match((await curl('-sI', at)).out, /^HTTP\/1\.1 200 OK\r\n[\s\S]*x-answer: yes\r\n[\s\S]*\r\n\r\n$/)
  assert.equal((await curl('-so', '/dev/null', '-w', '%{http_code}\\n', `${at}/missing`)).out, '404\n')
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-curl-'))
  await curl('-s', at, '-o', join(folder, 'out'))
  assert.equal(readFileSync(join(folder, 'out'), 'utf8'), 'GET /')
  rmSync(folder, { recursive: true })
})

test('curl fails with curl’s exit statuses, and in words', async () => {
  const closed = await curl('-sS', '127.0.0.1:1')
  assert.equal(closed.status, 7)
  assert.match(closed.err, /^curl: \(7\) Failed to connect to 127\.0\.0\.1 port 1: ECONNREFUSED/)
  assert.deepEqual(await curl('-s', '127.0.0.1:1'), { status: 7, out: '', err: '' })
  assert.equal((await curl('-sf', `${at}/missing`)).status, 22)
  assert.equal((await curl('-s', '-m', '0.2', `${at}/silent`)).status, 28)
  assert.equal((await curl('http://[')).status, 3)
  assert.equal((await curl('ftp://x')).status, 1)
  const unknown = await curl('--proxy', 'x', at)
  assert.equal(unknown.status, 2)
  assert.match(unknown.err, /option --proxy: is unknown to the curl of fairlead\/echo; it knows -s .*fairlead\/host/)
})

test('options are read together and apart', () => {
  const { silent, showError, fail, output, maxTime, family, urls } = parseCurl(['-sSfo', '/dev/null', '-m2', '-4', 'x'])
  assert.deepEqual(
    [silent, showError, fail, output, maxTime, family, urls],
    [true, true, true, '/dev/null', 2, 4, ['x']],
  )
  assert.throws(() => parseCurl(['-m', 'soon']), { code: 'CURL_OPTION_UNKNOWN' })
  assert.throws(() => parseCurl(['-o']), /requires parameter/)
})

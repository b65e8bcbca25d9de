import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { curl as runCurl } from './curl.ts'
import { parseCurl } from './curl-options.ts'

const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  if (request.url === '/silent') return
  if (request.url === '/half') return void response.writeHead(200).write('half')
  if (request.url === '/short') return void response.writeHead(200, { 'content-length': 9 }).write('one')
  if (request.url === '/cut') return void request.socket.destroy()
  if (request.url === '/slow') await sleep(150)
  if (request.url === '/again') return void response.writeHead(302, { location: '/again' }).end()
  if (request.url === '/kept') return void response.writeHead(307, { location: '/there' }).end()
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

const curl = (...args: readonly string[]) => curlBy(undefined, args)
const curlBy = async (lookup: LookupFunction | undefined, args: readonly string[]) => {
  const written = { out: '', err: '' }
  const to = (name: 'out' | 'err') => ({
    write: (text: string | Uint8Array): boolean => {
      written[name] += Buffer.from(text as Uint8Array).toString()
      return true
    },
  })
  const status = await runCurl(args, { stdout: to('out'), stderr: to('err'), ...(lookup && { lookup }) })
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

test('curl’s limits are of the whole answer and of the connection alone, and 0 is none', async () => {
  for (const [path, received] of [
    ['silent', '0'],
    ['half', '4'],
    ['short', '3 out of 9'],
  ]) {
    const { status, err } = await curl('-sS', '-m', '0.2', `${at}/${path}`)
    const expected = `curl: (28) Operation timed out after 200 milliseconds with ${received} bytes received\n`
    assert.deepEqual([status, err], [28, expected], path)
  }
  assert.equal((await curl('--connect-timeout', '0.05', `${at}/slow`)).out, 'GET /slow')
  assert.equal((await curl('-m', '5', `${at}/slow`)).status, 0)
  assert.equal((await curl('-m0', '--connect-timeout', '0', `${at}/slow`)).out, 'GET /slow')
})

test('curl says that a name was not found in time, or that nobody answered at its address, by either limit', async () => {
  for (const limit of ['-m', '--connect-timeout']) {
    const unresolved = await curlBy(() => undefined, ['-sS', limit, '0.05', 'http://db/'])
    assert.deepEqual(unresolved, { status: 28, out: '', err: 'curl: (28) Resolving timed out after 50 milliseconds\n' })
  }
  const found: LookupFunction = (_, { all }, done) =>
    all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)
  assert.equal((await curlBy(found, ['-s', `http://db:${at.split(':')[1]}/p`])).out, 'GET /p')
})

test('curl follows no more than fifty redirects, and sends what it has sent again only where it is told to', async () => {
  assert.deepEqual(await curl('-sSL', `${at}/again`), {
    status: 47,
    out: '',
    err: 'curl: (47) Maximum (50) redirects followed\n',
  })
  assert.equal((await curl('-sL', '-d', 'a=1', `${at}/moved`)).out, 'GET /there')
  assert.equal((await curl('-sL', '-d', 'a=1', `${at}/kept`)).out, 'POST /there  a=1')
  assert.equal((await curl('-sL', '-XPUT', '-d', 'a=1', `${at}/moved`)).out, 'PUT /there')
  assert.equal((await curl('-s', `${at}/moved`)).out, '')
})

test('curl shows heads, and writes what is asked of an answer behind it', async () => {
  const verbose = await curl('-v', `${at}/p`)
  assert.match(verbose.err, new RegExp(`^\\* http://${at}/p\n< HTTP/1.1 200 OK\r\n< x-answer: yes\r\n`))
  assert.equal(verbose.out, 'GET /p')
  assert.match((await curl('-i', `${at}/p`)).out, /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nGET \/p$/)
  const format = ' %{response_code} %{size_download} %{remote_ip}:%{remote_port} %{local_ip}\\t.'
  assert.equal((await curl('-w', format, `${at}/p`)).out, `GET /p 200 6 ${at} 127.0.0.1\t.`)
  assert.match((await curl('-w', '%{nothing}', at)).err, /unknown --write-out variable: 'nothing'/)
  assert.equal((await curl('-f', '-w', '%{http_code}', `${at}/missing`)).out, '404')
  assert.equal((await curl('-o', '-', `${at}/p`)).out, 'GET /p')
})

test('curl says what it was not given, and that an answer did not come', async () => {
  assert.deepEqual(await curl('-s'), { status: 2, out: '', err: 'curl: (2) no URL specified\n' })
  assert.equal((await curl(`${at}/cut`)).err, 'curl: (52) socket hang up\n')
  assert.match((await curl('https://127.0.0.1:1/')).err, /^curl: \(7\) Failed to connect to 127\.0\.0\.1 port 1: /)
  assert.equal((await curl('-o', '/not/there', at)).status, 23)
  for (const option of ['-d', '-H', '-w']) {
    const { status, err } = await curl('-s', option, '@file', at)
    assert.equal(status, 2)
    assert.match(err, new RegExp(`option ${option}: .*reads no files: give what @file has`))
  }
})

test('options are read together and apart', () => {
  const { silent, showError, fail, output, maxTime, family, urls } = parseCurl(['-sSfo', '/dev/null', '-m2', '-4', 'x'])
  assert.deepEqual(
    [silent, showError, fail, output, maxTime, family, urls],
    [true, true, true, '/dev/null', 2, 4, ['x']],
  )
  assert.throws(() => parseCurl(['-m', 'soon']), { code: 'CURL_OPTION_UNKNOWN' })
  assert.throws(() => parseCurl(['-o']), /requires parameter/)
  const long = parseCurl(['--connect-timeout', '1.5', '--ipv6', '-k', '--max-time', '3', '--request', 'PUT', '-'])
  assert.deepEqual(
    [long.connectTimeout, long.family, long.insecure, long.maxTime, long.method, long.urls],
    [1.5, 6, true, 3, 'PUT', ['-']],
  )
  assert.equal(parseCurl(['--ipv4']).family, 4)
  for (const word of ['--s', '--X', '-z', '--constructor', '--'])
    assert.throws(() => parseCurl([word, 'x']), { code: 'CURL_OPTION_UNKNOWN' }, word)
})

import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { withoutApplets } from './applets.ts'
import { ECHO_SCRIPTS } from './echo-scripts.ts'

const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox', '/usr/local/bin/busybox']
const folder = mkdtempSync(join(tmpdir(), 'fairlead-scripts-'))
const server = createServer((request, response) => {
  if (request.url === '/silent') return
  response.end(`${request.method} ${request.headers['x-a'] ?? ''}`)
})
let url = ''
before(async () => {
  for (const [name, text] of Object.entries(ECHO_SCRIPTS)) writeFileSync(join(folder, name), text, { mode: 0o755 })
  const [busybox] = BUSYBOX.filter((path) => existsSync(path))
  const applets = withoutApplets(readFileSync(busybox!), ['busybox', ...Object.keys(ECHO_SCRIPTS)])
  writeFileSync(join(folder, 'applets'), applets, { mode: 0o755 })
  for (const name of ['sh', 'timeout', 'env', 'xargs', 'printf']) symlinkSync('applets', join(folder, name))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
after(() => {
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true })
})

/** A command of a shell whose programs are ours and those of busybox, as in the image. */
const shell = (command: string) =>
  new Promise<readonly [number | string, string, string]>((done) => {
    execFile(
      join(folder, 'sh'),
      ['-c', command],
      { env: { PATH: `${folder}:${process.env.PATH}` } },
      (error, ...texts) => done([error?.code ?? error?.signal ?? 0, ...texts]),
    )
  })

const run = (name: keyof typeof ECHO_SCRIPTS, ...args: readonly string[]) =>
  new Promise<readonly [number | string, string, string]>((done) =>
    execFile(
      'busybox',
      ['sh', join(folder, name), ...args],
      { env: { PATH: process.env.PATH, GREETING: 'hello world' } },
      (error, stdout, stderr) => done([error?.code ?? error?.signal ?? 0, stdout, stderr]),
    ),
  )

test('wget has a limit of time, however that is written, and all that busybox has', async () => {
  for (const limit of [
    [],
    ['-T', '5'],
    ['-T5'],
    ['--timeout', '5'],
    ['--timeout=5'],
    ['-T', '0'],
    ['-t', '1', '-T', '5'],
  ])
    assert.deepEqual(await run('wget', '-qO-', ...limit, url), [0, 'GET ', ''], limit.join(' '))
  assert.deepEqual(await run('wget', '-qT', '5', '-O', '-', url), [0, 'GET ', ''])
  assert.deepEqual(await run('wget', '-cqT', '5', '-O', '-', url), [0, 'GET ', ''])
  assert.deepEqual(await run('wget', '-cqT5', '--tries=2', '-O', '-', '--header', 'X-A: -T', url), [0, 'GET -T', ''])
  assert.deepEqual(await run('wget', '-q', '-O-', '--post-data', '-T', url), [0, 'POST ', ''])
})

test('a shell, and whatever runs a program, finds our scripts before what busybox has by their names', async () => {
  for (const command of [
    `wget -qO- -T 5 ${url}`,
    `timeout 30 wget -qO- --timeout=20 ${url}`,
    `env wget -qO- -T5 ${url}`,
    `echo ${url} | xargs wget -qO- -T 5`,
  ])
    assert.deepEqual(await shell(command), [0, 'GET ', ''], command)
  assert.deepEqual(await shell(`busybox wget -qO- ${url}`), [0, 'GET ', ''])
  assert.deepEqual(await shell('which ls >/dev/null && echo hello world | wc -w'), [0, '2\n', ''])
})

test('a program that has no such list is left as it is', () => {
  for (const text of ['#!/bin/sh\nwget\n', '\0wget\0', '\0: \0wget\0: applet not found\0', '\0zip\0wget\0awk\0'])
    assert.equal(withoutApplets(Buffer.from(text), ['wget']).toString(), text)
  assert.equal(withoutApplets(Buffer.from('\0wc\0wget\0who\0'), ['wget', 'wc']).toString(), '\0wc\0wgeT\0who\0')
  const short = withoutApplets(Buffer.from('\0nameif\0nc\0netstat\0'), ['nc']).toString()
  assert.equal(short, '\0nameif\0nd\0netstat\0', 'a capital would stand elsewhere')
  assert.equal(withoutApplets(Buffer.from('\0a\0b\0c\0'), ['b']).toString(), '\0a\0b\0c\0', 'there is no other')
})

test('wget that has waited as long as it may says so, with the status of its errors', async () => {
  const began = performance.now()
  assert.deepEqual(await run('wget', '-qO-', '--timeout=1', `${url}silent`), [1, '', 'wget: download timed out\n'])
  assert.ok(performance.now() - began > 900)
})

/** The processes whose command has these words. */
const running = (...words: readonly string[]): readonly string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${words.join('\0')}\0`)
    } catch {
      return false
    }
  })
const until = async (isThere: boolean, ...words: readonly string[]): Promise<void> => {
  for (let tries = 0; running(...words).length > 0 !== isThere; tries++) {
    assert.ok(tries < 500, `${isThere ? 'not' : 'still'} there: ${words.join(' ')}`)
    await sleep(10)
  }
}

test('of wget nothing stays behind: neither when it has its answer, nor when it is ended', async () => {
  const limit = `8${process.pid}`
  await run('wget', '-qO-', '-T', limit, url)
  await until(false, 'sleep', limit)
  const asked = new Promise<void>((done) => server.once('request', () => done()))
  const child = spawn('busybox', ['sh', join(folder, 'wget'), '-qO-', '-T', limit, `${url}silent`])
  const ended = once(child, 'exit')
  await asked
  await until(true, 'sleep', limit)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [130, null])
  await until(false, 'sleep', limit)
  await until(false, 'wget', '-qO-', `${url}silent`)
})

test('wget refuses a limit that is none, and one that is missing', async () => {
  assert.deepEqual(await run('wget', '-T', 'soon', url), [1, '', "wget: invalid number 'soon'\n"])
  assert.deepEqual(await run('wget', '--timeout=', url), [1, '', "wget: invalid number ''\n"])
  assert.deepEqual(await run('wget', url, '-T'), [1, '', 'wget: option requires an argument: -T\n'])
})

test('nc looks whether a port is open, silently or in words, and has all that busybox has', async () => {
  const { port } = new URL(url)
  const open = `Connection to 127.0.0.1 ${port} port [tcp/*] succeeded!\n`
  for (const words of [
    ['-zv', '127.0.0.1', port],
    ['-z', '-v', '-w', '2', '127.0.0.1', port],
    ['-vzw2', '127.0.0.1', port],
    ['127.0.0.1', port, '-nvz'],
  ])
    assert.deepEqual(await run('nc', ...words), [0, '', open], words.join(' '))
  assert.deepEqual(await run('nc', '-z', '127.0.0.1', port), [0, '', ''])
  assert.deepEqual(await shell(`timeout 5 nc -zv 127.0.0.1 ${port}`), [0, '', open])
  const closed = [1, '', "nc: can't connect to remote host (127.0.0.1): Connection refused\n"]
  for (const how of ['-z', '-zvw1']) assert.deepEqual(await run('nc', how, '127.0.0.1', '1'), closed)
  const ask = `printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc`
  assert.match((await shell(`${ask} -w 5 127.0.0.1 ${port}`))[1], /\r\n\r\nGET $/)
  const [status, out, err] = await shell(`${ask} -vw5 127.0.0.1 ${port}`)
  assert.deepEqual([status, err], [0, `nc: connects to 127.0.0.1 port ${port}\n`])
  assert.match(out, /\r\n\r\nGET $/)
  const program = `nc -w 5 127.0.0.1 ${port} -e sh -c 'echo "$1" >&3' sh '-z  v' 3>&1`
  assert.deepEqual(await shell(program), [0, '-z  v\n', ''], 'what is behind -e is its program’s')
})

test('nc refuses by name what it does not have', async () => {
  for (const [words, message] of [
    [['-zvu', 'db', '53'], /^nc: -u: there is no UDP; try \/agnhost connect /],
    [['-zv', 'db', '80-82'], /^nc: one port at a time, not 80-82: for p in \$\(seq 80 82\); do nc -zv db \$p; done/],
    [['-zv', 'db'], /^nc: -z wants a host and a port/],
    [['-zv', 'db', '80', '81'], /^nc: one host and one port are asked, and '81' is a third/],
    [['-zl', 'db', '80'], /^nc: -z goes neither with -l nor with -e/],
    [['-zvw'], /^nc: option requires an argument: -w/],
    [['-zvn', 'localhost', '1'], /^nc: bad address 'localhost'/],
    [['-zv', '127.0.0.1', '*'], /^nc: bad port '\*'/],
    [['-q1', 'db', '80'], /^nc: invalid option -- 'q'/],
  ] as const) {
    const [status, out, err] = await run('nc', ...words)
    assert.deepEqual([status, out], [1, ''])
    assert.match(err, message)
  }
})

test('printenv says the values that are asked for, or all, and fails for what is not there', async () => {
  assert.deepEqual(await run('printenv', 'GREETING'), [0, 'hello world\n', ''])
  assert.deepEqual(await run('printenv', 'NO_SUCH'), [1, '', ''])
  assert.match((await run('printenv'))[1], /^GREETING=hello world$/m)
})

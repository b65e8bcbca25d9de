import assert from 'node:assert/strict'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

import { keepSegment, logSegments, removeLog } from '../container/files/log-segments.ts'
import { type LogOptions, readContainerLog } from './container-log.ts'
import { parseLogQuery, parseStreamQuery } from './query.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-log-'))
after(() => rmSync(folder, { recursive: true }))
const never = new Promise<void>(() => undefined)
const line = (second: number, content: string, stream = 'stdout', tag = 'F'): string =>
  `2026-01-02T03:04:0${second}.123456789+00:00 ${stream} ${tag} ${content}\n`

let counter = 0
function file(text: string): string {
  const path = join(folder, `${++counter}.log`)
  writeFileSync(path, text)
  return path
}

async function read(text: string, options: Partial<LogOptions> = {}): Promise<string> {
  const chunks: Buffer[] = []
  const all = { follow: false, timestamps: false, ...options }
  for await (const chunk of readContainerLog(file(text), all, never, new AbortController().signal)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('parts of a line are put together, under one time', async () => {
  const text = line(1, 'ab', 'stdout', 'P') + line(2, 'cd') + line(3, 'next')
  assert.equal(await read(text), 'abcd\nnext\n')
  assert.equal(
    await read(text, { timestamps: true }),
    '2026-01-02T03:04:01.123456789Z abcd\n2026-01-02T03:04:03.123456789Z next\n',
  )
})

test('bounds: tailLines counts whole lines from the end', async () => {
  const text = line(1, 'one') + line(2, 'tw', 'stdout', 'P') + line(2, 'o') + line(3, 'three')
  assert.equal(await read(text, { tailLines: 1 }), 'three\n')
  assert.equal(await read(text, { tailLines: 2 }), 'two\nthree\n')
  assert.equal(await read(text, { tailLines: 3 }), 'one\ntwo\nthree\n')
  assert.equal(await read(text, { tailLines: 9 }), 'one\ntwo\nthree\n')
  assert.equal(await read(text, { tailLines: 0 }), '')
  assert.equal(await read('', { tailLines: 3 }), '')
  const long = Array.from({ length: 20_000 }, (_, index) => line(1, `line ${index}`)).join('')
  assert.equal(await read(long, { tailLines: 2 }), 'line 19998\nline 19999\n')
  assert.equal((await read(long, { tailLines: 15_000 })).split('\n')[0], 'line 5000')
})

test('sinceTime, limitBytes and stream narrow the answer', async () => {
  const text = line(1, 'one') + line(2, 'two', 'stderr') + line(3, 'three')
  assert.equal(await read(text, { sinceMs: Date.parse('2026-01-02T03:04:02Z') }), 'two\nthree\n')
  assert.equal(await read(text, { limitBytes: 6 }), 'one\ntw')
  assert.equal(await read(text, { stream: 'stderr' }), 'two\n')
})

test('a log that is followed goes on over a rotation, and ends with the container', async () => {
  const path = file(line(1, 'one'))
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const log = readContainerLog(path, { follow: true, timestamps: false }, ended, new AbortController().signal)
  const next = async (): Promise<string | undefined> => (await log.next()).value?.toString()
  assert.equal(await next(), 'one\n')
  setTimeout(() => appendFileSync(path, line(2, 'two')), 5)
  assert.equal(await next(), 'two\n')
  setTimeout(() => {
    renameSync(path, `${path}.old`)
    writeFileSync(path, line(3, 'three'))
  }, 5)
  assert.equal(await next(), 'three\n')
  setTimeout(() => {
    appendFileSync(path, line(4, 'four'))
    end()
  }, 5)
  assert.equal(await next(), 'four\n')
  assert.equal(await next(), undefined)
})

/** A log of several files: what conmon does where one is full, and the kubelet beside it. */
function rotated(...texts: readonly string[]): string {
  const path = file('')
  for (const text of texts) {
    writeFileSync(`${path}.tmp`, text)
    renameSync(`${path}.tmp`, path)
    keepSegment(path)
  }
  return path
}

async function readAt(path: string, options: Partial<LogOptions> = {}): Promise<string> {
  let text = ''
  const all = { follow: false, timestamps: false, ...options }
  for await (const chunk of readContainerLog(path, all, never, new AbortController().signal)) text += chunk.toString()
  return text
}

test('a log is read over all its files, by its end, by time and by bytes', async () => {
  const path = rotated(line(1, 'one') + line(2, 'two'), line(3, 'three'), line(4, 'four') + line(5, 'five'))
  assert.equal(await readAt(path), 'one\ntwo\nthree\nfour\nfive\n')
  assert.equal(await readAt(path, { tailLines: 2 }), 'four\nfive\n')
  assert.equal(await readAt(path, { tailLines: 4 }), 'two\nthree\nfour\nfive\n')
  assert.equal(await readAt(path, { tailLines: 99 }), 'one\ntwo\nthree\nfour\nfive\n')
  assert.equal(await readAt(path, { tailLines: 0 }), '')
  assert.equal(await readAt(path, { sinceMs: Date.parse('2026-01-02T03:04:03Z') }), 'three\nfour\nfive\n')
  assert.equal(await readAt(path, { limitBytes: 9 }), 'one\ntwo\nt')
})

test('of a log five files are kept, and its removal leaves none', async () => {
  const texts = Array.from({ length: 8 }, (_, index) => line(index, `line ${index}`))
  const path = rotated(...texts)
  assert.deepEqual(
    logSegments(path).map((name) => readFileSync(name, 'utf8')),
    texts.slice(3),
  )
  assert.equal(keepSegment(path), false)
  assert.equal(await readAt(path), 'line 3\nline 4\nline 5\nline 6\nline 7\n')
  removeLog(path)
  assert.equal(existsSync(path), false)
  assert.deepEqual(logSegments(path), [])
})

test('who follows misses no file that is kept, however many are filled at once, and goes on after those that are not', async () => {
  const path = rotated(line(0, 'begin'))
  const gone = new AbortController()
  const log = readContainerLog(path, { follow: true, timestamps: false }, never, gone.signal)
  const lines = async (wanted: number): Promise<string> => {
    let text = ''
    while (text.split('\n').length <= wanted) text += (await log.next()).value?.toString() ?? ''
    return text
  }
  const fill = (text: string): void => {
    writeFileSync(`${path}.tmp`, text)
    renameSync(`${path}.tmp`, path)
    keepSegment(path)
  }
  assert.equal(await lines(1), 'begin\n')
  appendFileSync(path, line(1, 'last of the first'))
  for (const n of [2, 3, 4]) fill(line(n, `file ${n}`))
  assert.equal(await lines(4), 'last of the first\nfile 2\nfile 3\nfile 4\n')
  for (const n of [1, 2, 3, 4, 5, 6, 7]) fill(line(n, `more ${n}`))
  assert.equal(await lines(5), 'more 3\nmore 4\nmore 5\nmore 6\nmore 7\n')
  gone.abort()
  assert.equal((await log.next()).done, true)
})

test('who does not follow gets what was there, though more is written meanwhile, and so ends', async () => {
  const path = rotated(line(1, 'one'), line(2, 'two'))
  const log = readContainerLog(path, { follow: false, timestamps: false }, never, new AbortController().signal)
  assert.equal((await log.next()).value?.toString(), 'one\n')
  writeFileSync(`${path}.tmp`, line(3, 'three'))
  renameSync(`${path}.tmp`, path)
  keepSegment(path)
  assert.equal((await log.next()).value?.toString(), 'two\n')
  assert.equal((await log.next()).done, true)
})

test('a file that was written to after the time that is asked for is read', async () => {
  const path = rotated(line(1, 'one'), line(2, 'two'), line(3, 'three'))
  const [first, second] = logSegments(path)
  utimesSync(first!, new Date(), new Date('2026-01-02T03:04:01.200Z'))
  utimesSync(second!, new Date(), new Date('2026-01-02T03:04:02.200Z'))
  assert.equal(await readAt(path, { sinceMs: Date.parse('2026-01-02T03:04:02Z') }), 'two\nthree\n')
})

/** Files of the tests' folder that are open, also those that have no name any more. */
const openLogs = (): readonly string[] =>
  readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`)
      return path.startsWith(folder) && path.includes('.log') ? [path] : []
    } catch {
      return []
    }
  })

test('no file of a log stays open: not while it is followed over its files, and none at the end', async () => {
  const path = rotated(line(0, 'begin'))
  const gone = new AbortController()
  const log = readContainerLog(path, { follow: true, timestamps: false }, never, gone.signal)
  assert.equal((await log.next()).value?.toString(), 'begin\n')
  for (let count = 1; count < 9; count++) {
    writeFileSync(`${path}.tmp`, line(count, `file ${count}`))
    renameSync(`${path}.tmp`, path)
    keepSegment(path)
    assert.equal((await log.next()).value?.toString(), `file ${count}\n`)
    assert.ok(openLogs().length <= 5, openLogs().join())
  }
  gone.abort()
  assert.equal((await log.next()).done, true)
  await readAt(path)
  await readAt(path, { tailLines: 1 })
  assert.deepEqual(openLogs(), [])
})

test('a client that leaves ends the following', async () => {
  const gone = new AbortController()
  const log = readContainerLog(file(''), { follow: true, timestamps: false }, never, gone.signal)
  setTimeout(() => gone.abort(), 5)
  assert.equal((await log.next()).done, true)
})

test('parseLogQuery() reads PodLogOptions and refuses malformed ones by name', () => {
  const parse = (text: string) => parseLogQuery(new URLSearchParams(text), 100_000)
  assert.deepEqual(parse('follow=true&tailLines=5&sinceSeconds=10&timestamps=1&previous=true'), {
    previous: true,
    options: { follow: true, timestamps: true, tailLines: 5, sinceMs: 90_000 },
  })
  for (const text of [
    'tailLines=-1',
    'tailLines=x',
    'sinceSeconds=0',
    'limitBytes=0',
    'sinceTime=yesterday',
    'stream=Both',
  ]) {
    const parsed = parse(text)
    assert.ok('invalid' in parsed && parsed.invalid.startsWith(text.split('=')[0]!), text)
  }
  assert.ok('invalid' in parse('sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z'))
})

test('parseStreamQuery() takes the kubelet’s and the API’s names', () => {
  const parse = (text: string) => parseStreamQuery(new URLSearchParams(text))
  const expected = { options: { stdin: true, stdout: true, stderr: true, tty: false }, command: ['sh', '-c'] }
  assert.deepEqual(parse('input=1&output=1&error=1&command=sh&command=-c'), expected)
  assert.deepEqual(parse('stdin=true&stdout=true&stderr=true&command=sh&command=-c'), expected)
  assert.deepEqual(parse('stdout=1&stderr=1&tty=1'), {
    options: { stdin: false, stdout: true, stderr: false, tty: true },
    command: [],
  })
  assert.ok('invalid' in parse('command=sh'))
})

test('a flag of the query is false only where it is absent, 0 or false in any case', () => {
  const flags = (text: string) => {
    const parsed = parseLogQuery(new URLSearchParams(text), 0)
    assert.ok(!('invalid' in parsed))
    return [parsed.options.follow, parsed.previous, parsed.options.timestamps]
  }
  assert.deepEqual(flags('follow=True&previous&timestamps=yes'), [true, true, true])
  assert.deepEqual(flags('follow=False&previous=0&timestamps=FALSE'), [false, false, false])
})

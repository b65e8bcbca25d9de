import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { writeAtomically } from './atomic-writer.ts'

const file = (text: string, mode = 0o644) => ({ content: Buffer.from(text), mode })
const ROOT = process.getuid?.() === 0

test('files are their owner’s and their group’s, and stay so as long as nothing changes', {
  skip: ROOT ? false : 'only root gives files away',
}, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic-'))
  const files = new Map([
    ['token', { content: Buffer.from('t'), mode: 0o600, owner: 1000 }],
    ['text', { content: Buffer.from('x'), mode: 0o644 }],
  ])
  const stats = () => ['token', 'text'].map((name) => statSync(join(dir, name)))
  const shown = () => stats().map(({ mode, uid, gid }) => `${(mode & 0o777).toString(8)} ${uid}:${gid}`)
  assert.equal(await writeAtomically(dir, files), true)
  assert.deepEqual(shown(), ['600 1000:0', '644 0:0'])
  assert.equal(await writeAtomically(dir, files), false)
  const dirOfGroup = mkdtempSync(join(tmpdir(), 'atomic-'))
  assert.equal(await writeAtomically(dirOfGroup, files, { group: 10_000 }), true)
  const token = statSync(join(dirOfGroup, 'token'))
  assert.deepEqual([token.mode & 0o777, token.uid, token.gid], [0o640, 1000, 10_000])
  assert.equal(await writeAtomically(dirOfGroup, files, { group: 10_000 }), false)
  for (const each of [dir, dirOfGroup]) rmSync(each, { recursive: true })
})

test('files change all at once through ..data, equal ones not at all, and removed ones go', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic-'))
  assert.equal(
    await writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    true,
  )
  assert.equal(readFileSync(join(dir, 'd/b'), 'utf8'), '2')
  assert.equal(statSync(join(dir, 'd/b')).mode & 0o777, 0o400)
  assert.equal(readlinkSync(join(dir, 'a')), '..data/a')
  const before = readlinkSync(join(dir, '..data'))
  assert.equal(
    await writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    false,
  )
  assert.equal(readlinkSync(join(dir, '..data')), before)
  assert.equal(await writeAtomically(dir, new Map([['a', file('3')]])), true)
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '3')
  assert.equal(statSync(join(dir, 'd'), { throwIfNoEntry: false }), undefined)
  assert.deepEqual(
    readdirSync(dir).sort(),
    [readlinkSync(join(dir, '..data')), '..data', 'a'].sort(),
    'no old ones stay',
  )
  rmSync(dir, { recursive: true })
})

test('what could not be written leaves nothing behind, and the volume as it was', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-volume-'))
  await writeAtomically(dir, new Map([['a', file('1')]]))
  const before = readdirSync(dir)
  await assert.rejects(writeAtomically(dir, new Map([['x'.repeat(256), file('2')]])), { code: 'ENAMETOOLONG' })
  assert.deepEqual(readdirSync(dir), before)
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '1')
  rmSync(dir, { recursive: true })
})

test('bounds: thousands of files are written, compared and removed in turns with others, and what is given up leaves the volume as it was', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-volume-'))
  const many = (text: string) => new Map(Array.from({ length: 3000 }, (_, index) => [`k${index}`, file(text)] as const))
  const turnsOf = async (work: Promise<unknown>): Promise<number> => {
    let [turns, isOver] = [0, false]
    const over = work.finally(() => {
      isOver = true
    })
    while (!isOver) {
      turns++
      await new Promise((resolve) => setImmediate(resolve))
    }
    await over
    return turns
  }
  assert.ok((await turnsOf(writeAtomically(dir, many('1')))) > 50)
  assert.ok((await turnsOf(writeAtomically(dir, many('1')))) > 25)
  const before = readdirSync(dir).sort()
  const giveUp = new AbortController()
  const given = writeAtomically(dir, many('2'), { signal: giveUp.signal })
  await new Promise((resolve) => setImmediate(resolve))
  giveUp.abort(new Error('enough'))
  await assert.rejects(given, { message: 'enough' })
  assert.deepEqual(readdirSync(dir).sort(), before)
  assert.equal(readFileSync(join(dir, 'k2999'), 'utf8'), '1')
  rmSync(dir, { recursive: true })
})

test('who writes to one folder at the same time writes one after the other; the last one stays', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-volume-'))
  const texts = ['1', '2', '3']
  const wrong = writeAtomically(dir, new Map([['x'.repeat(256), file('0')]]))
  const written = texts.map((text) => writeAtomically(dir, new Map([['a', file(text)]])))
  await assert.rejects(wrong)
  assert.deepEqual(await Promise.all(written), [true, true, true])
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '3')
  assert.equal(readdirSync(dir).length, 3)
  rmSync(dir, { recursive: true })
})

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
}, () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic-'))
  const files = new Map([
    ['token', { content: Buffer.from('t'), mode: 0o600, owner: 1000 }],
    ['text', { content: Buffer.from('x'), mode: 0o644 }],
  ])
  const stats = () => ['token', 'text'].map((name) => statSync(join(dir, name)))
  const shown = () => stats().map(({ mode, uid, gid }) => `${(mode & 0o777).toString(8)} ${uid}:${gid}`)
  assert.equal(writeAtomically(dir, files), true)
  assert.deepEqual(shown(), ['600 1000:0', '644 0:0'])
  assert.equal(writeAtomically(dir, files), false)
  const dirOfGroup = mkdtempSync(join(tmpdir(), 'atomic-'))
  assert.equal(writeAtomically(dirOfGroup, files, 10_000), true)
  const token = statSync(join(dirOfGroup, 'token'))
  assert.deepEqual([token.mode & 0o777, token.uid, token.gid], [0o640, 1000, 10_000])
  assert.equal(writeAtomically(dirOfGroup, files, 10_000), false)
  for (const each of [dir, dirOfGroup]) rmSync(each, { recursive: true })
})

test('files change all at once through ..data, equal ones not at all, and removed ones go', () => {
  const dir = mkdtempSync(join(tmpdir(), 'atomic-'))
  assert.equal(
    writeAtomically(
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
    writeAtomically(
      dir,
      new Map([
        ['a', file('1')],
        ['d/b', file('2', 0o400)],
      ]),
    ),
    false,
  )
  assert.equal(readlinkSync(join(dir, '..data')), before)
  assert.equal(writeAtomically(dir, new Map([['a', file('3')]])), true)
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '3')
  assert.equal(statSync(join(dir, 'd'), { throwIfNoEntry: false }), undefined)
  assert.deepEqual(
    readdirSync(dir).sort(),
    [readlinkSync(join(dir, '..data')), '..data', 'a'].sort(),
    'no old ones stay',
  )
  rmSync(dir, { recursive: true })
})

test('what could not be written leaves nothing behind, and the volume as it was', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fairlead-volume-'))
  writeAtomically(dir, new Map([['a', file('1')]]))
  const before = readdirSync(dir)
  assert.throws(() => writeAtomically(dir, new Map([['x'.repeat(256), file('2')]])), { code: 'ENAMETOOLONG' })
  assert.deepEqual(readdirSync(dir), before)
  assert.equal(readFileSync(join(dir, 'a'), 'utf8'), '1')
  rmSync(dir, { recursive: true })
})

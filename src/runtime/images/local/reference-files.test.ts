import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseImageConfig } from './image-config.ts'
import { type LocalImage, shownId } from './local-image.ts'
import { ReferenceFiles } from './reference-files.ts'

const image = (name: string, more: Partial<LocalImage> = {}): LocalImage => ({
  name,
  id: 'sha256:1',
  digests: ['sha256:2'],
  origin: 'registry',
  access: 'all',
  sizeBytes: 1,
  keptAt: '2024-01-02T03:04:05Z',
  layers: ['l'],
  config: parseImageConfig(name, '{}'),
  ...more,
})

test('a name is there once it is written, for every reader, and gone once it is removed', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'fairlead-references-')), 'references')
  try {
    const [one, other] = [new ReferenceFiles(folder), new ReferenceFiles(folder)]
    assert.deepEqual([one.list(), one.read('a')], [[], undefined])
    one.write(image('b'))
    one.write(image('a'))
    other.write(image('a', { id: 'sha256:9' }))
    assert.deepEqual(
      one.list().map(({ name, id }) => `${name} ${id}`),
      ['a sha256:9', 'b sha256:1'],
    )
    assert.deepEqual(one.read('b'), image('b'))
    other.remove('b')
    other.remove('b')
    assert.deepEqual([one.read('b'), one.list().length, readdirSync(folder).length], [undefined, 1, 1])
  } finally {
    rmSync(join(folder, '..'), { recursive: true })
  }
})

test('a list that was read once is kept, and what comes, goes or moves after it is seen all the same', () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'fairlead-references-')), 'references')
  try {
    const [one, other] = [new ReferenceFiles(folder), new ReferenceFiles(folder)]
    one.write(image('a'))
    const longAgo = new Date(Date.now() - 60_000)
    utimesSync(folder, longAgo, longAgo)
    assert.equal(one.list(), one.list())
    other.write(image('b'))
    assert.deepEqual(
      one.list().map(({ name }) => name),
      ['a', 'b'],
    )
    other.write(image('a', { id: 'sha256:9' }))
    assert.equal(one.list()[0]?.id, 'sha256:9')
    other.remove('b')
    assert.equal(one.list().length, 1)
  } finally {
    rmSync(join(folder, '..'), { recursive: true })
  }
})

test('a change in the very moment of a reading, which the folder’s time does not tell, is seen by the next', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-references-'))
  try {
    const [one, other] = [new ReferenceFiles(folder), new ReferenceFiles(folder)]
    const moment = new Date()
    one.write(image('a'))
    utimesSync(folder, moment, moment)
    assert.equal(one.list().length, 1)
    other.write(image('b'))
    utimesSync(folder, moment, moment)
    assert.equal(one.list().length, 2)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('the use of a name is noted, and one that is gone has none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-references-'))
  try {
    const files = new ReferenceFiles(folder)
    files.write(image('a'))
    files.markUsed('a', 1_700_000_000_250)
    assert.equal(files.usedAt('a'), 1_700_000_000_250)
    files.markUsed('b', 1)
    assert.equal(files.usedAt('b'), undefined)
    assert.equal(statSync(join(folder, readdirSync(folder)[0] ?? '')).mode & 0o777, 0o600)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a file that was cut short, or is of another format, is none', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-references-'))
  try {
    const files = new ReferenceFiles(folder)
    files.write(image('a'))
    const [file = ''] = readdirSync(folder)
    for (const text of ['', '{"format":1,"ima', '{"format":0,"image":{}}']) {
      writeFileSync(join(folder, file), text)
      assert.deepEqual([files.read('a'), files.list()], [undefined, []], text)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a pod shows its image by the digest that the registry has, and one that no registry has by its own', () => {
  assert.equal(shownId(image('h:5000/a/b:1')), 'h:5000/a/b@sha256:2')
  assert.equal(shownId(image('h:5000/a/b@sha256:7')), 'h:5000/a/b@sha256:2')
  assert.equal(shownId(image('h/a:1', { origin: 'local' })), 'sha256:1')
  assert.equal(shownId(image('h/a:1', { digests: [] })), 'sha256:1')
})

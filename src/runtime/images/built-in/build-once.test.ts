import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildOnce } from './build-once.ts'

const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-build-'))
  return { folder, image: join(folder, 'images', 'a'), [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('what is built is there whole and once, for every user of a container, whatever our umask', () => {
  using at = scratch()
  const mask = process.umask(0o077)
  let built = 0
  try {
    for (const _ of [1, 2])
      buildOnce(at.image, (draft) => {
        built++
        writeFileSync(join(draft, 'file'), '')
      })
    assert.equal(process.umask(), 0o077)
  } finally {
    process.umask(mask)
  }
  assert.equal(built, 1)
  assert.deepEqual([statSync(at.image).mode & 0o777, statSync(join(at.image, 'file')).mode & 0o777], [0o755, 0o644])
  assert.deepEqual(readdirSync(join(at.folder, 'images')), ['a'])
})

test('what fails half way leaves nothing, and can be built again', () => {
  using at = scratch()
  const fail = (draft: string): void => {
    writeFileSync(join(draft, 'half'), '')
    throw new Error('no space left on device')
  }
  assert.throws(() => buildOnce(at.image, fail), /no space left/)
  assert.deepEqual(readdirSync(join(at.folder, 'images')), [])
  buildOnce(at.image, (draft) => writeFileSync(join(draft, 'whole'), ''))
  assert.deepEqual(readdirSync(at.image), ['whole'])
})

test('where another process was first, its folder is taken', () => {
  using at = scratch()
  buildOnce(at.image, (draft) => {
    buildOnce(at.image, (other) => writeFileSync(join(other, 'theirs'), ''))
    writeFileSync(join(draft, 'ours'), '')
  })
  assert.deepEqual(readdirSync(at.image), ['theirs'])
})

import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { IdRanges } from './id-ranges.ts'

let root: string
let ranges: IdRanges
const record = (name: string): string => join(root, `${name}.json`)

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'id-ranges-'))
  ranges = new IdRanges(join(root, 'ids'))
})
afterEach(() => rmSync(root, { recursive: true }))

test('no two pods have a range in common, whichever process gives it', async () => {
  const other = new IdRanges(join(root, 'ids'))
  const taken = await Promise.all(
    Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? ranges : other).take(record(`p${index}`))),
  )
  const sorted = taken.toSorted((a, b) => a - b)
  assert.equal(new Set(taken).size, 20)
  for (const [index, id] of sorted.entries()) if (index > 0) assert.ok(id - sorted[index - 1]! >= 65_536)
  // Above those of systemd's containers and of /etc/subuid, and below 2³¹.
  assert.ok(sorted[0]! > 1_879_048_191 && sorted.at(-1)! + 65_535 < 2 ** 31)
})

test('a range is free again when its pod has given it back, or its record is gone', async () => {
  const first = await ranges.take(record('a'))
  const second = await ranges.take(record('b'))
  assert.notEqual(first, second)
  ranges.free((path) => path === record('a'))
  assert.equal(await ranges.take(record('c')), first)
  // As after a start of the machine, or where somebody deletes a state folder.
  rmSync(record('b'))
  assert.equal(await ranges.take(record('d')), second)
})

test('what another has taken since is not given back', async () => {
  const first = await ranges.take(record('a'))
  ranges.free((path) => path === record('a'))
  assert.equal(await ranges.take(record('b')), first)
  ranges.free((path) => path === record('a'))
  assert.notEqual(await ranges.take(record('c')), first)
})

test('who asks a second time, having died before, holds one range and not two', async () => {
  const first = await ranges.take(record('a'))
  assert.equal(await ranges.take(record('a')), first)
})

test('where nobody has a range, nothing is left on the machine', async () => {
  await ranges.take(record('a'))
  writeFileSync(join(root, 'ids', 'other'), '')
  ranges.free(() => true)
  assert.ok(existsSync(join(root, 'ids', 'other')), 'what is not ours stays')
  rmSync(join(root, 'ids', 'other'))
  ranges.free(() => true)
  assert.equal(existsSync(join(root, 'ids')), false)
})

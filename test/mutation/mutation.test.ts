import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { CLAUSES } from '../contract/clause.ts'
import { DEFECTS, type Defect } from './defects.ts'

const root = join(import.meta.dirname, '..', '..')
/** Rooms that defects are sown in, and those that must be copied with them to meet them. */
const COPIED = ['forwarding', 'dataplane', 'reconciler']
/** A first run of few clusters catches nearly all; what it misses gets longer ones, of other seeds. */
const TRIES = [
  { seed: 1, runs: 150 },
  { seed: 5, runs: 900 },
  { seed: 9, runs: 1500 },
  { seed: 14, runs: 1500 },
] as const

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-mutation-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

function sow(name: string, { edits }: Pick<Defect, 'edits'>): string {
  const copy = join(folder, name)
  for (const room of readdirSync(join(root, 'src'))) {
    const from = join(root, 'src', room)
    if (COPIED.includes(room)) cpSync(from, join(copy, 'src', room), { recursive: true })
  }
  for (const room of readdirSync(join(root, 'src')))
    if (!COPIED.includes(room)) symlinkSync(join(root, 'src', room), join(copy, 'src', room))
  for (const tests of ['contract', 'property'])
    cpSync(join(root, 'test', tests), join(copy, 'test', tests), { recursive: true })
  cpSync(join(root, 'package.json'), join(copy, 'package.json'))
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const { file, from, to } of edits) {
    const path = join(copy, 'src', file)
    const text = readFileSync(path, 'utf8')
    assert.equal(
      text.split(from).length,
      2,
      `${file} does not have exactly one ${JSON.stringify(from)}: write the defect anew`,
    )
    writeFileSync(
      path,
      text.replace(from, () => to),
    )
  }
  return copy
}

function hold(
  copy: string,
  { seed, runs }: (typeof TRIES)[number],
): Promise<{ readonly failed: boolean; readonly output: string }> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      ['--test-reporter=tap', 'test/property/contract.test.ts'],
      {
        cwd: copy,
        env: { ...env, FAIRLEAD_MUTANT: '1', FAIRLEAD_RUNS: String(runs), FAIRLEAD_SEED: String(seed) },
        maxBuffer: 2 ** 26,
      },
      (error, stdout, stderr) => resolve({ failed: error !== null, output: stdout + stderr }),
    ),
  )
}

const skip =
  process.env.FAIRLEAD_LONG === '1'
    ? false
    : `${DEFECTS.length} seeded defects take a minute: script/test --long runs them`

suite('seeded defects', { skip, concurrency: Math.min(availableParallelism(), 4) }, () => {
  test('without a defect the property holds', async () => {
    const { failed, output } = await hold(sow('none', { edits: [] }), TRIES[0])
    assert.equal(failed, false, output)
  })
  for (const [index, defect] of DEFECTS.entries()) {
    test(`caught: ${defect.what} (${defect.clause}: ${CLAUSES[defect.clause]})`, async () => {
      const copy = sow(String(index), defect)
      let result = { failed: false, output: '' }
      for (const attempt of TRIES) if (!result.failed) result = await hold(copy, attempt)
      rmSync(copy, { recursive: true, force: true })
      assert.ok(result.failed, `${defect.what}: the property test did not notice`)
      // A defect that crashes would be caught by anything.
      assert.match(result.output, /contract and ruleset disagree|which is (?:not )?there/, result.output)
    })
  }
})

test('each line of the contract has a seeded defect, or is one of those that have none of their own', { skip }, (t) => {
  const sown = new Set(DEFECTS.map(({ clause }) => clause))
  const without = Object.keys(CLAUSES).filter((clause) => !sown.has(clause as keyof typeof CLAUSES))
  t.diagnostic(`${DEFECTS.length} defects for ${sown.size} lines; none of their own: ${without.join(', ')}`)
  assert.ok(sown.size >= 40)
})

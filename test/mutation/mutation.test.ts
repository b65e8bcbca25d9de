import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { TypeFaults } from '../../script/mutants/type-faults.ts'
import { CLAUSES, type Clause } from '../contract/clause.ts'
import { BALANCER_DEFECTS } from './balancer-defects.ts'
import { DEFECTS, type Defect, WITHOUT_DEFECT } from './defects.ts'
import { GATEWAY_DEFECTS } from './gateway-defects.ts'
import { POLICY_DEFECTS } from './policy-defects.ts'
import { edited, sow as sowIn } from './sow.ts'

/** A first run of few clusters catches nearly all; what it misses gets longer ones, of other seeds. */
const TRIES = [
  { seed: 1, runs: 150 },
  { seed: 5, runs: 900 },
  { seed: 9, runs: 1500 },
  { seed: 14, runs: 1500 },
] as const

const top = join(import.meta.dirname, '..', '..')
let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-mutation-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly failed: boolean
  readonly output: string
  /** For each cluster in which contract and ruleset disagreed, the lines by which the contract said what it said. */
  readonly caught: readonly (readonly Clause[])[]
}

const sow = (name: string, { edits }: Pick<Defect, 'edits'>): string => sowIn(join(folder, name), edits)

function hold(copy: string, clause: Clause, { seed, runs }: (typeof TRIES)[number]): Promise<Run> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      ['--test-reporter=tap', 'test/property/contract.test.ts'],
      {
        cwd: copy,
        env: { ...env, FAIRLEAD_MUTANT: clause, FAIRLEAD_RUNS: String(runs), FAIRLEAD_SEED: String(seed) },
        maxBuffer: 2 ** 26,
      },
      (error, stdout, stderr) => {
        const told = /^caught: (.*)$/m.exec(stdout)?.[1]
        resolve({
          failed: error !== null,
          output: stdout + stderr,
          caught: told === undefined ? [] : (JSON.parse(told) as Clause[][]),
        })
      },
    ),
  )
}

const skip =
  process.env.FAIRLEAD_LONG === '1'
    ? false
    : `${DEFECTS.length} seeded defects take a minute: script/test --long runs them`

/** By defect, how many of the clusters that showed it had the line's say in it. */
const catches = new Map<Clause, { readonly what: string; readonly times: number; readonly of: number }[]>()

suite('seeded defects', { skip, concurrency: Math.min(availableParallelism(), 4) }, () => {
  test('without a defect the property holds', async () => {
    const { failed, output } = await hold(sow('none', { edits: [] }), 'guard/elsewhere', TRIES[0])
    assert.equal(failed, false, output)
  })
  for (const [index, defect] of DEFECTS.entries()) {
    const { what, clause } = defect
    test(`caught: ${what} (${clause}: ${CLAUSES[clause]})`, async () => {
      const copy = sow(String(index), defect)
      let run: Run = { failed: false, output: '', caught: [] }
      const byIt = () => run.caught.filter((lines) => lines.includes(clause)).length
      for (const attempt of TRIES) if (byIt() === 0) run = await hold(copy, clause, attempt)
      rmSync(copy, { recursive: true, force: true })
      assert.ok(run.failed, `${what}: the property test did not notice`)
      // A defect that crashes would be caught by anything.
      assert.ok(run.caught.length > 0, run.output)
      const lines = [...new Set(run.caught.flat())]
      assert.ok(byIt() > 0, `${what}: caught, but never by ${clause}; by ${lines.join(', ')}`)
      for (const line of lines) {
        const times = run.caught.filter((told) => told.includes(line)).length
        catches.set(line, [...(catches.get(line) ?? []), { what, times, of: run.caught.length }])
      }
    })
  }
})

test('each defect is written against the text that is there', () => {
  for (const defect of DEFECTS) for (const text of edited(defect.edits).values()) assert.ok(text.length > 0)
})

test('each defect is code that the compiler takes: one that only crashes would prove nothing', () => {
  const compiler = new TypeFaults(top)
  try {
    const refused = [...DEFECTS, ...BALANCER_DEFECTS, ...POLICY_DEFECTS, ...GATEWAY_DEFECTS].filter(({ edits }) =>
      [...edited(edits)].some(([file, text]) => compiler.has(join(top, 'src', file), text)),
    )
    assert.deepEqual(
      refused.map(({ what }) => what),
      [],
    )
  } finally {
    compiler.close()
  }
})

test('each line of the contract has a seeded defect of its own', () => {
  const sown = new Set(DEFECTS.map(({ clause }) => clause))
  const without = Object.keys(CLAUSES).filter((clause) => !sown.has(clause as Clause) && !(clause in WITHOUT_DEFECT))
  assert.deepEqual(without, [], 'lines of the contract that no seeded defect breaks: add one to defects.ts')
  const needless = Object.keys(WITHOUT_DEFECT).filter((clause) => sown.has(clause as Clause) || !(clause in CLAUSES))
  assert.deepEqual(needless, [], 'lines that are said to have no defect, and have one')
})

test('each line of the contract catches the defects that were sown for it', { skip }, (t) => {
  for (const clause of Object.keys(CLAUSES) as Clause[]) {
    const by = catches.get(clause) ?? []
    const own = by.filter(({ what }) => DEFECTS.some((defect) => defect.what === what && defect.clause === clause))
    const told = own.map(({ what, times, of }) => `“${what}” (${times} of ${of} clusters)`).join(', ')
    t.diagnostic(`${clause}: ${told}; has a say in ${by.length - own.length} others`)
    assert.ok(own.length > 0 || clause in WITHOUT_DEFECT, `${clause} catches none of its own`)
  }
})

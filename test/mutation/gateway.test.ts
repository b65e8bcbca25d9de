import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { GATEWAY_CLAUSES, type GatewayClause } from '../contract/gateway/clauses.ts'
import { GATEWAY_DEFECTS, GATEWAYS_WITHOUT_DEFECT, type GatewayDefect } from './gateway-defects.ts'
import { edited, sow } from './sow.ts'

/** A first run of few clusters catches nearly all; what it misses gets longer ones, of other seeds. */
const TRIES = [
  { seed: 1, runs: 150 },
  { seed: 5, runs: 900 },
  { seed: 9, runs: 2500 },
] as const
/** Where defects are sown, and what must be copied with it to meet them. */
const ROOMS = ['routes']

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-mutation-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly failed: boolean
  readonly output: string
  /** For each cluster in which contract and node disagreed, the lines by which the contract said what it said. */
  readonly caught: readonly (readonly GatewayClause[])[]
}

function hold(copy: string, clause: GatewayClause, { seed, runs }: (typeof TRIES)[number]): Promise<Run> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      ['--test-reporter=tap', 'test/property/gateway-contract.test.ts'],
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
          caught: told === undefined ? [] : (JSON.parse(told) as GatewayClause[][]),
        })
      },
    ),
  )
}

async function isCaught(name: string, { what, clause, edits }: GatewayDefect): Promise<void> {
  const copy = sow(join(folder, name), edits, ROOMS)
  let run: Run = { failed: false, output: '', caught: [] }
  const byIt = () => run.caught.filter((lines) => lines.includes(clause)).length
  for (const attempt of TRIES) if (byIt() === 0) run = await hold(copy, clause, attempt)
  rmSync(copy, { recursive: true, force: true })
  assert.ok(run.failed, `${what}: the property test did not notice`)
  // A defect that crashes would be caught by anything.
  assert.ok(run.caught.length > 0, run.output)
  const lines = [...new Set(run.caught.flat())].join(', ')
  assert.ok(byIt() > 0, `${what}: caught, but never by ${clause}; by ${lines}`)
}

/** One of each room where they are sown: that the way in which all are caught works. */
const FIRST = new Set<GatewayClause>(['order/exact', 'ingress/longest'])
const isLong = process.env.FAIRLEAD_LONG === '1'
const skip = isLong ? false : `${GATEWAY_DEFECTS.length} seeded defects take minutes: script/test --long runs them`

suite('seeded defects of gateways', { concurrency: Math.min(availableParallelism(), 4) }, () => {
  test('without a defect the property holds', async () => {
    const copy = sow(join(folder, 'none'), [], ROOMS)
    const { failed, output } = await hold(copy, 'match/none', TRIES[0])
    assert.equal(failed, false, output)
  })
  for (const [index, defect] of GATEWAY_DEFECTS.entries()) {
    const { what, clause } = defect
    test(`caught: ${what} (${clause}: ${GATEWAY_CLAUSES[clause]})`, { skip: !FIRST.has(clause) && skip }, () =>
      isCaught(String(index), defect),
    )
  }
})

test('each defect of gateways is written against the text that is there', () => {
  for (const { edits } of GATEWAY_DEFECTS) for (const text of edited(edits).values()) assert.ok(text.length > 0)
})

test('each line of the gateways’ contract has a seeded defect of its own', () => {
  const sown = new Set(GATEWAY_DEFECTS.map(({ clause }) => clause))
  const without = Object.keys(GATEWAY_CLAUSES).filter(
    (clause) => !sown.has(clause as GatewayClause) && !(clause in GATEWAYS_WITHOUT_DEFECT),
  )
  assert.deepEqual(without, [], 'lines that no seeded defect breaks: add one to gateway-defects.ts')
})

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, suite, test } from 'node:test'
import { BALANCER_DEFECTS, type BalancerDefect } from './balancer-defects.ts'
import { edited, sow } from './sow.ts'

const TESTS = 'src/dataplane/balancer/balancer.test.ts'
const names = [
  ...readFileSync(join(import.meta.dirname, '..', '..', TESTS), 'utf8').matchAll(/^test\('([^']+)'/gm),
].map(([, name]) => name!)

let folder = ''
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-mutation-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** The names of the load balancer's tests that fail over a defect. */
function failing(name: string, { edits }: Pick<BalancerDefect, 'edits'>): Promise<readonly string[]> {
  const copy = sow(join(folder, name), edits)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  return new Promise((resolve, reject) =>
    execFile(process.execPath, ['--test-reporter=tap', TESTS], { cwd: copy, env, timeout: 60_000 }, (error, stdout) => {
      rmSync(copy, { recursive: true, force: true })
      // A defect that crashes would be caught by anything.
      if (!stdout.includes(`# tests ${names.length}\n`))
        reject(new Error(`not all tests have run: ${stdout}`, { cause: error }))
      else resolve([...stdout.matchAll(/^not ok \d+ - (.*)$/gm)].map(([, failed]) => failed!))
    }),
  )
}

suite('seeded defects of the load balancer', { concurrency: Math.min(availableParallelism(), 4) }, () => {
  test('without a defect its tests pass', async () => assert.deepEqual(await failing('none', { edits: [] }), []))
  for (const [index, defect] of BALANCER_DEFECTS.entries())
    test(`caught: ${defect.what} (${defect.test})`, async () => {
      const failed = await failing(String(index), defect)
      assert.ok(
        failed.some((name) => name.startsWith(defect.test)),
        `caught by ${failed.join('; ') || 'no test'}`,
      )
    })
})

test('each defect of the load balancer is written against the text that is there', () => {
  for (const { edits } of BALANCER_DEFECTS) for (const text of edited(edits).values()) assert.ok(text.length > 0)
})

test('each test of the load balancer has a seeded defect of its own', () => {
  const without = names.filter((name) => !BALANCER_DEFECTS.some((defect) => name.startsWith(defect.test)))
  assert.deepEqual(without, [], 'tests that no seeded defect breaks: add one to balancer-defects.ts')
  for (const defect of BALANCER_DEFECTS)
    assert.ok(
      names.some((name) => name.startsWith(defect.test)),
      defect.test,
    )
})

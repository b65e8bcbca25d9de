import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const LATER = new Set(['Cloud providers'])
const brief = readFileSync(join(import.meta.dirname, '..', 'docs', 'brief.md'), 'utf8')
const rows = brief
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| claim ') && !line.startsWith('| ---'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, claim, , verdict, name]) => ({ claim: claim!, verdict: verdict!, name: name! }))

test('docs/brief.md has a row a claim, each with a verdict', () => {
  assert.ok(rows.length >= 80, `${rows.length} rows`)
  for (const { claim, verdict } of rows) assert.match(verdict, /^(holds|loose|wrong|\*\*later\*\*)/, claim)
})

test('docs/brief.md leaves nothing open but cloud providers’ load balancers', () => {
  const open = rows.filter(({ name }) => name === '')
  for (const { claim, verdict } of open) {
    assert.equal(verdict, '**later**', claim)
    assert.ok(
      [...LATER].some((start) => claim.startsWith(start)),
      `${claim} may not be left for later`,
    )
  }
  assert.equal(open.length, LATER.size)
})

test('every test that docs/brief.md names ran in this run, passed, and asserted something', () => {
  const path = process.env.FAIRLEAD_REPORT
  assert.ok(path && existsSync(path), 'run by script/test, which says where the report is: FAIRLEAD_REPORT')
  const report = new Map(
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { name: string; assertions: number; passed: boolean })
      .map((entry) => [entry.name, entry]),
  )
  for (const { claim, name } of rows) {
    if (name === '') continue
    const entry = report.get(name)
    assert.ok(entry, `'${claim}' names a test that did not run: ${name}`)
    assert.ok(
      entry.passed && entry.assertions > 0,
      `'${claim}': ${name} passed ${entry.passed} with ${entry.assertions} assertions`,
    )
  }
})

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { AuditLog } from './audit-log.ts'

const make = (t: TestContext, limit?: number) => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-audit-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'logs', 'audit.log')
  const reports: string[] = []
  const report = (message: string) => void reports.push(message)
  const open = () => new AuditLog(path, { report, ...(limit === undefined ? {} : { limit }) })
  return { folder, path, reports, open }
}
const linesOf = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

test('each event is a line, for root alone, in the order in which they came', async (t) => {
  const { folder } = make(t)
  const path = join(folder, 'audit.log')
  const log = new AuditLog(path, { report: () => {} })
  for (const n of [1, 2, 3]) log.write({ n })
  await log.settled()
  log.write({ n: 4 })
  await log.settled()
  assert.deepEqual(linesOf(path), [{ n: 1 }, { n: 2 }, { n: 3 }, { n: 4 }])
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a file that is full becomes the older of two, and no line is in both or in none', async (t) => {
  const { folder } = make(t)
  const path = join(folder, 'audit.log')
  const log = new AuditLog(path, { report: () => {}, limit: 30 })
  for (let n = 10; n < 20; n++) {
    log.write({ n })
    await log.settled()
  }
  // Nine octets a line: three to a file.
  assert.deepEqual(linesOf(path), [{ n: 19 }])
  assert.deepEqual(linesOf(`${path}.1`), [{ n: 16 }, { n: 17 }, { n: 18 }])
  const next = new AuditLog(path, { report: () => {}, limit: 30 })
  for (const n of [20, 21, 22]) {
    next.write({ n })
    await next.settled()
  }
  assert.deepEqual(linesOf(path), [{ n: 22 }])
  assert.deepEqual(linesOf(`${path}.1`), [{ n: 19 }, { n: 20 }, { n: 21 }])
})

test('half a line of a life that was cut short spoils none of the next', async (t) => {
  const { folder } = make(t)
  const path = join(folder, 'audit.log')
  writeFileSync(path, '{"n":1}\n{"n":')
  const log = new AuditLog(path, { report: () => {} })
  log.write({ n: 3 })
  await log.settled()
  assert.equal(readFileSync(path, 'utf8'), '{"n":1}\n{"n":\n{"n":3}\n')
})

test('what cannot be kept is counted and told of, once, and it goes on when it can', async (t) => {
  const { folder, path, reports, open } = make(t)
  const log = open()
  for (const n of [1, 2]) {
    log.write({ n })
    await log.settled()
  }
  assert.equal(reports.length, 1)
  assert.match(reports[0]!, /^the audit log cannot be written: ENOENT/)
  mkdirSync(join(folder, 'logs'))
  log.write({ n: 3 })
  await log.settled()
  assert.deepEqual(linesOf(path), [{ n: 3 }])
  assert.equal(reports[1], 'the audit log has lost 2 events')
})

test('bounds: no more waits for the disk than is bounded', async (t) => {
  const { folder, reports } = make(t)
  const log = new AuditLog(join(folder, 'audit.log'), { report: (message) => reports.push(message) })
  const text = 'x'.repeat(1 << 20)
  for (let n = 0; n < 10; n++) log.write({ text })
  await log.settled()
  assert.equal(linesOf(join(folder, 'audit.log')).length, 7)
  log.write({ n: 1 })
  await log.settled()
  assert.deepEqual(reports, ['the audit log has lost 3 events'])
})

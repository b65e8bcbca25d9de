import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { knownCluster } from './known-cluster.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlead-known-'))
const former = process.env.FAIRLEAD_STATE
before(() => {
  process.env.FAIRLEAD_STATE = folder
  chmodSync(folder, 0o755)
  for (const name of ['whole', 'broken', 'empty']) mkdirSync(join(folder, name), { mode: 0o700 })
  writeFileSync(join(folder, 'whole', 'cluster.json'), '{"name":"whole"}', { mode: 0o600 })
  writeFileSync(join(folder, 'broken', 'cluster.json'), '{ half', { mode: 0o600 })
})
after(() => {
  if (former === undefined) delete process.env.FAIRLEAD_STATE
  else process.env.FAIRLEAD_STATE = former
  rmSync(folder, { recursive: true })
})

test('a cluster is known by its state; one that cannot be read is broken, and a name that nobody has is unknown', () => {
  assert.equal(knownCluster('whole').name, 'whole')
  for (const name of ['broken', 'empty'])
    assert.throws(() => knownCluster(name), {
      code: 'CLUSTER_BROKEN',
      hint: `clean it up: fairlead down --name ${name}`,
    })
  assert.throws(() => knownCluster('whola'), {
    code: 'CLUSTER_UNKNOWN',
    message: 'there is no cluster named whola; did you mean whole?',
  })
})

const skip = process.getuid!() === 0 ? false : 'another user than the owner of the state is needed'

test('who may not look is told so, and never that the cluster is broken', { skip }, () => {
  process.seteuid!(65534)
  try {
    for (const name of ['whole', 'broken'])
      assert.throws(() => knownCluster(name), { code: 'NEEDS_ROOT', hint: /^say the same with sudo/ }, name)
    assert.throws(() => knownCluster('none'), { code: 'CLUSTER_UNKNOWN' })
  } finally {
    process.seteuid!(0)
  }
})

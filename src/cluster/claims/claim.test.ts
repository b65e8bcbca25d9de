import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { identifyProcess } from '#runtime/runc/processes/process-identity.ts'
import { type Claim, dropClaim, isHeld, listClaims, readClaim, writeClaim } from './claim.ts'

const self = identifyProcess(process.pid)!
/** Our number, with another start: a process that had it before us. */
const before = { ...self, startTime: '1' }
const claimOf = (name: string, more: Partial<Claim> = {}): Claim => ({
  name,
  stateDir: `/elsewhere/${name}`,
  token: `${name}/0`,
  by: before,
  supervisors: [],
  nodes: 3,
  hostPort: 6443,
  clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
  ...more,
})
const scratch = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-claims-'))
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test('a claim is read as it was written, also by others than root, and is gone once it is given back', () => {
  using claims = scratch()
  assert.equal(readClaim('a', claims.folder), undefined)
  writeClaim(claimOf('b'), claims.folder)
  writeClaim(claimOf('a'), claims.folder)
  assert.deepEqual(readClaim('a', claims.folder), claimOf('a'))
  assert.equal(statSync(join(claims.folder, 'a.json')).mode & 0o777, 0o644)
  writeFileSync(join(claims.folder, 'c.json'), '{ half')
  assert.deepEqual(
    listClaims(claims.folder).map(({ name }) => name),
    ['a', 'b'],
  )
  dropClaim('a', claims.folder)
  assert.deepEqual(readdirSync(claims.folder), ['b.json', 'c.json'])
  dropClaim('a', claims.folder)
  assert.deepEqual(listClaims(join(claims.folder, 'none')), [])
})

test('what is no claim, whoever wrote it, is none, and keeps no other from being read', () => {
  using claims = scratch()
  writeClaim(claimOf('good'), claims.folder)
  const forged: readonly unknown[] = [
    {},
    [],
    null,
    'x',
    5,
    claimOf('other'),
    claimOf('q', { stateDir: '/' }),
    claimOf('q', { stateDir: '/srv/precious' }),
    claimOf('q', { stateDir: 'q' }),
    { ...claimOf('q'), stateDir: 5 },
    { ...claimOf('q'), token: 'other/0' },
    { ...claimOf('q'), token: 'q/' },
    { ...claimOf('q'), supervisors: [null] },
    { ...claimOf('q'), supervisors: 'x' },
    { ...claimOf('q'), by: {} },
    { ...claimOf('q'), hostPort: '6443' },
  ]
  for (const value of forged) {
    writeFileSync(join(claims.folder, 'q.json'), JSON.stringify(value))
    assert.equal(readClaim('q', claims.folder), undefined, JSON.stringify(value))
    assert.deepEqual(
      listClaims(claims.folder).map(({ name }) => name),
      ['good'],
    )
  }
})

test('a claim is held by its up and by its supervisors, and by no process that was given the number of one', () => {
  assert.equal(isHeld(claimOf('a', { by: self })), true)
  assert.equal(isHeld(claimOf('a', { supervisors: [{ role: 'agent-host', process: self }] })), true)
  assert.equal(isHeld(claimOf('a', { supervisors: [{ role: 'agent-host', process: before }] })), false)
})

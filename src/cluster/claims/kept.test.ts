import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClusterConfig } from '../config.ts'
import type { Claim } from './claim.ts'
import { isKept, isStopped, whyNotKept } from './kept.ts'

const dead = { pid: 1, startTime: 'never' }
const claim = (more: Partial<Claim>): Claim => ({
  name: 'ci',
  stateDir: '/ci',
  token: 'ci/1',
  by: dead,
  supervisors: [],
  nodes: 1,
  hostPort: 6443,
  clusterCidr: ['', ''],
  serviceCidr: ['', ''],
  ...more,
})

test('a cluster is kept whose objects are on the disk, and whose start had come to its end as far as anybody knows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-kept-'))
  try {
    const config = { stateDir: folder, ephemeral: false } as ClusterConfig
    assert.equal(isKept(undefined, config), false, 'it has no certificates')
    const pki = join(folder, 'pki')
    mkdirSync(pki)
    for (const file of ['ca.crt', 'ca.key', 'apiserver.crt', 'apiserver.key', 'admin.crt', 'admin.key', 'sa.key'])
      writeFileSync(join(pki, file), '')
    assert.equal(isKept(undefined, config), true, 'the machine was started again')
    assert.equal(isKept(claim({ finished: true }), config), true)
    assert.equal(isKept(claim({}), config), false, 'its up was killed')
    assert.equal(isKept(undefined, { ...config, ephemeral: true }), false)
    assert.equal(isKept(undefined, undefined), false)
    // Of an earlier version of ours.
    assert.equal(isKept(undefined, { stateDir: folder } as ClusterConfig), false)

    assert.equal(isStopped(undefined, config), true, 'it went with its machine')
    assert.equal(whyNotKept(claim({}), config), 'its start was cut off')
    assert.equal(whyNotKept(undefined, { ...config, ephemeral: true }), 'its objects were in memory alone')
    assert.equal(whyNotKept(undefined, undefined), 'its configuration cannot be read')
    assert.equal(whyNotKept(undefined, config), undefined)
    rmSync(join(pki, 'admin.crt'))
    assert.equal(whyNotKept(undefined, config), `${join(pki, 'admin.crt')} is missing`)
    writeFileSync(join(pki, 'admin.crt'), '')
    assert.equal(isStopped(claim({ finished: true }), config), false, 'somebody has killed it')
    assert.equal(isStopped(claim({ finished: true, stopped: true }), undefined), true, 'who is not root is told too')
    assert.equal(isStopped(undefined, undefined), false)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

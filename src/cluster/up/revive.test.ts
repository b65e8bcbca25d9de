import assert from 'node:assert/strict'
import { test } from 'node:test'
import { identifyProcess } from '#runtime/runc/processes/process-identity.ts'
import type { Claim } from '../claims/claim.ts'
import { isHalfDead } from './revive.ts'

const alive = identifyProcess(process.pid)!
const dead = { pid: process.pid, startTime: '1' }
const claim = (control: typeof alive, agents: typeof alive, more: Partial<Claim> = {}): Claim => ({
  name: 'ci',
  stateDir: '/s/ci',
  token: 'ci/1',
  by: dead,
  supervisors: [
    { role: 'control-plane', process: control },
    { role: 'agent-host', process: agents },
  ],
  finished: true,
  nodes: 1,
  hostPort: 6443,
  clusterCidr: ['10.244.0.0/16', 'fd00:10:244::/56'],
  serviceCidr: ['10.96.0.0/16', 'fd00:10:96::/112'],
  ...more,
})

test('a cluster is to be made whole where a supervisor died, whose number may be another’s by now', () => {
  assert.equal(isHalfDead(claim(alive, alive)), false)
  assert.equal(isHalfDead(claim(alive, dead)), true)
  assert.equal(isHalfDead(claim(dead, dead)), true)
  assert.equal(isHalfDead(claim(alive, alive, { supervisors: [] })), true)
})

test('what was stopped, is being taken down, or never came to its end is none', () => {
  assert.equal(isHalfDead(claim(dead, dead, { stopped: true })), false)
  assert.equal(isHalfDead(claim(dead, dead, { stopping: true })), false)
  assert.equal(isHalfDead(claim(dead, dead, { finished: undefined as never })), false)
})

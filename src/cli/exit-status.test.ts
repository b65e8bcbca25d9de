import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClusterError } from '#cluster/cluster-error.ts'
import { CliError } from './cli-error.ts'
import { exitStatusOf, isUsage } from './exit-status.ts'

test('what is wrong in the command line itself ends with 2, whichever room found it', () => {
  for (const code of ['NAME_INVALID', 'NODES_INVALID', 'RANGE_INVALID'])
    assert.equal(exitStatusOf(new ClusterError(code, 'no')), 2, code)
  assert.equal(exitStatusOf(new CliError('USAGE', 'no')), 2)
})

test('what this machine refuses ends with 1: another day, or elsewhere, the same words would do', () => {
  for (const code of ['RANGE_TAKEN', 'CLUSTER_EXISTS', 'CLUSTER_UNKNOWN', 'NOT_ROOT'])
    assert.equal(exitStatusOf(new ClusterError(code, 'no')), 1, code)
  assert.equal(exitStatusOf(new CliError('INTERRUPTED', 'no')), 130)
  assert.equal(isUsage(new Error('no')), false)
})

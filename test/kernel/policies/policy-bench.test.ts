import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { LoadResult } from '../../../bench/policy/load-worker.ts'

const WORKER = join(import.meta.dirname, '../../../bench/policy/load-worker.ts')

test('the bench of policies still finds the part of an agent: its node loads a whole cluster, and each change', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [WORKER, JSON.stringify({ changes: 2 })])
  const { elements, cold_ms, pod_changes, policy_changes } = JSON.parse(stdout) as LoadResult
  assert.ok(elements > 20_000, `${elements} elements in the kernel`)
  assert.ok(cold_ms > 0)
  assert.deepEqual([pod_changes.length, policy_changes.length], [2, 2])
})

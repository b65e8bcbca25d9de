import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Node } from '#api/core/node/message.ts'
import { isNodeEligible } from './node-eligible.ts'

test('a node is not eligible when it is deleted or the autoscaler is about to remove it', () => {
  const node: Node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }
  assert.ok(isNodeEligible(undefined))
  assert.ok(isNodeEligible({ ...node, spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }))
  assert.ok(!isNodeEligible({ ...node, metadata: { name: 'n1', deletionTimestamp: '2026-01-01T00:00:00Z' } }))
  const taints = [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] as const
  assert.ok(!isNodeEligible({ ...node, spec: { taints } }))
})

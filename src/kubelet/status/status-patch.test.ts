import assert from 'node:assert/strict'
import { test } from 'node:test'
import { statusPatch } from './status-patch.ts'

test('a status patch names only what changed, merges conditions by type, and nulls what went', () => {
  const ready = { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: 'T1' }
  const before = {
    phase: 'Pending' as const,
    conditions: [{ type: 'PodScheduled', status: 'True' }, ready],
    message: 'm',
    hostIP: 'h',
  }
  assert.equal(statusPatch(before, before), undefined)
  assert.deepEqual(
    statusPatch(before, {
      phase: 'Running',
      hostIP: 'h',
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Ready', status: 'True', lastTransitionTime: 'T2' },
      ],
    }),
    {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: 'T2', reason: null }],
      message: null,
    },
  )
})

test('amounts that a pod has no longer go, those of the pod as of its containers', () => {
  const before = {
    resources: { requests: { cpu: '1', memory: '1Gi' } },
    allocatedResources: { cpu: '1', memory: '1Gi' },
  }
  assert.deepEqual(statusPatch(before, { resources: { requests: { cpu: '1' } }, allocatedResources: { cpu: '1' } }), {
    resources: { requests: { cpu: '1' }, $patch: 'replace' },
    allocatedResources: { cpu: '1', $patch: 'replace' },
  })
  assert.deepEqual(statusPatch({}, { resources: {} }), { resources: {} })
  assert.deepEqual(statusPatch(before, { resources: before.resources }), { allocatedResources: null })
})

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

test('a condition of ours that holds no longer is taken out; those of others stay', () => {
  const gate = { type: 'example.com/gate', status: 'True' }
  const before = { conditions: [{ type: 'PodResizePending', status: 'True' }, gate] }
  assert.deepEqual(statusPatch(before, { conditions: [] }), {
    conditions: [{ type: 'PodResizePending', $patch: 'delete' }],
  })
  const changed = { type: 'PodResizeInProgress', status: 'True' }
  const both = { conditions: [{ type: 'PodResizeInProgress', status: 'False' }] }
  assert.deepEqual(statusPatch(both, { conditions: [changed] }), { conditions: [changed] })
  assert.deepEqual(statusPatch({ conditions: [changed, gate] }, { conditions: [] }), {
    conditions: [{ type: 'PodResizeInProgress', $patch: 'delete' }],
  })
  assert.equal(statusPatch({ conditions: [gate] }, { conditions: [] }), undefined)
  assert.deepEqual(
    statusPatch({ conditions: both.conditions }, {}),
    undefined,
    'a status without any says nothing of them',
  )
})

test('what a condition says no more is nulled, and only where it said something', () => {
  const before = { type: 'Ready', status: 'False', reason: 'A', message: 'm' }
  const of = (one: object, then: object) =>
    statusPatch({ conditions: [one as never] }, { conditions: [then as never] })?.conditions
  const ready = { type: 'Ready', status: 'True' }
  assert.deepEqual(of(before, ready), [{ ...ready, reason: null, message: null }])
  assert.deepEqual(of(before, { ...before, status: 'True' }), [{ ...before, status: 'True' }])
  assert.deepEqual(of({ type: 'Ready', status: 'False', reason: '' }, ready), [ready])
  assert.deepEqual(statusPatch(undefined, { conditions: [ready] }), { conditions: [ready] })
})

test('addresses take the place of those that were; what went is nulled, and what was empty or absent is not', () => {
  assert.deepEqual(statusPatch({ podIPs: [{ ip: 'a' }] }, { podIPs: [{ ip: 'b' }], hostIPs: [{ ip: 'h' }] }), {
    podIPs: [{ ip: 'b' }, { $patch: 'replace' }],
    hostIPs: [{ ip: 'h' }, { $patch: 'replace' }],
  })
  const all = {
    reason: 'r',
    message: 'm',
    podIP: 'a',
    podIPs: [{ ip: 'a' }],
    initContainerStatuses: [{ name: 'c' } as never],
    allocatedResources: { cpu: '1' },
    hostIP: 'h',
  }
  assert.deepEqual(statusPatch(all, {}), {
    reason: null,
    message: null,
    podIP: null,
    podIPs: null,
    initContainerStatuses: null,
    allocatedResources: null,
  })
  assert.equal(statusPatch({ reason: '', podIPs: [], initContainerStatuses: [] }, {}), undefined)
})

test('the order of fields, and what is empty inside, make no difference; the order of a list does', () => {
  const status = (state: object) => ({ containerStatuses: [{ name: 'c', state } as never] })
  const running = { startedAt: 'T' }
  assert.equal(statusPatch(status({ running, waiting: undefined }), status({ terminated: null, running })), undefined)
  assert.equal(statusPatch(status({ running: {}, a: 1, b: 2 }), status({ b: 2, a: 1 })), undefined)
  assert.notEqual(statusPatch(status({ running }), status({ waiting: running })), undefined)
  const [one, two] = [{ name: 'a' } as never, { name: 'b' } as never]
  assert.deepEqual(statusPatch({ containerStatuses: [one, two] }, { containerStatuses: [two, one] }), {
    containerStatuses: [two, one],
  })
})

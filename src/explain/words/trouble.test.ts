import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trouble } from '../trace/trouble.ts'
import { troubleText } from './trouble.ts'

const silence = { told: true, status: 'Unknown', since: '2026-01-01T00:00:00Z', message: 'it is silent' } as const
const TABLE: readonly (readonly [trouble: Trouble, text: string])[] = [
  [{ kind: 'ended', phase: 'Failed' }, 'it has ended: Failed'],
  [{ kind: 'leaving', ready: true }, 'it is being deleted'],
  [{ kind: 'leaving', ready: false }, 'it is being deleted, and not ready any more'],
  [
    { kind: 'unscheduled', why: { code: 'unschedulable', refused: [] }, message: '0/2 nodes are available' },
    'no node takes it: 0/2 nodes are available',
  ],
  [
    { kind: 'unscheduled', why: { code: 'gated', gates: ['a.b/c', 'd.e/f'] } },
    'it is held back from every node by its scheduling gates: a.b/c and d.e/f',
  ],
  [
    { kind: 'unscheduled', why: { code: 'other-scheduler', scheduler: 'mine' } },
    'its scheduler mine has given it no node',
  ],
  [
    { kind: 'unscheduled', why: { code: 'other-scheduler', scheduler: 'mine' }, message: 'no room' },
    'its scheduler mine has given it no node: no room',
  ],
  [
    { kind: 'unscheduled', why: { code: 'waiting', nodes: ['a', 'b', 'c', 'd'] } },
    'it has no node yet, and a, b or c may take it',
  ],
  [
    { kind: 'unscheduled', why: { code: 'waiting', nodes: ['a'] }, message: 'no room' },
    'it has no node yet, and a may take it; its scheduler said last: no room',
  ],
  [{ kind: 'node', node: 'node-1' }, 'its node node-1 is lost'],
  [
    { kind: 'node', node: 'node-1', silence },
    'its node node-1 is NotReady since 2026-01-01T00:00:00Z (Ready is Unknown: it is silent): nobody hears of the pod since',
  ],
  [
    { kind: 'node', node: 'node-1', silence: { told: false } },
    'its node node-1 is NotReady: its kubelet never told of it: nobody hears of the pod since',
  ],
  [
    { kind: 'image', container: 'web', image: 'x', state: 'ErrImagePull' },
    'container web cannot have its image x (ErrImagePull): it is not known here',
  ],
  [
    { kind: 'crash', container: 'web', exitCode: 2, backOff: false, previous: false },
    'container web ends with exit code 2',
  ],
  [
    { kind: 'crash', container: 'web', exitCode: 137, signal: 9, state: 'OOMKilled', backOff: true, previous: true },
    'container web ends again and again (CrashLoopBackOff) with signal 9, OOMKilled',
  ],
  [{ kind: 'waiting', container: 'web' }, 'container web waits'],
  [
    { kind: 'waiting', container: 'web', state: 'ContainerCreating', message: 'no volume' },
    'container web waits (ContainerCreating): no volume',
  ],
  [{ kind: 'probe', container: 'web' }, 'its readiness probe has not succeeded yet'],
  [{ kind: 'probe', container: 'web', failure: 'startup is slow' }, 'startup is slow'],
  [{ kind: 'probe', container: 'web', failed: 'startup', failure: 'no' }, 'the startup probe fails: no'],
  [{ kind: 'gate', gate: 'a.b/c' }, 'its readiness gate a.b/c is not True'],
  [{ kind: 'probe', container: 'web', failed: 'startup' }, 'its startup probe has not succeeded yet'],
  [{ kind: 'starting', container: 'web' }, 'its container is not ready yet'],
  [
    { kind: 'starting', container: 'web', startup: true },
    'container web starts: its startup probe has not succeeded yet',
  ],
  [
    { kind: 'starting', container: 'web', startup: true, failure: 'no' },
    'container web starts: its startup probe has not succeeded yet: no',
  ],
  [{ kind: 'starting', phase: 'Pending' }, 'it is Pending'],
  [{ kind: 'starting', phase: 'Running', message: 'not yet' }, 'not yet'],
]

test('what keeps a pod from being ready is one sentence', () => {
  for (const [trouble, text] of TABLE) assert.equal(troubleText(trouble), text)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CandidateReason } from '../../trace/walk/candidate.ts'
import { candidateText } from './candidate.ts'

const trouble = { kind: 'gate', gate: 'a.b/c' } as const
const TABLE: readonly (readonly [why: CandidateReason, text: string])[] = [
  [{ code: 'ready' }, 'ready'],
  [{ code: 'ready-when-last-heard', node: 'node-1' }, 'ready when node-1 was last heard of: it is not Ready'],
  [{ code: 'still-serving' }, 'on its way out, but it still serves, and none is ready'],
  [{ code: 'local', node: 'node-1' }, 'ready, and on node-1 as the policy Local wants'],
  [{ code: 'hinted-to-node', node: 'node-1' }, 'ready, and meant for node-1 by its hint'],
  [{ code: 'hinted-to-zone', zone: 'a' }, 'ready, and meant for zone a by its hint'],
  [{ code: 'published-not-ready' }, 'counts as ready: the Service publishes addresses that are not'],
  [{ code: 'not-local', node: 'node-2' }, 'on node-2, and the policy is Local'],
  [{ code: 'not-local' }, 'on no node, and the policy is Local'],
  [{ code: 'serves-no-more' }, 'on its way out, and not ready any more'],
  [{ code: 'others-are-ready' }, 'on its way out, and others are ready'],
  [{ code: 'not-ready', trouble }, 'its readiness gate a.b/c is not True'],
  [{ code: 'not-ready' }, 'not ready'],
  [{ code: 'hinted-to-other-nodes', nodes: ['node-2', 'node-3'] }, 'meant for node-2, node-3 by its hint'],
  [{ code: 'hinted-to-other-zones', zones: ['b', 'c'] }, 'meant for zone b, c by its hint'],
  [{ code: 'left-out' }, 'left out'],
  [{ code: 'ended', phase: 'Failed' }, 'it has ended (Failed)'],
  [{ code: 'no-address', family: 'IPv6', trouble }, 'its readiness gate a.b/c is not True'],
  [{ code: 'no-address', family: 'IPv6' }, 'it has no IPv6 address'],
  [{ code: 'leaving' }, 'on its way out'],
  [{ code: 'target-port-not-declared' }, 'it has no port that the Service’s targetPort names'],
  [{ code: 'no-endpoint' }, 'no endpoint stands for it (yet)'],
]

test('why an endpoint is in the chosen set or out of it', () => {
  for (const [why, text] of TABLE)
    assert.equal(candidateText({ chosen: false, why }), `out  no address  no pod: ${text}`)
})

test('an endpoint is told with its socket, its pod and its node, as far as it has them', () => {
  const [address, port, pod] = ['fd00::5', 8080, { kind: 'Pod', namespace: 'default', name: 'web-1' }] as const
  const why = { code: 'ready' } as const
  assert.equal(
    candidateText({ address, port, pod, node: 'node-1', chosen: true, why }),
    'in   [fd00::5]:8080  pod default/web-1 on node-1: ready',
  )
  assert.equal(
    candidateText({ address, pod, chosen: false, why: { code: 'leaving' } }),
    'out  fd00::5  pod default/web-1: on its way out',
  )
})

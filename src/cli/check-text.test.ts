import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Outcome } from '#facts/check/run-check.ts'
import { agentsText } from './agents-status-text.ts'
import { checkText } from './check-text.ts'

const from = { role: 'pod', node: 'node-1', name: 'pods-x' } as const
const outcome = (id: number, more: Partial<Outcome>): Outcome => ({
  id,
  trial: 'pod',
  kind: 'tcp',
  to: '10.244.2.2',
  port: 8080,
  at: 'node-2',
  milliseconds: 1,
  from,
  ...more,
})

test('a check is a row for each that asked, and below it what failed, in words, and what is in the way', () => {
  const outcomes = [
    outcome(0, { who: 'node-2' }),
    outcome(1, { kind: 'udp', error: 'ETIMEDOUT' }),
    outcome(2, { trial: 'name', kind: 'name', to: 'web', port: 0, error: 'ENOTFOUND' }),
  ]
  const text = checkText({ outcomes, absent: [{ node: 'node-3', pod: 'p', why: 'ImagePullBackOff' }], nodes: [] }, [
    { code: 'two-agents', node: 'node-1', agents: ['a', 'b'] },
  ])
  assert.match(text, /^FROM +AS +PODS +CLUSTERIP .*\nnode-1 +pod +1\/2 +- +- +- +- +0\/1\n/)
  assert.match(
    text,
    /a pod on node-1 to 10\.244\.2\.2:8080\/UDP on node-2 \(pods of other nodes\): no answer in time\n/,
  )
  assert.match(text, /to web on node-2 \(names of Services\): there is no such name\n/)
  assert.match(text, /node-3: pod p of the check does not run: ImagePullBackOff\n/)
  assert.match(text, /IN THE WAY, perhaps\n {2}node-1: two agents of Fairlead, a and b: take one DaemonSet away\n/)
  assert.doesNotMatch(text, /all answered/)
  assert.match(checkText({ outcomes: [outcome(0, {})], absent: [], nodes: [] }, []), /\nall answered\n$/)
})

test('agents are a row for each part of each node; what is not well stands below, by node and part', () => {
  const dataplane = {
    services: 9,
    pending: 2,
    appliedAt: undefined,
    failed: [] as { service: string; message: string; retryAt: string }[],
  }
  const part = (name: string, ready = true, faults: string[] = []) => ({ name, ready, faults, failures: 0 })
  const status = {
    node: 'node-1',
    version: '0.1.0',
    ready: false,
    faults: [],
    addresses: [],
    podCidrs: [],
    rss: 0,
    parts: [part('services'), part('dns', false, ['port 53 is held'])],
  }
  const text = agentsText({
    namespace: 'fairlead-system',
    healthy: false,
    controller: { ready: 1, wanted: 2 },
    nodes: [
      {
        node: 'node-1',
        agent: 'a',
        restarts: 3,
        also: ['b'],
        answer: { code: 'answered', status: { ...status, dataplane } },
      },
      { node: 'node-2', restarts: 0, also: [], answer: { code: 'no-agent', others: [] } },
    ],
  })
  assert.match(text, /^agents in namespace fairlead-system: not healthy\ncontroller: 1 of 2 pods ready\n/)
  assert.match(text, /\nnode-1 +services +behind by 2 +9 +0\.1\.0 +3 +a\n +dns +not ready\n/)
  assert.match(text, /\nnode-2 +no agent\n/)
  assert.match(text, /node-1: a and b are agents of one node: take one away\n/)
  assert.match(text, /node-1, part dns: port 53 is held\n/)
  assert.match(text, /node-2: no agent of Fairlead: what its kernel holds is not known\n/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FactsOfFinding, findingWords } from '../../testing/finding-words.ts'
import type { PolicyEnd } from '../../trace/policies/word.ts'

const pod = (name: string) => ({ kind: 'Pod', namespace: 'shop', name })
const policy = (name: string) => ({ kind: 'NetworkPolicy', namespace: 'shop', name })
const client: PolicyEnd = { address: '10.244.1.9', pod: pod('client') }
const isolates = {
  reason: 'policy-isolates',
  direction: 'ingress',
  pods: [pod('db')],
  others: [client],
  port: 5432,
  protocol: 'TCP',
  policies: [policy('deny')],
  faults: [],
} as const

test('who may not ask whom, by which policies', () => {
  assert.deepEqual(findingWords(isolates), {
    message:
      'pod shop/db may not be asked at 5432/TCP by pod shop/client: NetworkPolicy shop/deny isolates it (ingress), and no rule lets it pass: dropped',
    details: ['it has no ingress rule at all: nothing passes'],
  })
  const outside: PolicyEnd = { address: '203.0.113.9' }
  const node: PolicyEnd = { address: '172.30.0.2', node: 'node-1', insteadOf: '203.0.113.9' }
  const many: FactsOfFinding = {
    ...isolates,
    direction: 'egress',
    pods: [pod('a'), pod('b')],
    others: [outside, node],
    policies: [policy('one'), policy('two')],
  }
  assert.deepEqual(findingWords(many), {
    message:
      'pods shop/a and shop/b may not ask 203.0.113.9 or node-1 (which put its address in place of 203.0.113.9) at 5432/TCP: NetworkPolicy shop/one and NetworkPolicy shop/two isolate them (egress), and no rule lets it pass: dropped',
    details: ['they have no egress rule at all: nothing passes'],
  })
})

test('each thing that a rule lacks is told', () => {
  const near = (missing: object): string =>
    findingWords({
      ...isolates,
      nearest: { policy: policy('web'), path: 'spec.ingress[0].from[0]', missing: [missing] },
    } as FactsOfFinding).details?.[0]?.replace('nearest is NetworkPolicy shop/web, spec.ingress[0].from[0]: ', '') ?? ''
  const label = (wanted: object, more: object = {}) => near({ code: 'pod-label', pod: pod('client'), wanted, ...more })
  const wanted = { key: 'app', values: ['a', 'b'] }
  assert.equal(label({ ...wanted, operator: 'in' }), 'pod shop/client must have app of a or b, and has no such label')
  assert.equal(
    label({ ...wanted, operator: 'notin' }, { has: 'a' }),
    'pod shop/client must have app other than a or b, and has app=a',
  )
  assert.equal(label({ ...wanted, operator: 'exists' }), 'pod shop/client must have a label app, and has no such label')
  assert.equal(
    near({
      code: 'namespace-label',
      namespace: 'shop',
      wanted: { key: 'team', operator: 'absent', values: [] },
      has: 'x',
    }),
    'namespace shop must have no label team, and has team=x',
  )
  assert.equal(
    near({ code: 'other-namespace', pod: pod('client'), meant: 'back' }),
    'a podSelector alone means pods of namespace back, and pod shop/client is none of it',
  )
  assert.equal(near({ code: 'no-pod', end: { address: '192.0.2.1' } }), 'selectors mean pods, and 192.0.2.1 is none')
  assert.equal(near({ code: 'no-node', end: client }), 'it means nodes with other labels, and it is pod shop/client')
  assert.equal(
    near({
      code: 'port',
      ports: [{ protocol: 'TCP', first: 80, last: 80 }, { name: 'web', protocol: 'UDP' }, { name: 'any' }],
    }),
    'it speaks of 80/TCP, port web/UDP and port any alone',
  )
})

test('a ClusterNetworkPolicy is told with its tier and priority, and what stands before or behind it', () => {
  const denies = {
    ...isolates,
    reason: 'policy-denies',
    rule: {
      policy: { kind: 'ClusterNetworkPolicy', name: 'apart' },
      path: 'spec.ingress[2].from[0]',
      action: 'Deny',
      tier: 'Admin',
      priority: 7,
    },
    faults: [{ policy: { kind: 'ClusterNetworkPolicy', name: 'apart' }, faults: ['spec.ingress[3] is odd'] }],
  } as const
  assert.deepEqual(findingWords(denies as unknown as FactsOfFinding), {
    message:
      'pod shop/db may not be asked at 5432/TCP by pod shop/client: ClusterNetworkPolicy apart (tier Admin, priority 7), spec.ingress[2].from[0], denies it: dropped',
    details: [
      'the tier Admin is asked before all NetworkPolicies: what it denies none of them lets pass',
      'ClusterNetworkPolicy apart stands closed where it cannot be read: spec.ingress[3] is odd',
    ],
  })
})

test('DNS that was forgotten is named with the protocols over which it may not be asked', () => {
  assert.equal(
    findingWords({
      reason: 'dns-forgotten',
      pods: [pod('a'), pod('b')],
      policies: [policy('out')],
      port: 53,
      protocols: ['TCP'],
    }).message,
    'pods shop/a and shop/b may not ask the cluster’s DNS (53/TCP): egress is isolated by shop/out, and no rule lets DNS pass, so long answers do not come there',
  )
})

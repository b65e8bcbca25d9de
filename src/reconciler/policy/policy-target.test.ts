import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { FakeNftables } from '#kernel/nftables/testing/fake-nftables.ts'
import { NodePolicy, type PolicyChange } from '#policy/node-policy.ts'
import { heldAddress, type PolicyPod } from '#policy/peer.ts'
import { readNetworkPolicy } from '#policy/reading/read-network-policy.ts'
import { PolicyTarget } from './policy-target.ts'
import { PolicyWriter } from './policy-writer.ts'

const POD = '10.244.1.2'
const pod = (name: string, address: string, node = 'here'): PolicyPod => ({
  namespace: 'x',
  name,
  labels: { app: name },
  addresses: [heldAddress(address)!],
  ports: [],
  node,
  since: 1,
})
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } })
const policy = readNetworkPolicy({
  metadata: { namespace: 'x', name: 'in' },
  spec: { ...app('a'), ingress: [{ from: [app('b'), { ipBlock: { cidr: '192.0.2.0/24' } }] }] },
} as unknown as NetworkPolicy)

/** Pod a of this node may be asked by b of another node and by a range of addresses. */
const start = () => {
  const nftables = new FakeNftables()
  const policies = new NodePolicy('here', () => {})
  policies.setNamespace('x', {})
  policies.setPod(pod('a', POD))
  policies.setPod(pod('b', '10.244.2.9', 'there'))
  policies.setPolicy(policy)
  const told: string[] = []
  const all: readonly PolicyChange[] = ['pod x/a', 'address 10.244.2.9', 'cells']
  const target = new PolicyTarget(new PolicyWriter(nftables), policies, {
    all: () => all,
    forgotten: (key) => told.push(`forgotten ${key}`),
    less: () => told.push('less'),
  })
  const write = (...keys: readonly PolicyChange[]): readonly string[] => {
    target.write(keys, {
      written: (done) => told.push(...[...done].map((key) => `written ${key}`)),
      refused: (key, error) => told.push(`refused ${key}: ${/no room/.exec(error.message)}`),
    })
    return told.splice(0)
  }
  const holds = (set: string): readonly string[] => [...(nftables.sets.get(`ip fairlead-policy ${set}`)?.keys() ?? [])]
  return { nftables, policies, target, all, write, holds }
}

test('each key is written as what its pod, its address or all networks come to now', () => {
  const { target, all, write, holds, policies } = start()
  assert.deepEqual([...target.adopt()], all)
  assert.deepEqual(write(...all), ['less', ...all.map((key) => `written ${key}`)])
  assert.deepEqual(
    [holds('policed-ingress'), holds('policed-egress'), holds('identities'), holds('cells')],
    [[POD], [], ['10.244.2.9'], ['192.0.2.0/24']],
  )
  policies.removePod('x', 'b')
  assert.deepEqual(write('address 10.244.2.9'), ['forgotten address 10.244.2.9', 'less', 'written address 10.244.2.9'])
  assert.deepEqual(holds('identities'), [])
  policies.removePod('x', 'a')
  assert.deepEqual(write('pod x/a', 'cells'), [
    'forgotten pod x/a',
    'forgotten cells',
    'less',
    'written pod x/a',
    'written cells',
  ])
  assert.deepEqual([holds('policed-ingress'), holds('cells')], [[], []])
})

test('what the kernel refuses is told as refused, and what it took as written', () => {
  const { nftables, target, all, write } = start()
  target.adopt()
  nftables.refuse = (text) => (text.includes('10.244.2.9') ? 'no room' : undefined)
  assert.deepEqual(
    write(...all).filter((line) => line !== 'less'),
    ['written pod x/a', 'written cells', 'refused address 10.244.2.9: no room'],
  )
})

test('what somebody edits is found, and nothing where nobody has', () => {
  const { nftables, target, all, write } = start()
  target.adopt()
  write(...all)
  assert.deepEqual(target.read(), [])
  nftables.run(`delete element ip fairlead-policy policed-ingress { ${POD} }`)
  assert.deepEqual(target.read(), [{ found: ['the tables of policies are not as they were made'] }])
})

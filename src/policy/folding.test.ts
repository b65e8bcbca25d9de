import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkPolicy } from '#api/networking/networkpolicy/message.ts'
import { folded } from './folding.ts'
import { readNetworkPolicy } from './reading/read-network-policy.ts'

test('rules of a NetworkPolicy that say the same of others, or of the same others, are folded into one', () => {
  const read = (ingress: readonly object[]) =>
    readNetworkPolicy({
      metadata: { namespace: 'shop', name: 'web' },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress },
    } as unknown as NetworkPolicy)
  const of = (ingress: readonly object[]) =>
    folded(read(ingress)).rules.ingress!.map(({ peers, traffic, names }) => [
      peers?.map(({ key }) => key),
      traffic.TCP,
      names.map(({ name }) => name),
    ])
  const block = (cidr: string) => ({ ipBlock: { cidr } })
  const a = { podSelector: { matchLabels: { app: 'a' } } }
  const [A, ONE, TWO] = ['pods shop {app = a}', 'block 10.0.0.0/8 ', 'block 11.0.0.0/8 ']
  assert.deepEqual(
    of([
      { from: [a], ports: [{ port: 80 }] },
      { from: [a], ports: [{ port: 81 }, { port: 'web' }] },
    ]),
    [[[A], [[80, 81]], ['web']]],
  )
  assert.deepEqual(of([{ from: [block('10.0.0.0/8')] }, { from: [a] }, { from: [block('11.0.0.0/8')] }]), [
    [[A, `${ONE}; ${TWO}`], [[0, 65535]], []],
  ])
  assert.deepEqual(of([{ ports: [{ port: 1 }] }, { ports: [{ port: 2 }] }, { from: [a], ports: [{ port: 9 }] }]), [
    [undefined, [[1, 2]], []],
    [[A], [[9, 9]], []],
  ])
  const apart = [
    { from: [a], ports: [{ port: 80 }] },
    { from: [block('10.0.0.0/8')], ports: [{ port: 'web' }] },
  ]
  assert.equal(of(apart).length, 2)
  const one = read(apart)
  assert.equal(folded(one), folded(one), 'once for all nodes')
})

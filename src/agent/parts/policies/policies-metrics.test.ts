import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { networkPolicies } from '#api/networking/networkpolicy/resource.ts'
import { fakeNode } from '../../testing/fake-node.ts'
import { settle } from '../../testing/loopback-network.ts'
import { policies } from './policies-part.ts'

const clean: (() => Promise<void> | void)[] = []
after(async () => {
  for (const discard of clean.toReversed()) await discard()
})

const inShop = { namespace: 'shop' }
const start = async () => {
  const node = fakeNode()
  const parts = node.start('policies')
  clean.push(node.discard, () => parts.stop())
  await parts.ready
  const { client } = node
  await client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const makePod = (name: string, ip: string, nodeName = 'n1') =>
    client.create(
      pods,
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'shop', labels: { app: name } },
        spec: { nodeName, containers: [] },
        status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
      },
      inShop,
    )
  await makePod('web', '10.244.1.2')
  await makePod('db', '10.244.1.3')
  await makePod('far', '10.244.2.2', 'n2')
  const write = async (name: string, spec: object): Promise<void> => {
    await client.create(
      networkPolicies,
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: { name, namespace: 'shop' },
        spec: { podSelector: {}, ...spec },
      } as never,
      inShop,
    )
    await settle()
  }
  const numbers = (): Readonly<Record<string, number>> =>
    Object.fromEntries(
      [
        ...parts
          .find(policies)!
          .metrics!.render()
          .matchAll(/^fairlead_policies(\w*) (\d+)$/gm),
      ].map(([, name, value]) => [name || 'policies', Number(value)]),
    )
  const state = () => parts.states().find(({ name }) => name === 'policies')!
  return { ...node, parts, write, numbers, state }
}

test('its metrics say how many policies are in use, whom they select, and what that is in the kernel', async () => {
  const { write, numbers } = await start()
  assert.deepEqual(numbers(), {
    policies: 0,
    _pods: 0,
    _identities: 0,
    _elements: 0,
    _refused: 0,
    _mended_total: 0,
    _connections_ended_total: 0,
  })
  const from = (app: string) => ({ ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }] })
  await write('web', { podSelector: { matchLabels: { app: 'web' } }, ...from('far') })
  await write('elsewhere', { podSelector: { matchLabels: { app: 'far' } }, ...from('web') })
  const one = numbers()
  assert.deepEqual([one.policies, one._pods, one._identities], [1, 1, 1], 'what selects nobody here costs nothing here')
  assert.ok(one._elements! > 0)
  await write('deny', {})
  const both = numbers()
  assert.deepEqual([both.policies, both._pods], [2, 2])
  assert.ok(both._elements! > one._elements!)
})

test('what the kernel refuses is a fault of the part that names the pod, which stays ready', async () => {
  const { write, numbers, state, nftables } = await start()
  nftables.refuse = (text) => (text.includes('10.244.1.3') ? 'EINVAL' : undefined)
  await write('deny', {})
  const { ready, faults } = state()
  assert.equal(ready, true)
  assert.match(faults.join(), /^pod shop\/db: its policies are not in the kernel: .*EINVAL/)
  assert.equal(numbers()._refused, 1)
  assert.equal(numbers()._pods, 2)
})

test('where the kernel takes no tables of policies, the part is not ready and says its words', async () => {
  const node = fakeNode()
  node.nftables.refuse = () => 'Operation not permitted'
  const parts = node.start('policies')
  clean.push(node.discard, () => parts.stop())
  await settle()
  const { ready, faults } = parts.states()[0]!
  assert.equal(ready, false)
  assert.match(faults.join(), /^the kernel refuses the tables of policies: .*Operation not permitted/)
  assert.match(parts.podFault()!, /^policies: /)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { findCondition } from '#objects/conditions.ts'
import { startNodeAgent } from './node-agent.ts'
import { health } from './parts/health/health-part.ts'
import { partsList } from './parts-list.ts'
import type { AgentNode } from './runner/agent-node.ts'
import type { PartDefinition } from './runner/part.ts'
import type { Parts } from './runner/parts.ts'
import { fakeNode } from './testing/fake-node.ts'
import { settle } from './testing/loopback-network.ts'

const all = partsList.map(({ name }) => name)
const clean: (() => Promise<void> | void)[] = []
after(async () => {
  for (const discard of clean.toReversed()) await discard()
})
const nodeWith = (...asked: readonly string[]) => {
  const node = fakeNode()
  const parts = node.start(...asked)
  clean.push(node.discard, () => parts.stop())
  return { ...node, parts }
}
const stateOf = (parts: Parts<AgentNode>, name: string) => parts.states().find((state) => state.name === name)!

test('each part starts alone with what it needs, all start, and none', async () => {
  const needed = ({ name, needs }: PartDefinition): readonly string[] => [name, ...needs.parts.map((part) => part.name)]
  for (const asked of [[], ...partsList.map(needed), all]) {
    const { parts } = nodeWith(...asked)
    await parts.ready
    assert.deepEqual(
      parts.states(),
      all.filter((name) => asked.includes(name)).map((name) => ({ name, ready: true, faults: [], failures: 0 })),
    )
  }
})

test('a part that needs what the process has not, or what was not asked for, is refused by name', () => {
  const node = fakeNode(['runtime'])
  clean.push(node.discard)
  assert.throws(() => node.start('network', 'pods'), { code: 'PART_NEEDS', message: /^n1: part pods needs runtime/ })
  assert.throws(() => node.start('pods'), { code: 'PART_NEEDS', message: /ask for network,pods/ })
  assert.throws(() => startNodeAgent(node.node, {}, ['firewall']), {
    code: 'PART_UNKNOWN',
    message: `n1: there is no part firewall; parts are ${all.join(', ')}`,
  })
})

test('each part is a folder of its name, which one line of the list names', () => {
  const text = readFileSync(join(import.meta.dirname, 'parts-list.ts'), 'utf8')
  for (const name of all) assert.match(text, new RegExp(`from './parts/${name}/${name}-part.ts'`))
})

test('a node whose port 53 is taken says so: its Node is not Ready, and is when the port is free again', async () => {
  const node = fakeNode()
  node.state.dnsRefusal = new Error('bind 172.30.0.2:53: EADDRINUSE')
  const parts = node.start(...all)
  clean.push(node.discard, () => parts.stop())
  await settle()
  const ready = async () => {
    await settle()
    const { status } = await node.client.get(nodes, 'n1')
    const { status: is, message } = findCondition(status?.conditions, 'Ready')!
    return [is, message]
  }
  assert.equal(stateOf(parts, 'services').ready, true)
  assert.match(stateOf(parts, 'dns').faults.join(), /^bind 172\.30\.0\.2:53: EADDRINUSE; tried again at 20/)
  const [is, message] = await ready()
  assert.equal(is, 'False')
  assert.match(message!, /^dns: bind 172\.30\.0\.2:53: EADDRINUSE/)
  node.state.dnsRefusal = undefined
  node.clock.advance(500)
  await parts.ready
  assert.deepEqual(stateOf(parts, 'dns'), { name: 'dns', ready: true, faults: [], failures: 1 })
  assert.equal((await ready())[0], 'True')
  assert.equal(node.state.dnsSockets, 2)
  await parts.stop()
  assert.equal(node.state.dnsSockets, 0)
})

test('DNS that gives no answer any more is not called ready, and is again when it answers', async () => {
  const { parts, state, clock } = nodeWith('dns')
  await parts.ready
  state.isDnsSilent = true
  clock.advance(10_000)
  await settle()
  clock.advance(2_000)
  await settle()
  assert.deepEqual(stateOf(parts, 'dns'), {
    name: 'dns',
    ready: false,
    faults: ['no answer on 172.30.0.2, port 53', 'no answer on fd00:30::2, port 53'],
    failures: 0,
  })
  state.isDnsSilent = false
  clock.advance(10_000)
  await settle()
  assert.equal(stateOf(parts, 'dns').ready, true)
})

test('DNS one of whose sockets somebody has destroyed opens all again', async () => {
  const { parts, state, clock, network } = nodeWith('dns')
  await parts.ready
  network.destroy('fd00:30::2 53')
  await settle()
  const { ready, faults } = stateOf(parts, 'dns')
  assert.equal(ready, false)
  assert.match(faults.join(), /^somebody has destroyed fd00:30::2 53; tried again at /)
  assert.equal(state.dnsSockets, 0)
  clock.advance(500)
  await settle()
  assert.equal(stateOf(parts, 'dns').ready, true)
  assert.equal(state.dnsSockets, 2)
})

test('a Service that the kernel refuses is a fault of the part services, which stays ready', async () => {
  const { parts, nftables, client } = nodeWith('services')
  await parts.ready
  nftables.refuse = (text) => (text.includes('10.96.0.66') ? 'EINVAL' : undefined)
  const spec = { clusterIP: '10.96.0.66', clusterIPs: ['10.96.0.66'], ports: [{ port: 80 }] }
  await client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  })
  await settle()
  const { ready, faults } = stateOf(parts, 'services')
  assert.equal(ready, true)
  assert.match(faults.join(), /^Service shop\/web is not in the kernel: .*EINVAL; tried again at /)
  assert.equal(parts.podFault(), undefined)
})

test('where the kernel refuses the tables, services is not ready and names the kernel’s words', async () => {
  const node = fakeNode()
  node.nftables.refuse = () => 'Operation not permitted'
  const parts = node.start('services')
  clean.push(node.discard, () => parts.stop())
  await settle()
  const { ready, faults } = stateOf(parts, 'services')
  assert.equal(ready, false)
  assert.match(faults.join(), /^the kernel refuses the tables: .*Operation not permitted$/)
  assert.equal(parts.podFault(), `services: ${faults.join()}`)
})

test('a port of health that is taken is a fault of it, and the Node stays Ready', async () => {
  const node = fakeNode()
  node.network.taken.add('::')
  const parts = node.start(...all)
  clean.push(node.discard, () => parts.stop())
  await parts.ready
  await settle()
  const { ready, faults } = stateOf(parts, 'health')
  assert.deepEqual([ready, faults], [false, ['port 10256 on :: is not served: EADDRINUSE :::10256']])
  assert.equal(parts.podFault(), undefined)
  assert.equal(findCondition((await node.client.get(nodes, 'n1')).status?.conditions, 'Ready')?.status, 'True')
})

test('where the kernel has no IPv6, nothing is asked of it', async () => {
  const node = fakeNode([], { hasIpv6: false })
  const parts = node.start('dns', 'health')
  clean.push(node.discard, () => parts.stop())
  await parts.ready
  await settle()
  assert.equal(node.state.dnsSockets, 1)
  assert.deepEqual([...node.network.opened.keys()].sort(), ['0.0.0.0 10256', '127.0.0.1 10249', '172.30.0.2 53'])
})

test('docs/metrics.md names each metric of a node with its type, in the order in which they are shown, and no other', async () => {
  const { parts, network } = nodeWith(...all)
  await parts.ready
  assert.ok(parts.find(health))
  const text = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
  const documented = [...text.matchAll(/^\| `([a-z_]+)(?:\{[^}]*\})?` \| (\w+) \|/gm)].map(
    ([, name, type]) => `# TYPE ${name} ${type}`,
  )
  const { body } = await network.ask('127.0.0.1 10249', '/metrics')
  assert.deepEqual(
    documented,
    body.split('\n').filter((line) => line.startsWith('# TYPE ')),
  )
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Server } from 'node:net'
import { after, before, test } from 'node:test'
import type { NodePodNetwork } from '#agent/parts/network/pod-network.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { keptMachines } from '#cluster/machines/kept-machines.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import type { Attachment } from '#kubelet/pod-network.ts'
import { podLink } from '#podnetwork/pod-plan.ts'
import { NetworkTarget } from '#reconciler/network/network-target.ts'
import { TargetLoop } from '#reconciler/target/target-loop.ts'
import { answer, ask, HOME, type Planned, plan, pod, podNetwork, v4, v6 } from './local-network.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

let cluster: Planned
let networks: NodePodNetwork[]
let near: Attachment
let far: Attachment
const servers: Server[] = []
const node = (index: number) => cluster.config.nodes[index]!

before(async () => {
  cluster = plan('audit', 2)
  createMachines(cluster.config)
  networks = cluster.config.nodes.map((_, index) => podNetwork(cluster.config, index))
  near = await networks[0]!.attach(pod('near'))
  far = await networks[1]!.attach(pod('far'))
  for (const attachment of [near, far])
    for (const address of attachment.addresses)
      servers.push(await answer(attachment.namespaces.network, address, 80, 'here'))
})
after(() => {
  for (const server of servers) server.close()
  for (const network of networks) network.close()
  removeMachines({ name: cluster.config.name, config: cluster.config })
  cluster.discard()
})

/** Machines by their names, pods by theirs. */
const kept = () =>
  new Map([
    ...keptMachines(cluster.config),
    ...networks.flatMap((network) =>
      [...network.kept()].map(([uid, namespaces]) => [network.pod(uid)!.name, namespaces] as const),
    ),
  ])
const loop = new TargetLoop({ target: new NetworkTarget(kept), clock: new HandClock() })
before(() => loop.flush())
after(() => loop.stop())

/** Everything that is found wrong and put right, as `WHO: WHAT`; whatever cannot be put right is thrown. */
const audit = (): readonly string[] =>
  loop.look().flatMap(({ edit: { key, found }, error }) => {
    if (error !== undefined) throw error
    return found.map((what) => `${key}: ${what}`)
  })

const ip = (...args: readonly string[]): void => void execFileSync('ip', args)
const inNode = (...args: readonly string[]): void => ip('-n', node(0).namespace, ...args)
const inPod = (...args: readonly string[]): void =>
  void execFileSync('nsenter', [`--net=${near.namespaces.network}`, 'ip', ...args])
const inFabric = (...args: readonly string[]): void => ip('-n', cluster.config.fabric.namespace, ...args)

/** Takes all ways of both families, those of the kernel too, and what it has learnt of neighbours. */
const flush = (within: (...args: readonly string[]) => void): void => {
  for (const family of ['-4', '-6']) {
    within(family, 'route', 'flush', 'table', 'main')
    within(family, 'neighbour', 'flush', 'all')
  }
}

/** Both families, from the host, from the other node's pod and from this node's own namespace: all ways to a pod. */
const allAnswer = async (): Promise<void> => {
  for (const address of [v4(near), v6(near)]) {
    for (const from of [HOME, far.namespaces.network, namespacePath(node(0).namespace)])
      assert.match(await ask(from, address, 80), /^here /, `${address} from ${from}`)
  }
  for (const address of [v4(far), v6(far)])
    assert.match(await ask(near.namespaces.network, address, 80), /^here /, `the way out, to ${address}`)
}

test('an audit of untouched networks finds nothing', async () => {
  assert.deepEqual(audit(), [])
  await allAnswer()
})

const edits: readonly (readonly [what: string, edit: () => void, found: () => RegExp])[] = [
  ['the node’s end of a pod’s link set down', () => inNode('link', 'set', podLink(near.uid), 'down'), () => /near: link fl-\S+ is down/],
  ['a pod’s link deleted', () => inNode('link', 'delete', podLink(near.uid)), () => /near: link fl-\S+ is missing/],
  ['a pod’s own end set down', () => inPod('link', 'set', 'eth0', 'down'), () => /near: link eth0 is down/],
  ['a pod’s loopback set down', () => inPod('link', 'set', 'lo', 'down'), () => /near: link lo is down/],
  ['a pod’s addresses flushed', () => inPod('address', 'flush', 'dev', 'eth0'), () => new RegExp(`near: address ${v4(near)}/32 is missing`)],
  ['a pod’s way out removed', () => inPod('route', 'delete', 'default'), () => /near: route 0.0.0.0\/0 is missing/],
  ['a pod’s neighbour removed', () => inPod('neighbour', 'delete', '169.254.1.1', 'dev', 'eth0'), () => /near: neighbour 169.254.1.1 is missing/],
  ['the node’s route to a pod removed', () => inNode('route', 'delete', v4(near)), () => new RegExp(`near: route ${v4(near)}/32 is missing`)],
  ['the node’s IPv6 route to a pod removed', () => inNode('-6', 'route', 'delete', v6(near)), () => new RegExp(`near: route ${v6(near)}/128 is missing`)],
  ['the node’s neighbour of a pod made another', () => inNode('neighbour', 'replace', v4(near), 'lladdr', '02:00:00:00:00:09', 'nud', 'permanent', 'dev', podLink(near.uid)), () => new RegExp(`near: neighbour ${v4(near)} is missing`)],
  ['a smaller MTU on a pod’s link', () => inNode('link', 'set', podLink(near.uid), 'mtu', '1000'), () => /near: link fl-\S+ has MTU 1000, not 1500/],
  ['a route to another node’s pods removed', () => inNode('route', 'delete', node(1).podCidrs[0]), () => new RegExp(`node-1: route ${node(1).podCidrs[0]} is missing`)],
  ['that route led elsewhere', () => inNode('route', 'replace', node(1).podCidrs[0], 'via', cluster.config.host.addresses[0]), () => new RegExp(`node-1: route ${node(1).podCidrs[0]} leads elsewhere`)],
  ['a node’s uplink set down', () => inNode('link', 'set', 'eth0', 'down'), () => /node-1: link eth0 is down/],
  ['a node’s uplink deleted', () => inNode('link', 'delete', 'eth0'), () => /node-1: link eth0 is missing/],
  ['a node’s addresses flushed', () => inNode('address', 'flush', 'dev', 'eth0'), () => new RegExp(`node-1: address ${node(0).addresses[0]}/`)],
  ['all routes of a node flushed', () => flush(inNode), () => new RegExp(`node-1: route ${cluster.config.nodeCidr[0]} is missing[^]*route ${cluster.config.nodeCidr[1]} is missing`)],
  ['forwarding switched off', () => writeSysctls(namespacePath(node(0).namespace), [['ipv4/ip_forward', '0']]), () => /node-1: ipv4\/ip_forward is 0, not 1/],
  ['a port of the fabric set down', () => inFabric('link', 'set', 'fl-node-1', 'down'), () => /fabric: link fl-node-1 is down/],
  ['a port taken out of the fabric’s bridge', () => inFabric('link', 'set', 'fl-node-1', 'nomaster'), () => /fabric: link fl-node-1 is no port of fl-underlay/],
  ['the fabric’s bridge deleted', () => inFabric('link', 'delete', 'fl-underlay'), () => /fabric: link fl-underlay is missing/],
  ['the fabric’s route to a node’s pods removed', () => inFabric('route', 'delete', node(0).podCidrs[0]), () => new RegExp(`fabric: route ${node(0).podCidrs[0]} is missing`)],
  ['all routes of the fabric flushed', () => flush(inFabric), () => new RegExp(`fabric: route ${cluster.config.nodeCidr[0]} is missing[^]*route ${cluster.config.nodeCidr[1]} is missing`)],
  ['the fabric’s rule of a node’s mark removed', () => inFabric('rule', 'delete', 'fwmark', '1'), () => /fabric: IPv4 rule of mark 1 is missing/],
  ['the fabric’s route of that mark removed', () => inFabric('route', 'flush', 'table', '1001'), () => /fabric: route 0.0.0.0\/0 of table 1001 is missing/],
  ['the host’s routes removed', () => ip('route', 'delete', cluster.config.clusterCidr[0]), () => new RegExp(`host: route ${cluster.config.clusterCidr[0]} is missing`)],
  ['the host’s way to the underlay removed', () => ip('route', 'delete', cluster.config.nodeCidr[0]), () => new RegExp(`host: route ${cluster.config.nodeCidr[0]} is missing`)],
  ['the host’s link deleted', () => ip('link', 'delete', cluster.config.host.link), () => /host: link \S+ is missing/],
] // biome-ignore format: a table

for (const [what, edit, found] of edits) {
  test(`${what}: found, put right at the first look, and everything answers`, async () => {
    edit()
    const faults = audit()
    assert.match(faults.join('\n'), found())
    assert.deepEqual(audit(), [])
    await allAnswer()
  })
}

test('what a pod does with its own routes is left alone', async () => {
  inPod('route', 'replace', 'default', 'via', '169.254.1.1', 'dev', 'eth0', 'onlink', 'mtu', '1400')
  inPod('route', 'add', 'blackhole', '192.0.2.0/24')
  assert.deepEqual(audit(), [])
})

test('a pod that fills its namespace is left alone inside; its link on the node’s side is kept all the same', () => {
  const batch = (command: string) =>
    execFileSync('nsenter', [`--net=${near.namespaces.network}`, 'ip', '-batch', '-'], {
      input: Array.from({ length: 5000 }, (_, n) => `route ${command} 198.18.${n >> 8}.${n & 255}/32 dev lo\n`).join(
        '',
      ),
    })
  batch('add')
  try {
    inPod('route', 'delete', 'default')
    inNode('link', 'set', podLink(near.uid), 'down')
    const found = audit().join('\n')
    assert.match(found, /near: link fl-\S+ is down/)
    assert.doesNotMatch(found, /0\.0\.0\.0\/0/)
    assert.deepEqual(audit(), [], 'nor is it a fault')
  } finally {
    batch('delete')
  }
  assert.match(audit().join('\n'), /near: route 0\.0\.0\.0\/0 is missing/)
  assert.deepEqual(audit(), [])
})

test('a pod that is being taken away is not put back', async () => {
  const leaving = await networks[0]!.attach(pod('leaving'))
  const gone = networks[0]!.detach(leaving.uid)
  assert.deepEqual(audit(), [])
  await gone
  assert.deepEqual(audit(), [])
})

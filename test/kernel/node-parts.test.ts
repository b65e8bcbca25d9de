import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startNodeAgent } from '#agent/node-agent.ts'
import { isAnswered } from '#agent/parts/dns/dns-question.ts'
import { network } from '#agent/parts/network/network-part.ts'
import { partsList } from '#agent/parts-list.ts'
import { ProcessSources } from '#agent/process-sources.ts'
import { type AgentNode, kernelAt } from '#agent/runner/agent-node.ts'
import type { Parts } from '#agent/runner/parts.ts'
import { nodes } from '#api/core/node/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { Informers } from '#client/informer.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { systemClock } from '#clock/clock.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { podNamespace } from '#cluster/machines/names.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { bindUdp, listenTcp } from '#kernel/sockets/socket.ts'
import { FakeRuntime } from '#kubelet/testing/fake-runtime.ts'
import { isReady } from '#objects/conditions.ts'
import { type Planned, plan, pod } from './local-network.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

// The parts of a node in a real network namespace; only the API and the containers are in memory.
const CLUSTER_IP = '10.96.7.7'
const all = partsList.map(({ name }) => name)
let planned: Planned
let node: AgentNode
let sources: ProcessSources
const client = new FakeClient({ clock: systemClock })
const abort = new AbortController()
const path = () => node.kernel.namespace

before(async () => {
  planned = plan('parts', 1)
  const { config } = planned
  createMachines(config)
  const [first] = config.nodes
  const { name, namespace, addresses, podCidrs } = first!
  const informers = new Informers(client, { clock: systemClock, random: Math.random, signal: abort.signal })
  sources = new ProcessSources({
    client,
    informers,
    runtime: new FakeRuntime(systemClock),
    dns: { domain: config.clusterDomain, addresses: config.clusterDns, nameservers: undefined },
    log: () => {},
  })
  node = {
    name,
    kernel: kernelAt(namespacePath(namespace)),
    client,
    clock: systemClock,
    random: () => 0,
    log: () => {},
    addresses,
    podCidrs,
    stateDir: join(config.stateDir, name),
    podNamespace: (uid) => podNamespace(config.name, uid),
    cluster: config,
  }
  const metadata = { name: 'web', namespace: 'shop' }
  const spec = { clusterIP: CLUSTER_IP, clusterIPs: [CLUSTER_IP], ports: [{ port: 80 }] }
  await client.create(services, { apiVersion: 'v1', kind: 'Service', metadata, spec })
})
after(() => {
  abort.abort()
  removeMachines({ name: planned.config.name, config: planned.config })
  planned.discard()
})

const elements = (): string => {
  const command = ['nft', 'list', 'ruleset']
  return execFileSync('nsenter', [`--net=${path()}`, ...command], { encoding: 'utf8' })
}
/** What listens in the node's namespace: `udp 172.30.0.2:53`. */
const listening = (): readonly string[] =>
  execFileSync('nsenter', [`--net=${path()}`, 'ss', '-Hlntu'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
    .map(([protocol, , , , address]) => `${protocol} ${address}`)
    .sort()
const readyz = async (): Promise<{ readonly ready: boolean }> => {
  const createConnection = () => node.kernel.connect('127.0.0.1', 10256)
  const [response] = (await once(get({ createConnection, path: '/readyz' }), 'response')) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += chunk
  return JSON.parse(text)
}
const until = async (what: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await what())) await new Promise((resolve) => setTimeout(resolve, 20))
}
const stateOf = (parts: Parts<AgentNode>, name: string) => parts.states().find((state) => state.name === name)!
const isWell = (parts: Parts<AgentNode>) => parts.states().every(({ ready, faults }) => ready && faults.length === 0)

test('without parts nothing of the node is touched', async () => {
  const { parts } = startNodeAgent(node, sources, [])
  await parts.ready
  assert.deepEqual([elements().includes('fairlead'), listening()], [false, []])
  await parts.stop()
})

test('services alone writes Services, and leaves them behind when it stops', async () => {
  const { parts } = startNodeAgent(node, sources, ['services'])
  await parts.ready
  assert.ok(elements().includes(CLUSTER_IP))
  assert.deepEqual(listening(), [])
  await parts.stop()
  assert.ok(elements().includes(CLUSTER_IP))
})

test('dns alone answers on the node’s addresses, and gives its sockets back', async () => {
  const { parts } = startNodeAgent(node, sources, ['dns'])
  await parts.ready
  const [v4, v6] = node.addresses
  assert.deepEqual(
    listening(),
    ['tcp', 'udp'].flatMap((protocol) => [`${protocol} ${v4}:53`, `${protocol} [${v6}]:53`]).sort(),
  )
  const socket = await bindUdp(path(), v4, 0)
  assert.ok(await isAnswered(socket, { server: v4, domain: node.cluster.clusterDomain }))
  await parts.stop()
  await until(() => listening().length === 0)
})

test('health alone says that nothing is wrong with a node that runs nothing else', async () => {
  const { parts } = startNodeAgent(node, sources, ['health'])
  await parts.ready
  await until(() => listening().length === 4)
  assert.deepEqual(await readyz(), { ready: true, parts: [{ name: 'health', ready: true, faults: [], failures: 0 }] })
  await parts.stop()
  await until(() => listening().length === 0)
})

test('network alone attaches pods for whoever starts them, and adopts them when it is started again', async () => {
  const identity = pod('web')
  const start = () => startNodeAgent(node, sources, ['network']).parts
  const first = start()
  await first.ready
  const { addresses } = await first.find(network)!.pods.attach(identity)
  await first.stop()
  const second = start()
  await second.ready
  assert.deepEqual(
    (await second.find(network)!.pods.list()).map((one) => [one.uid, one.addresses]),
    [[identity.uid, addresses]],
  )
  await second.find(network)!.pods.detach(identity.uid)
  await second.stop()
})

test('network and pods register the Node without any Services', async () => {
  const { parts } = startNodeAgent(node, sources, ['network', 'pods'])
  await parts.ready
  assert.ok(isReady(await client.get(nodes, node.name)))
  assert.deepEqual(listening(), [])
  await parts.stop()
})

test('all parts are well; one that a stranger keeps from its port takes no other with it, and comes when he goes', async () => {
  const stranger = await listenTcp(path(), node.addresses[0], 53)
  const { parts } = startNodeAgent(node, sources, all)
  await until(() => ['services', 'health', 'network', 'pods'].every((name) => stateOf(parts, name).ready))
  const { ready, faults, failures } = stateOf(parts, 'dns')
  assert.equal(ready, false)
  assert.ok(failures > 0)
  assert.match(faults.join(), new RegExp(`${node.addresses[0]}:53.*EADDRINUSE|EADDRINUSE.*${node.addresses[0]}:53`))
  assert.equal((await readyz()).ready, false)
  await until(async () => !isReady(await client.get(nodes, node.name)))
  stranger.close()
  await parts.ready
  assert.ok(isWell(parts))
  assert.equal((await readyz()).ready, true)
  await until(async () => isReady(await client.get(nodes, node.name)))
  await parts.stop()
})

test('a port of health or metrics whose socket somebody destroys is a fault until it is had again', async () => {
  const { parts } = startNodeAgent(node, sources, ['health'])
  await parts.ready
  await until(() => isWell(parts))
  const before = listening()
  execFileSync('nsenter', [`--net=${path()}`, 'ss', '-K', '-lt', 'sport', '=', ':10256'])
  await until(() => stateOf(parts, 'health').faults.length > 0)
  const { ready, faults } = stateOf(parts, 'health')
  assert.equal(ready, false)
  assert.match(faults.join(), /port 10256 on \S+ is not served: .*somebody has destroyed the socket/)
  await until(() => isWell(parts))
  assert.deepEqual(listening(), before)
  await parts.stop()
})

test('DNS whose listening sockets somebody destroys says so within a second or two, and opens them again', async () => {
  const { parts } = startNodeAgent(node, sources, ['dns'])
  await parts.ready
  const before = listening()
  execFileSync('nsenter', [`--net=${path()}`, 'ss', '-K', '-lt', 'sport', '=', ':53'])
  await until(() => stateOf(parts, 'dns').failures > 0)
  await until(() => isWell(parts))
  assert.deepEqual(listening(), before)
  await parts.stop()
})

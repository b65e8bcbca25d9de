import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Socket as DgramSocket } from 'node:dgram'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { NodePodNetwork } from '#agent/parts/network/pod-network.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import type { Attachment } from '#kubelet/pod-network.ts'
import { createServiceProxy, type ServiceProxy } from '#reconciler/services/service-proxy.ts'
import { type Planned, plan, pod, podNetwork, v4, v6 } from './local-network.ts'

/** Pods that own their network, as root in a container with NET_ADMIN does, on nodes with their rules. */
const PORT = 5000
const ANY_PORT = 5001
let cluster: Planned
let networks: NodePodNetwork[]
const proxies: ServiceProxy[] = []
const closers: (() => void)[] = []
const pods: Record<string, Attachment> = {}
/** `b 172.30.0.1`: what came to whom, from whom. */
const arrived = new Set<string>()

before(async () => {
  cluster = plan('test', 2)
  const { config } = cluster
  createMachines(config)
  networks = config.nodes.map((_, index) => podNetwork(config, index))
  for (const [name, index] of [
    ['a', 0],
    ['b', 0],
    ['c', 1],
  ] as const)
    pods[name] = await networks[index]!.attach(pod(name))
  for (const node of config.nodes) {
    const path = namespacePath(node.namespace)
    const [nftables, conntrack] = [openNftables(path), openConntrack(path)]
    closers.push(
      () => nftables.close(),
      () => conntrack.close(),
    )
    const proxy = createServiceProxy({
      node: {
        name: node.name,
        zone: undefined,
        nodeAddresses: node.addresses,
        podCidrs: config.clusterCidr,
        serviceCidrs: config.serviceCidr,
        balancedCidrs: config.loadBalancerCidr,
        ownPods: node.podCidrs.map((cidr, family) => ({ cidr, masqueradeAs: node.addresses[family]! })),
      },
      kernel: { nftables, conntrack },
    })
    proxy.flush()
    proxies.push(proxy)
  }
  for (const [name, attachment] of Object.entries(pods))
    for (const address of attachment.addresses) await listen(name, attachment.namespaces.network, address)
  for (const node of config.nodes)
    for (const address of node.addresses) await listen(node.name, namespacePath(node.namespace), address)
})
after(() => {
  for (const close of closers) close()
  for (const proxy of proxies) proxy.stop()
  for (const network of networks) network.close()
  removeMachines({ name: cluster.config.name, config: cluster.config })
  cluster.discard()
})

async function listen(name: string, namespace: string, address: string, port = PORT): Promise<void> {
  const socket = await bindUdp(namespace, address, port)
  socket.on('message', (_, { address: source }) => arrived.add(`${name} ${source}`))
  closers.push(() => socket.close())
}

/** Sends from an address that the pod has given itself, or is its own. */
async function sendAs(from: Attachment, source: string, targets: readonly string[]): Promise<void> {
  const isForged = !from.addresses.includes(source)
  const address = (what: string) => {
    const whole = source.includes(':') ? [`${source}/128`, 'dev', 'lo', 'nodad'] : [`${source}/32`, 'dev', 'lo']
    const args = ['address', what, ...whole]
    if (isForged) execFileSync('nsenter', [`--net=${from.namespaces.network}`, 'ip', ...args])
  }
  address('add')
  const socket: DgramSocket = await bindUdp(from.namespaces.network, source, 0)
  socket.on('error', () => {})
  for (const target of targets) socket.send('x', PORT, target)
  await sleep(150)
  socket.close()
  address('delete')
}

for (const [family, of] of [
  ['IPv4', v4],
  ['IPv6', v6],
] as const) {
  const index = family === 'IPv4' ? 0 : 1
  const targets = () => [of(pods.b!), of(pods.c!), ...cluster.config.nodes.map(({ addresses }) => addresses[index]!)]
  test(`${family}: a pod sends by its own address alone: what it sends in another’s name reaches nobody`, async () => {
    const { config } = cluster
    const others = [
      config.host.addresses[index]!,
      config.nodes[0]!.addresses[index]!,
      config.nodes[1]!.addresses[index]!,
      of(pods.b!),
      of(pods.c!),
      family === 'IPv4' ? '8.8.8.8' : '2001:db8::8',
      family === 'IPv4' ? '10.96.0.10' : 'fd00:10:96::a',
    ]
    for (const source of others) {
      // A pod does not reach itself by the link.
      await sendAs(
        pods.a!,
        source,
        targets().filter((target) => target !== source),
      )
      assert.deepEqual(
        [...arrived].filter((text) => text.endsWith(` ${source}`)),
        [],
        source,
      )
    }
  })

  test(`${family}: by its own address it reaches all, and nodes reach it`, async () => {
    await sendAs(pods.a!, of(pods.a!), targets())
    for (const name of ['b', 'c', 'node-1', 'node-2']) assert.ok(arrived.has(`${name} ${of(pods.a!)}`), name)
  })
}

test('frames that a pod writes itself come from it or reach nobody, and teach its node nothing', async () => {
  const [node] = cluster.config.nodes
  const [a, b] = [pods.a!, pods.b!]
  const namespace = namespacePath(node!.namespace)
  // At whatever address it is that of a broadcast too.
  for (const one of [pods.a!, pods.b!]) await listen('any', one.namespaces.network, '0.0.0.0', ANY_PORT)
  await listen('any', namespace, '0.0.0.0', ANY_PORT)
  await listen('any', namespace, '::', ANY_PORT)
  const known = () => {
    const show = (...what: string[]) =>
      execFileSync('nsenter', [`--net=${namespace}`, 'ip', ...what], { encoding: 'utf8' })
        .split('\n')
        .sort()
    return [show('neighbour'), show('-6', 'route'), show('-6', 'address')]
  }
  const before = known()
  arrived.clear()
  const script = join(import.meta.dirname, 'forged-frames.py')
  for (const port of [PORT, ANY_PORT]) {
    const ends = [v4(a), v6(a), v4(b), v6(b), ...node!.addresses, String(port)]
    execFileSync('nsenter', [`--net=${a.namespaces.network}`, 'python3', script, ...ends])
  }
  await sleep(300)
  assert.ok(arrived.has(`b ${v4(a)}`) && arrived.has(`b ${v6(a)}`), 'what is its own arrives')
  const forged = [...arrived].filter((text) => !text.endsWith(` ${v4(a)}`) && !text.endsWith(` ${v6(a)}`))
  assert.deepEqual(forged, [])
  assert.deepEqual(known(), before)
})

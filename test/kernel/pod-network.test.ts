import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { after, before, test } from 'node:test'
import type { NodePodNetwork } from '#agent/parts/network/pod-network.ts'
import { kernelAt } from '#agent/runner/agent-node.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { namespacePath, withNamespace } from '#kernel/namespaces/namespace.ts'
import { bindUdp, connectTcp } from '#kernel/sockets/socket.ts'
import type { Attachment } from '#kubelet/pod-network.ts'
import { answer, ask, HOME, type Planned, plan, pod, podNetwork, v4, v6 } from './local-network.ts'

let cluster: Planned
let networks: NodePodNetwork[]
const pods: Record<string, Attachment> = {}
const servers: Server[] = []
const node = (index: number) => cluster.config.nodes[index]!
const inNode = (index: number) => namespacePath(node(index).namespace)

before(async () => {
  cluster = plan()
  createMachines(cluster.config)
  networks = cluster.config.nodes.map((_, index) => podNetwork(cluster.config, index))
  for (const [name, index] of [
    ['a', 0],
    ['b', 0],
    ['c', 1],
    ['d', 2],
  ] as const) {
    pods[name] = await networks[index]!.attach(pod(name))
  }
  for (const [name, attachment] of Object.entries(pods)) {
    for (const address of attachment.addresses)
      servers.push(await answer(attachment.namespaces.network, address, 80, name))
  }
})
after(() => {
  for (const server of servers) server.close()
  for (const network of networks) network.close()
  removeMachines({ name: cluster.config.name, config: cluster.config })
  cluster.discard()
})

test("pods of one node and of different nodes reach each other over IPv4 and IPv6, and the server sees the client's own address", async () => {
  for (const [from, client] of Object.entries(pods)) {
    for (const [to, server] of Object.entries(pods)) {
      assert.equal(await ask(client.namespaces.network, v4(server), 80), `${to} ${v4(client)}`, `${from} to ${to}`)
      assert.equal(await ask(client.namespaces.network, v6(server), 80), `${to} ${v6(client)}`, `${from} to ${to}`)
    }
  }
})

test('every node and the host reach every pod without NAT', async () => {
  for (const [name, attachment] of Object.entries(pods)) {
    for (const [index, { addresses }] of cluster.config.nodes.entries()) {
      assert.equal(await ask(inNode(index), v4(attachment), 80), `${name} ${addresses[0]}`)
      assert.equal(await ask(inNode(index), v6(attachment), 80), `${name} ${addresses[1]}`)
    }
    assert.equal(await ask(HOME, v4(attachment), 80), `${name} ${cluster.config.host.addresses[0]}`)
    assert.equal(await ask(HOME, v6(attachment), 80), `${name} ${cluster.config.host.addresses[1]}`)
  }
})

test("pods reach every node and the host, which see the pod's own address", async () => {
  const client = pods.a!
  const open: Server[] = []
  try {
    for (const [index, { addresses }] of cluster.config.nodes.entries()) {
      for (const [family, address] of addresses.entries()) {
        open.push(await answer(inNode(index), address, 8080, 'node'))
        assert.equal(await ask(client.namespaces.network, address, 8080), `node ${client.addresses[family]}`)
      }
    }
    for (const [family, address] of cluster.config.host.addresses.entries()) {
      open.push(await answer(HOME, address, 8080, 'host'))
      assert.equal(await ask(client.namespaces.network, address, 8080), `host ${client.addresses[family]}`)
    }
  } finally {
    for (const server of open) server.close()
  }
})

test('UDP goes the same ways', async () => {
  const server = await bindUdp(pods.c!.namespaces.network, v4(pods.c!), 53)
  const client = await bindUdp(pods.a!.namespaces.network, v4(pods.a!), 0)
  try {
    server.on('message', (message, from) => server.send(`${message} ${from.address}`, from.port, from.address))
    const reply = new Promise<string>((resolve) => client.once('message', (message) => resolve(String(message))))
    client.send('hello', 53, v4(pods.c!))
    assert.equal(await reply, `hello ${v4(pods.a!)}`)
  } finally {
    server.close()
    client.close()
  }
})

test('a dialer connects from the node, as probes do, and a refused connection is an error event', async () => {
  const dialer = kernelAt(inNode(1))
  const socket = dialer.connect(v4(pods.d!), 80)
  const text = await new Promise<string>((resolve) => socket.on('data', (data) => resolve(String(data))))
  assert.equal(text, `d ${node(1).addresses[0]}`)
  socket.destroy()
  const code = await new Promise((resolve) =>
    dialer.connect(v4(pods.d!), 81).on('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
  )
  assert.equal(code, 'ECONNREFUSED')
})

test('an address of the pod range that no pod has is refused at once, not waited for', async () => {
  for (const [namespace, address] of [
    [inNode(0), '10.244.1.200'],
    [pods.a!.namespaces.network, '10.244.3.200'],
    [HOME, '10.244.77.1'],
  ] as const) {
    const code = await new Promise((resolve) =>
      connectTcp(namespace, address, 80).on('error', (error: NodeJS.ErrnoException) => resolve(error.code)),
    )
    assert.equal(code, 'EHOSTUNREACH', `${namespace} to ${address}`)
  }
})

test('a pod has its hostname, its loopback, one link with whole addresses, and the node no bridge', () => {
  const { network, uts } = pods.a!.namespaces
  const inside = (...command: string[]) =>
    String(spawnSync('nsenter', [`--net=${network}`, `--uts=${uts}`, ...command]).stdout)
  assert.equal(inside('hostname').trim(), 'a')
  const addresses = inside('ip', '-br', 'address')
  assert.match(addresses, /^lo +UNKNOWN +127\.0\.0\.1\/8 ::1\/128/m)
  assert.match(addresses, new RegExp(`^eth0@\\S+ +UP +${v4(pods.a!)}/32 ${v6(pods.a!)}/128 *$`, 'm'))
  const links = execFileSync('ip', ['-n', node(0).namespace, '-d', 'link'], { encoding: 'utf8' })
  assert.doesNotMatch(links, /\bbridge\b/)
  assert.match(links, /alias pod default\/a/)
})

test('attach() is idempotent; a pod made again has a new address; detach() leaves nothing', async () => {
  const network = networks[0]!
  const identity = pod('again')
  const first = await network.attach(identity)
  assert.deepEqual(await network.attach(identity), first)
  await network.detach(identity.uid)
  assert.ok(!existsSync(first.namespaces.network))
  assert.ok(!existsSync(first.namespaces.ipc))
  assert.doesNotMatch(
    execFileSync('ip', ['-n', node(0).namespace, 'route'], { encoding: 'utf8' }),
    new RegExp(`${v4(first)} `),
  )
  await network.detach(identity.uid)
  const second = await network.attach(pod('again'))
  assert.notEqual(v4(second), v4(first))
  assert.notEqual(v6(second), v6(first))
  await network.detach(second.uid)
  assert.deepEqual((await network.list()).map(({ uid }) => uid).toSorted(), [pods.a!.uid, pods.b!.uid].toSorted())
})

test("a hostNetwork pod has the node's namespace and addresses, and its own hostname", async () => {
  const attachment = await networks[2]!.attach(pod('host-pod', true))
  assert.equal(attachment.namespaces.network, inNode(2))
  assert.deepEqual(attachment.addresses, node(2).addresses)
  assert.equal(
    String(spawnSync('nsenter', [`--uts=${attachment.namespaces.uts}`, 'hostname']).stdout).trim(),
    'host-pod',
  )
  await networks[2]!.detach(attachment.uid)
  assert.ok(existsSync(inNode(2)))
  assert.equal(await ask(inNode(2), v4(pods.d!), 80), `d ${node(2).addresses[0]}`)
})

test('a new start adopts what is attached, gives none of its addresses again, and takes half-made pods away', async () => {
  networks[0]!.close()
  const half = await networks[0]!.attach(pod('half')).catch((error: Error & { code: string }) => error)
  assert.ok(half instanceof Error && half.message.includes('default/half'))
  networks[0] = podNetwork(cluster.config, 0)
  const adopted = await networks[0]!.list()
  assert.deepEqual(adopted.map(v4).toSorted(), [v4(pods.a!), v4(pods.b!)].toSorted())
  const fresh = await networks[0]!.attach(pod('fresh'))
  assert.ok(!adopted.map(v4).includes(v4(fresh)))
  assert.equal(await ask(pods.c!.namespaces.network, v4(pods.a!), 80), `a ${v4(pods.c!)}`)
  await networks[0]!.detach(fresh.uid)
})

/** TCP segments that the namespace has sent again. */
const retransmissions = (namespace: string): number => {
  const snmp = withNamespace(namespace, () => readFileSync('/proc/thread-self/net/snmp', 'utf8'))
  const [names = [], values = []] = snmp
    .split('\n')
    .filter((line) => line.startsWith('Tcp: '))
    .map((line) => line.split(' '))
  return Number(values[names.indexOf('RetransSegs')])
}

test('attaching says how long it takes, and the new pod answers its first connection at once', async () => {
  const times: number[] = []
  for (let round = 0; round < 10; round++) {
    const started = performance.now()
    const attachment = await networks[1]!.attach(pod(`speed-${round}`))
    times.push(performance.now() - started)
    const server = await answer(attachment.namespaces.network, v4(attachment), 80, 'speed')
    const before = retransmissions(pods.a!.namespaces.network)
    assert.equal(await ask(pods.a!.namespaces.network, v4(attachment), 80), `speed ${v4(pods.a!)}`)
    assert.equal(retransmissions(pods.a!.namespaces.network), before, 'a lost first packet costs a second')
    server.close()
    await networks[1]!.detach(attachment.uid)
  }
  const median = times.toSorted((a, b) => a - b)[5]!
  process.stderr.write(`# attach: median ${median.toFixed(2)} ms, most ${Math.max(...times).toFixed(2)} ms\n`)
  // Not how fast the machine is, but that nothing is waited for: duplicate address detection would take a second.
  assert.ok(Math.min(...times) < 500)
})

test('detach() takes the link away even while a process of the pod still lives in the namespace', async () => {
  const attachment = await networks[1]!.attach(pod('stubborn'))
  const child = spawn('nsenter', [`--net=${attachment.namespaces.network}`, 'sleep', '60'])
  await once(child, 'spawn')
  await new Promise((resolve) => setTimeout(resolve, 100))
  await networks[1]!.detach(attachment.uid)
  const links = execFileSync('ip', ['-n', node(1).namespace, '-br', 'link'], { encoding: 'utf8' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  assert.deepEqual(links.split('\n').filter((line) => line.startsWith('fl-')).length, 1)
  assert.deepEqual(
    (await networks[1]!.list()).map(({ uid }) => uid),
    [pods.c!.uid],
  )
})

test('of pods that come at once, also on several nodes, each has its turn, and others theirs in between', async () => {
  const names = ['turn-1', 'turn-2', 'turn-3', 'turn-4', 'turn-5', 'turn-6']
  const order: string[] = []
  let over = false
  const others = (async () => {
    while (!over) {
      await new Promise((resolve) => setImmediate(resolve))
      if (order.at(-1) !== 'other') order.push('other')
    }
  })()
  await Promise.all(
    names.map(async (name, index) => {
      await networks[index % 2]!.attach(pod(name))
      order.push(name)
    }),
  )
  over = true
  await others
  for (const [index, name] of names.entries()) await networks[index % 2]!.detach(pod(name).uid)
  assert.deepEqual(
    order.filter((one) => one !== 'other'),
    names,
  )
  for (const [index, one] of order.entries())
    assert.ok(one === 'other' || index === 0 || order[index - 1] === 'other', `nobody between: ${order}`)
})

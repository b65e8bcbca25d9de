import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import { createNetworkNamespace, listNetworkNamespaces, namespacePath } from '#kernel/namespaces/namespace.ts'
import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { newAddress } from '#kernel/rtnetlink/address.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { answer, ask, HOME, mountCount, type Planned, plan, pod, podNetwork, v4, v6 } from './local-network.ts'

const clusters: Planned[] = []
const servers: Server[] = []
function planned(...args: Parameters<typeof plan>): Planned['config'] {
  const cluster = plan(...args)
  clusters.push(cluster)
  return cluster.config
}
/** What of a cluster's machines does not stand: namespaces by name. */
function missingMachines({ fabric, nodes }: Planned['config']): readonly string[] {
  const there = new Set(listNetworkNamespaces())
  return [fabric.namespace, ...nodes.map(({ namespace }) => namespace)].filter((name) => !there.has(name))
}
afterEach(() => {
  for (const server of servers.splice(0)) server.close()
  for (const { config, discard } of clusters.splice(0)) {
    removeMachines({ name: config.name, config })
    discard()
  }
})

/** Every setting of this namespace that is about the network as a whole, or about links that are not made here. */
function hostSettings(): string {
  const read = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) return entry.name.startsWith('fl-') ? [] : read(path)
      // Some are counters, some can only be written.
      if (!/^\/proc\/sys\/net\/(ipv4|ipv6|core|netfilter|bridge)/.test(path) || (statSync(path).mode & 0o400) === 0)
        return []
      if (/nf_conntrack_count|stable_secret|hashsize|_fin_|dentry/.test(path)) return []
      return [`${path}=${readFileSync(path, 'utf8').trim()}`]
    })
  return read('/proc/sys/net').join('\n')
}

const show = (...args: string[]) => execFileSync('ip', args, { encoding: 'utf8' })

/** All that could be left behind, but for time stamps. */
function footprint() {
  using host = Rtnetlink.open()
  return {
    links: host.links().map(({ name }) => name),
    addresses: host.addresses(),
    routes: host
      .routes()
      .map(({ destination, table }) => `${destination} ${table}`)
      .toSorted(),
    namespaces: listNetworkNamespaces(),
    mounts: mountCount(),
    tables: execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }),
  }
}

test('createMachines() and removeMachines() leave nothing behind and touch no setting of the host', async () => {
  // The first namespace makes /run/netns a shared mount, as `ip netns add` does: that stays.
  const first = planned('first', 1)
  createMachines(first)
  removeMachines({ name: 'first', config: first })
  const before = footprint()
  const settings = hostSettings()
  const config = planned()
  createMachines(config)
  assert.equal(hostSettings(), settings)
  const network = podNetwork(config, 0)
  await network.attach(pod('left'))
  network.close()
  assert.deepEqual(missingMachines(config), [])
  assert.match(show('netns'), /^fairlead-test-node-1/m)
  assert.equal(removeMachines({ name: 'test', config }), true)
  assert.deepEqual(footprint(), before)
  assert.equal(hostSettings(), settings)
  assert.equal(removeMachines({ name: 'test', config }), false)
})

test('a pod of a node’s network that calls itself a router gives the host neither a route nor an address', async () => {
  const config = planned('routers', 1)
  createMachines(config)
  const advertise = async () => {
    const script = join(import.meta.dirname, 'router-advertisement.py')
    execFileSync('ip', ['netns', 'exec', config.nodes[0]!.namespace, 'python3', script, 'eth0'])
    await sleep(300)
    return show('-6', 'route', 'show', 'default') + show('-6', 'address', 'show', 'dev', config.host.link)
  }
  const told = await advertise()
  assert.doesNotMatch(told, /^default |2001:db8:/m)
  assert.match(told, /inet6 fd00:/)
  // That it would have been heard.
  writeFileSync(`/proc/sys/net/ipv6/conf/${config.host.link}/accept_ra`, '1')
  assert.match(await advertise(), /^default via fe80::[\s\S]*2001:db8:/m)
})

test("removeMachines() finds everything by the name alone, also half-made, and no other cluster's", async () => {
  const one = planned('ci')
  const other = planned('ci-node-1', 1, {}, [one])
  createMachines(one)
  createMachines(other)
  const before = listNetworkNamespaces().filter((name) => name.startsWith('fairlead-ci-node-1-'))
  assert.deepEqual(before.toSorted(), ['fairlead-ci-node-1-fabric', 'fairlead-ci-node-1-node-1'])
  show('netns', 'delete', one.nodes[1]!.namespace)
  assert.deepEqual(missingMachines(one), ['fairlead-ci-node-2'])
  assert.equal(removeMachines({ name: 'ci', config: undefined }), true)
  assert.deepEqual(listNetworkNamespaces().toSorted(), before.toSorted())
  using host = Rtnetlink.open()
  assert.equal(host.link('fl-ci'), undefined)
  assert.ok(host.link('fl-ci-node-1'))
  assert.equal(removeMachines({ name: 'ci', config: undefined }), false)
})

test('createMachines() that fails takes away what it had made and says why', () => {
  const config = planned()
  const strangers = createNetworkNamespace(config.nodes[2]!.namespace)
  assert.ok(strangers)
  assert.throws(() => createMachines(config), {
    code: 'MACHINES_FAILED',
    message: /NAMESPACE_EXISTS.*fairlead-test-node-3/,
  })
  assert.deepEqual(listNetworkNamespaces(), [])
  using host = Rtnetlink.open()
  assert.equal(host.link(config.host.link), undefined)
})

test('two clusters stand side by side: the second moves to free ranges, and both answer', async () => {
  const one = planned('one')
  createMachines(one)
  const two = planned('two', 2, {}, [one])
  assert.notEqual(two.nodeCidr[0], one.nodeCidr[0])
  // A cluster whose file was lost still has its routes on the host: they are in the way too.
  const three = planned('three', 1)
  assert.notEqual(three.nodeCidr[0], one.nodeCidr[0])
  assert.throws(() => plan('four', 1, { serviceCidr: '10.96.0.0/16,fd00:10:96::/112' }), {
    code: 'RANGE_TAKEN',
    message: /--service-cidr .* collides with the host's route to 10\.96\.0\.0\/16/,
  })
  createMachines(two)
  for (const config of [one, two]) {
    for (const { namespace, addresses } of config.nodes) {
      servers.push(await answer(namespacePath(namespace), addresses[0], 80, config.name))
      assert.equal(await ask(HOME, addresses[0], 80), `${config.name} ${config.host.addresses[0]}`)
    }
  }
})

test('without --egress no address outside is reachable from a node: refused at once', async () => {
  const config = planned()
  createMachines(config)
  // The kernel's own word, not a time-out.
  await assert.rejects(ask(namespacePath(config.nodes[0]!.namespace), '203.0.113.1', 80), { code: 'ENETUNREACH' })
  assert.equal(readSysctl('ipv4/ip_forward', namespacePath(config.nodes[0]!.namespace)), '1')
})

test('Service addresses lead from the host to the nodes', async () => {
  const config = planned()
  createMachines(config)
  for (const { name, namespace } of config.nodes) {
    using node = Rtnetlink.open(namespacePath(namespace))
    node.apply([newAddress(node.linkIndex('lo'), '10.96.0.9/32')])
    servers.push(await answer(namespacePath(namespace), '10.96.0.9', 80, name))
  }
  assert.match(await ask(HOME, '10.96.0.9', 80), /^node-\d 172\.30\.0\.1$/)
})

test('--egress masquerades on the host and forwards there; down restores the former setting', async () => {
  const outside = createNetworkNamespace('outside')
  const config = { ...planned(), egress: true }
  try {
    show('link', 'add', 'up0', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', 'outside')
    show('address', 'add', '192.0.2.1/24', 'dev', 'up0')
    show('link', 'set', 'up0', 'up')
    show('-n', 'outside', 'address', 'add', '192.0.2.2/24', 'dev', 'eth0')
    show('-n', 'outside', 'link', 'set', 'eth0', 'up')
    assert.equal(readSysctl('ipv4/ip_forward'), '0')
    createMachines(config)
    const network = podNetwork(config, 0)
    const attachment = await network.attach(pod('out'))
    network.close()
    servers.push(await answer(outside, '192.0.2.2', 80, 'outside'))
    assert.equal(await ask(attachment.namespaces.network, '192.0.2.2', 80), 'outside 192.0.2.1')
    servers.push(await answer(attachment.namespaces.network, v4(attachment), 80, 'pod'))
    assert.match(await ask(HOME, v4(attachment), 80), /^pod 172\.30\.0\.1$/)
    // Forwarding is on, yet the outside gets no way in.
    show('-n', 'outside', 'route', 'add', '10.244.0.0/16', 'via', '192.0.2.1')
    await assert.rejects(ask(outside, v4(attachment), 80))
    removeMachines({ name: config.name, config })
    assert.equal(readSysctl('ipv4/ip_forward'), '0')
    assert.equal(execFileSync('nft', ['list', 'tables'], { encoding: 'utf8' }), '')
  } finally {
    removeMachines({ name: config.name, config })
    show('netns', 'delete', 'outside')
    if (listLinks().includes('up0')) show('link', 'delete', 'up0')
  }
})

test('a host without IPv6 on new links gets IPv4 only; nodes and pods have both families', async () => {
  // This namespace plays the host: it is the test's own.
  const setting = '/proc/sys/net/ipv6/conf/default/disable_ipv6'
  const former = readFileSync(setting, 'utf8')
  writeFileSync(setting, '1')
  try {
    const config = planned()
    assert.deepEqual(createMachines(config), { ipv6: true, hostIpv6: false })
    const network = podNetwork(config, 0)
    const attachment = await network.attach(pod('both'))
    network.close()
    servers.push(await answer(attachment.namespaces.network, v6(attachment), 80, 'both'))
    servers.push(await answer(attachment.namespaces.network, v4(attachment), 80, 'both'))
    const node2 = config.nodes[1]!
    assert.equal(await ask(namespacePath(node2.namespace), v6(attachment), 80), `both ${node2.addresses[1]}`)
    assert.equal(await ask(HOME, v4(attachment), 80), `both ${config.host.addresses[0]}`)
    assert.equal(readFileSync(setting, 'utf8').trim(), '1')
  } finally {
    writeFileSync(setting, former)
  }
})

test('three nodes are made in tens of milliseconds and removed in as many, with pods', async () => {
  const made: number[] = []
  const removed: number[] = []
  for (let round = 0; round < 5; round++) {
    const config = planned(`speed-${round}`)
    let started = performance.now()
    createMachines(config)
    made.push(performance.now() - started)
    const network = podNetwork(config, 1)
    for (let index = 0; index < 3; index++) assert.ok(v6(await network.attach(pod(`p${index}`))))
    network.close()
    started = performance.now()
    removeMachines({ name: config.name, config })
    removed.push(performance.now() - started)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[2]!
  process.stderr.write(
    `# machines: made in ${median(made).toFixed(1)} ms, removed in ${median(removed).toFixed(1)} ms\n`,
  )
  // Bounds for what waits, not for how fast the machine is.
  assert.ok(Math.min(...made) < 500 && Math.min(...removed) < 500)
})

function listLinks(): readonly string[] {
  using host = Rtnetlink.open()
  return host.links().map(({ name }) => name)
}

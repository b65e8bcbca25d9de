import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { uninstallDoor } from '#agent/parts/door/host-files.ts'
import { FakePart } from '#agent/testing/fake-place.ts'
import { podArgs } from '#cni/call/plugin-call.ts'
import { addressesOf } from '#cni/call/result.ts'
import { type NetworkList, parseNetwork } from '#cni/conf/network-list.ts'
import { Chain } from '#cni/run/chain.ts'
import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { connectTcp, listenTcp } from '#kernel/sockets/socket.ts'
import { addressOf, callPlugin, compileDoor, doorNode, pluginFolder, until } from './door-under-test.ts'

if (process.env.FAIRLEAD_ISOLATED !== '1') throw new Error('a test that makes namespaces runs under script/isolated')

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

test('a container is attached in the namespace that is given, checked, and let go of, however often that is asked', async () => {
  await using node = doorNode()
  await node.start().ready
  const netns = node.guest('a')
  const added = await node.call('ADD', 'a', {}, { CNI_IFNAME: 'net7' })
  assert.equal(added.status, 0, added.stdout)
  const [link] = node.links()
  assert.deepEqual(added.said, {
    cniVersion: '1.1.0',
    interfaces: [
      { name: link, mac: '0a:58:00:00:00:01', mtu: 1500 },
      { name: 'net7', mac: '0a:58:0a:f4:01:02', mtu: 1500, sandbox: netns },
    ],
    ips: [
      { address: '10.244.1.2/32', gateway: '169.254.1.1', interface: 1 },
      { address: 'fd00:1::2/128', gateway: 'fe80::1', interface: 1 },
    ],
    routes: [
      { dst: '0.0.0.0/0', gw: '169.254.1.1' },
      { dst: '::/0', gw: 'fe80::1' },
    ],
    dns: {},
  })
  assert.deepEqual(node.links(netns), ['net7'])
  for (const address of ['10.244.1.2', 'fd00:1::2']) {
    const server = await listenTcp(netns, address, 8080)
    const socket = connectTcp(node.namespace, address, 8080)
    await once(socket, 'connect')
    assert.match(socket.remoteAddress ?? '', new RegExp(address))
    socket.destroy()
    server.close()
  }
  const asBefore = await node.call('ADD', 'a', {}, { CNI_IFNAME: 'net7' })
  assert.deepEqual(asBefore.said, added.said, 'it has what it has')
  const check = { prevResult: added.said }
  assert.deepEqual((await node.call('CHECK', 'a', check, { CNI_IFNAME: 'net7' })).status, 0)
  for (const _ of [1, 2]) {
    const gone = await node.call('DEL', 'a', check, { CNI_IFNAME: 'net7' })
    assert.deepEqual([gone.status, gone.stdout], [0, ''])
  }
  assert.deepEqual([node.links(), node.links(netns), node.recorded()], [[], [], []])
  const unknown = await node.call('CHECK', 'a', check, { CNI_IFNAME: 'net7' })
  assert.deepEqual([unknown.status, unknown.said.code], [1, 3])
})

test('the results of older networks are in their form, and what is newer than a network, or not spoken, is refused', async () => {
  await using node = doorNode()
  await node.start().ready
  node.guest('a')
  const old = await node.call('ADD', 'a', { cniVersion: '0.3.1' })
  assert.deepEqual(
    old.said.ips?.map(({ version, address }) => [version, address]),
    [
      ['4', '10.244.1.2/32'],
      ['6', 'fd00:1::2/128'],
    ],
  )
  assert.deepEqual([old.said.cniVersion, old.said.interfaces?.[1]?.mtu], ['0.3.1', undefined])
  const refused = async (command: string, conf: object, more = {}) => {
    const { status, said } = await node.call(command, 'a', conf, more)
    assert.equal(status, 1)
    return [said.cniVersion, said.code]
  }
  assert.deepEqual(await refused('ADD', { cniVersion: '0.2.0' }), ['0.2.0', 1])
  assert.deepEqual(await refused('CHECK', { cniVersion: '0.3.1' }), ['0.3.1', 1])
  assert.deepEqual(await refused('STATUS', { cniVersion: '1.0.0' }), ['1.0.0', 1])
  assert.deepEqual(await refused('GC', {}), ['1.1.0', 7])
  assert.deepEqual(await refused('ADD', {}, { CNI_NETNS: '/etc/passwd' }), ['1.1.0', 4])
  assert.deepEqual(await refused('ADD', {}, { CNI_CONTAINERID: 'b', CNI_NETNS: node.namespace }), ['1.1.0', 4])
  assert.deepEqual(await refused('ADD', {}, { CNI_CONTAINERID: 'b' }), ['1.1.0', 4], 'it has an eth0 already')
  const version = await node.call('VERSION', 'a')
  assert.deepEqual(version.said.supportedVersions, ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'])
  const { status, said } = await callPlugin(node.program, node.env('ADD', 'a'), `{"socket":"${node.socket}"} and more`)
  assert.deepEqual([status, said.code], [1, 6])
})

test('CHECK finds a link, an address and a route that somebody took, and what the runtime has wrong', async () => {
  await using node = doorNode()
  await node.start().ready
  const netns = node.guest('a')
  const { said: prevResult } = await node.call('ADD', 'a')
  const checked = async (result = prevResult) => {
    const { said } = await node.call('CHECK', 'a', { prevResult: result })
    return `${said.code} ${said.details}`
  }
  assert.equal(await checked(), 'undefined undefined')
  assert.match(await checked({ ...prevResult, ips: [] }), /^101 prevResult does not have address 10\.244\.1\.2/)
  const ip = (...args: readonly string[]) => execFileSync('ip', ['-n', basename(netns), ...args])
  ip('route', 'delete', 'default')
  assert.match(await checked(), /^101 route 0\.0\.0\.0\/0 is missing/)
  ip('address', 'delete', '10.244.1.2/32', 'dev', 'eth0')
  assert.match(await checked(), /^101 address 10\.244\.1\.2\/32 is missing/)
  ip('link', 'delete', 'eth0')
  assert.match(await checked(), /^101 link fl-\w{12} is missing/)
})

test('thirty at once get an address each, a pod whose sandbox is made anew a second one, and GC takes who is not known', async () => {
  await using node = doorNode()
  await node.start().ready
  const ids = Array.from({ length: 30 }, (_, index) => `c${index}`)
  for (const id of ids) node.guest(id)
  const added = await Promise.all(ids.map((id) => node.call('ADD', id)))
  assert.deepEqual(new Set(added.map(({ status }) => status)), new Set([0]))
  const addresses = added.map(addressOf)
  assert.equal(new Set(addresses).size, 30)
  node.guest('again')
  const again = await node.call('ADD', 'again', {}, { CNI_ARGS: node.env('ADD', 'c0').CNI_ARGS })
  assert.equal(again.status, 0, again.stdout)
  assert.equal(addresses.includes(addressOf(again)), false)
  const valid = ['again', 'c1'].map((containerID) => ({ containerID, ifname: 'eth0' }))
  assert.equal((await node.call('GC', '', { name: 'another', 'cni.dev/valid-attachments': [] })).status, 0)
  assert.equal(node.links().length, 31, 'those of another network are not its')
  assert.equal((await node.call('GC', '', { 'cni.dev/valid-attachments': valid })).status, 0)
  assert.deepEqual([node.links().length, node.recorded().length], [2, 2])
  const gone = await Promise.all(['again', ...ids].map((id) => node.call('DEL', id)))
  assert.deepEqual(new Set(gone.map(({ status }) => status)), new Set([0]))
  assert.deepEqual([node.links(), node.recorded()], [[], []])
})

test('where the agent is away the runtime is told to try again; one that comes back in time is waited for', async () => {
  await using node = doorNode()
  const impatient = compileDoor('-DPATIENCE_MS=100')
  const call = (command: string, conf: object | string = { cniVersion: '0.4.0', socket: node.socket }) =>
    callPlugin(impatient, node.env(command, 'a'), conf)
  const away = await call('ADD')
  assert.deepEqual(
    [away.status, away.said],
    [
      1,
      {
        cniVersion: '0.4.0',
        code: 11,
        msg: "Fairlead's agent on this node is away: try again later",
        details: `${node.socket}: nobody answers there`,
      },
    ],
  )
  assert.deepEqual([(await call('DEL')).said.code, (await call('STATUS')).said.code], [11, 50])
  assert.equal((await call('VERSION')).status, 0)
  const nowhere = await call('ADD', 'no JSON')
  assert.deepEqual([nowhere.said.cniVersion, nowhere.said.code], ['1.1.0', 11])
  assert.equal(nowhere.said.details, '/run/fairlead/cni.sock: nobody answers there')
  const huge = await call('ADD', 'x'.repeat((4 << 20) + 1))
  assert.equal(huge.said.code, 6)

  mkdirSync(join(node.folder, 'run'))
  const answers = ['', 'FLC1\x00\x00', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'FLC1\x00\x00\x00\x00\x05\x00\x00\x00tw']
  const bad = createServer((connection) => {
    connection.on('error', () => undefined)
    connection.once('data', () => connection.end(answers.shift()!, 'latin1'))
  })
  bad.listen(node.socket)
  await once(bad, 'listening')
  while (answers.length > 0) {
    const { status, said } = await call('ADD')
    assert.deepEqual([status, said.code], [1, 11], answers.join())
  }
  bad.close()
  node.guest('a')
  const waiting = node.call('ADD', 'a')
  await sleep(200)
  await node.start().ready
  assert.equal((await waiting).status, 0)
})

test('a pod gets its network when Services are written, and from then on the host calls us, until we are uninstalled', async () => {
  await using node = doorNode()
  const services = new FakePart('services', { isReadyAtOnce: false })
  const parts = node.start(services)
  await until(() => existsSync(node.socket))
  const conflist = join(node.folders.configurations, '10-fairlead.conflist')
  node.guest('a')
  let isAdded = false
  const adding = node.call('ADD', 'a').then((added) => {
    isAdded = true
    return added
  })
  await sleep(200)
  assert.deepEqual([isAdded, existsSync(conflist), node.links()], [false, false, []])
  services.becomeReady()
  assert.equal((await adding).status, 0)
  await parts.ready
  assert.equal((await node.call('STATUS', '')).status, 0)
  const { plugins, cniVersion } = parseNetwork({ path: conflist, text: readFileSync(conflist, 'utf8') }, () => [])
  assert.deepEqual([plugins, cniVersion], [[{ type: 'fairlead', socket: node.socket }], '1.1.0'])
  const program = join(node.folders.programs, 'fairlead')
  assert.deepEqual([program, conflist, node.socket, node.records, join(node.records, node.recorded()[0]!)].map(mode), [
    '755',
    '600',
    '600',
    '700',
    '600',
  ])
  assert.equal(statSync(program).size < 8192, true)
  const fault = () => parts.states().find(({ name }) => name === 'network')?.faults
  assert.deepEqual(fault(), [])
  writeFileSync(join(node.folders.configurations, '05-other.conf'), '{}')
  assert.match(fault()?.join() ?? '', /takes 05-other\.conf of \/etc\/cni\/net\.d, which comes before/)
  await node.stop()
  for (const _ of [1, 2]) uninstallDoor(node.folders)
  assert.deepEqual([existsSync(program), existsSync(conflist)], [false, false])
})

test('a second agent of the node says so, and takes nothing from the first', async () => {
  await using node = doorNode()
  const first = node.start()
  await first.ready
  const second = node.start()
  const faults = () => second.states().flatMap((one) => one.faults)
  await until(() => faults().length > 0)
  assert.match(faults().join(), /another agent of this node answers at/)
  assert.equal((await node.call('STATUS', '')).status, 0)
  await second.stop()
  await first.stop()
})

test('after a restart what stands is adopted, and what went with its container or with the machine’s power is free', async () => {
  await using node = doorNode(['10.244.1.0/29'])
  await node.start().ready
  for (const id of ['a', 'b']) node.guest(id)
  const { said } = await node.call('ADD', 'a')
  await node.call('ADD', 'b')
  await node.stop()
  node.forget('b')
  await until(() => node.links().length === 1)
  await node.start().ready
  assert.equal(node.recorded().length, 1)
  assert.deepEqual((await node.call('ADD', 'a')).said, said)
  const b = await node.call('DEL', 'b', {}, { CNI_NETNS: '' })
  assert.deepEqual([b.status, b.stdout], [0, ''])
  await node.stop()
  node.editRecords((record) => ({ ...record, bootId: 'the one before' }))
  await node.start().ready
  assert.deepEqual([node.recorded(), node.links()], [[], []])
  // Five addresses: all taken by containers that went without a word, and one that did not.
  for (const id of ['c', 'd', 'e', 'f', 'g']) {
    node.guest(id)
    assert.equal((await node.call('ADD', id)).status, 0)
  }
  node.guest('h')
  const full = await node.call('ADD', 'h')
  assert.deepEqual([full.status, full.said.code], [1, 11])
  assert.deepEqual((await node.call('STATUS', '')).said.code, 50)
  node.forget('c')
  await until(() => node.links().length === 4)
  assert.equal((await node.call('ADD', 'h')).status, 0)
})

test('plugins after ours find the link by what we say: portmap the address, bandwidth the node’s end', async (t) => {
  const folder = pluginFolder()
  if (folder === undefined) return t.skip('portmap and bandwidth are not here: script/setup --tests brings them')
  await using node = doorNode()
  await node.start().ready
  const netns = node.guest('a')
  const chain = new Chain({
    path: [folder],
    run: async ({ type, env, stdin }) => {
      const program = type === 'fairlead' ? node.program : join(folder, type)
      // On the node, as its runtime is.
      const { status, stdout } = await callPlugin('nsenter', { PATH: process.env.PATH ?? '', ...env }, stdin, [
        `--net=${node.namespace}`,
        program,
      ])
      return { stdout, stderr: '', ...(status !== 0 && { failure: `exit status ${status}` }) }
    },
  })
  const shaped = canShape(node.name)
  if (!shaped) t.diagnostic('bandwidth is left out: this kernel has no ifb or no tbf')
  const list: NetworkList = {
    name: 'fairlead',
    // What Debian's plugins know.
    cniVersion: '1.0.0',
    disableCheck: false,
    disableGC: false,
    plugins: [
      { type: 'fairlead', socket: node.socket },
      { type: 'portmap', snat: true, backend: 'iptables', capabilities: { portMappings: true } },
      ...(shaped ? [{ type: 'bandwidth', capabilities: { bandwidth: true } }] : []),
    ],
  }
  const sandbox = {
    containerId: 'a',
    netns,
    ifName: 'eth0',
    args: podArgs({ namespace: 'shop', name: 'pod-a', uid: 'uid-a' }, 'a'),
    capabilities: {
      portMappings: [{ hostPort: 8088, containerPort: 80, protocol: 'tcp', hostIP: '' }],
      bandwidth: { ingressRate: 8_000_000, ingressBurst: 8_000_000 },
    },
  }
  const result = await chain.add(list, sandbox)
  assert.deepEqual(addressesOf(result, 'eth0'), ['10.244.1.2', 'fd00:1::2'])
  const rules = () =>
    execFileSync('ip', ['netns', 'exec', node.name, 'iptables-save', '-t', 'nat'], { encoding: 'utf8' })
  assert.match(rules(), /--dport 8088 -j DNAT --to-destination 10\.244\.1\.2:80/)
  if (shaped)
    assert.match(
      execFileSync(
        'tc',
        ['-n', node.name, 'qdisc', 'show', 'dev', node.links().find((one) => one.startsWith('fl-'))!],
        { encoding: 'utf8' },
      ),
      /tbf/,
    )
  // portmap 1.1 fails its own on what it has made (docs/cni.md).
  const others = list.plugins.filter(({ type }) => type !== 'portmap')
  await chain.check({ ...list, plugins: others }, sandbox, result)
  await chain.del(list, sandbox, result)
  assert.doesNotMatch(rules(), /8088/)
  assert.deepEqual([node.links().filter((one) => one.startsWith('fl-')), node.recorded()], [[], []])
})

/** Whether the kernel has what bandwidth works with. */
const canShape = (node: string): boolean => {
  const ip = (...args: readonly string[]) => execFileSync('ip', ['-n', node, ...args], { stdio: 'pipe' })
  try {
    ip('link', 'add', 'try0', 'type', 'ifb')
  } catch {
    return false
  }
  try {
    execFileSync(
      'tc',
      ['-n', node, 'qdisc', 'add', 'dev', 'try0', 'root', 'tbf', 'rate', '1mbit', 'burst', '9k', 'latency', '9ms'],
      { stdio: 'pipe' },
    )
    return true
  } catch {
    return false
  } finally {
    ip('link', 'delete', 'try0')
  }
}

test('a link of the host’s is laid without a setting of the host’s, and the pod’s other settings are its runtime’s', async () => {
  await using node = doorNode()
  await node.start().ready
  const netns = node.guest('a')
  const before = [readSysctl('ipv4/ip_forward', node.namespace), readSysctl('ipv4/ping_group_range', netns)]
  await node.call('ADD', 'a')
  assert.deepEqual([readSysctl('ipv4/ip_forward', node.namespace), readSysctl('ipv4/ping_group_range', netns)], before)
  const [link] = node.links()
  assert.equal(readSysctl(`ipv4/conf/${link}/forwarding`, node.namespace), '1')
  using rtnetlink = Rtnetlink.open(node.namespace)
  const { index } = rtnetlink.link(link!)!
  assert.deepEqual(
    rtnetlink.addresses().filter((one) => one.link === index),
    [],
    'it has no address of its own',
  )
  assert.equal(rtnetlink.link(link!)?.alias, 'pod shop/pod-a')
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { removeRoutes } from '#agent/parts/routes/remove-routes.ts'
import { routes } from '#agent/parts/routes/routes-part.ts'
import { nodes } from '#api/core/node/resource.ts'
import { createNetworkNamespace, deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { readSysctl } from '#kernel/namespaces/sysctl.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { forwardPackets, unforwardPackets } from '#reconciler/between/packet-forwarding.ts'
import {
  hostAddress,
  NODES,
  type NodeName,
  nodeObject,
  nodePath,
  podAddress,
  podPath,
  RoutedNodes,
  run,
} from './routed-nodes.ts'

assert.equal(process.env.FAIRLEAD_ISOLATED, '1', 'run through script/isolated')

const FAMILIES = [0, 1] as const
let net: RoutedNodes
/** By node: what its namespace held before us. */
const untouched = new Map<NodeName, string>()

/** All that a namespace holds, but for what comes and goes by itself. */
const stateOf = (node: NodeName): string => {
  const at = nodePath(node)
  const json = (...args: readonly string[]) =>
    (JSON.parse(run(at, 'ip', '-j', ...args) || '[]') as Record<string, unknown>[])
      // Pods' own links, which are not laid by routes.
      .filter(({ dev, ifname }) => !/^fl-/.test(`${dev ?? ifname ?? ''}`))
      .map(({ expires, used, ...rest }) => JSON.stringify(rest))
  const settings = [
    'ipv4/ip_forward',
    'ipv6/conf/all/forwarding',
    'ipv4/conf/all/rp_filter',
    'ipv4/conf/eth0/rp_filter',
    'ipv4/conf/all/accept_redirects',
    'ipv6/conf/eth0/forwarding',
  ]
  return [
    ...json('route', 'show', 'table', 'all'),
    ...json('-6', 'route', 'show', 'table', 'all'),
    ...json('link'),
    ...json('rule'),
    ...json('neigh', 'show', 'nud', 'permanent'),
    run(at, 'nft', 'list', 'ruleset'),
    ...settings.map((name) => `${name} ${readSysctl(name, at)}`),
  ].join('\n')
}
const until = async (what: () => boolean): Promise<void> => {
  for (let tries = 0; !what(); tries++) {
    assert.ok(tries < 100, 'in two seconds')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
const part = (node: NodeName) => net.parts.get(node)?.find(routes) ?? assert.fail(`${node} does not run`)
const update = async (name: NodeName, more: Parameters<typeof nodeObject>[1]) => {
  const { metadata } = await net.client.get(nodes, name)
  const wanted = nodeObject(name, more)
  const merged = { ...wanted, metadata: { ...metadata, ...wanted.metadata } }
  const updated = await net.client.update(nodes, merged)
  await net.client.update(nodes, { ...merged, metadata: updated.metadata! }, { subresource: 'status' })
}

before(async () => {
  net = new RoutedNodes()
  for (const node of NODES) untouched.set(node, stateOf(node))
  for (const node of NODES) await net.client.create(nodes, nodeObject(node))
  for (const node of NODES) await net.start(node).ready
  await net.addPods()
})
after(() => net.remove())

/** All ask all, in both families; the answer is who asks. */
const allReach = async () => {
  for (const from of NODES)
    for (const to of NODES)
      for (const family of FAMILIES)
        assert.equal(
          await net.ask(podPath(from), podAddress(to, family)),
          `pod-${to} ${podAddress(from, family)}`,
          `${from} to ${to}`,
        )
}
const UDP_HEADERS = [28, 48] as const

test('pods of all nodes reach one another with their own addresses: by routes on one link, by VXLAN behind a router', async () => {
  await allReach()
  const v4 = run(nodePath('n1'), 'ip', 'route')
  assert.match(v4, /^10\.244\.2\.0\/24 via 172\.30\.0\.2 dev eth0 proto 251/m)
  assert.match(v4, /^10\.244\.3\.0\/24 via 10\.244\.3\.0 dev fairlead-vxlan proto 251 onlink/m)
  assert.match(v4, /^unreachable 10\.244\.1\.0\/24 proto 251/m)
  assert.match(run(nodePath('n1'), 'ip', '-6', 'route'), /^fd00:244:0:2::\/64 via fd00:30::2 dev eth0 proto 251/m)
  for (const node of NODES) assert.deepEqual(net.parts.get(node)!.states()[0]?.faults, [])
})

test('nodes themselves reach pods of other nodes, and are answered on the way by which they came', async () => {
  assert.equal(await net.ask(nodePath('n1'), podAddress('n2', 0)), 'pod-n2 172.30.0.1')
  assert.equal(await net.ask(nodePath('n1'), podAddress('n3', 0)), 'pod-n3 10.244.1.0')
  assert.equal(await net.ask(nodePath('n3'), podAddress('n1', 1)), 'pod-n1 fd00:244:0:3::')
})

test('packets as large as pods’ links pass to every pod unbroken, and pods’ links are as large as the narrowest way', async () => {
  assert.equal(part('n1').podMtu(), 1450)
  for (const to of ['n2', 'n3'] as const)
    for (const family of FAMILIES)
      assert.equal(
        await net.sendWhole(podPath('n1'), podAddress(to, family), 1450 - UDP_HEADERS[family]),
        'answered',
        to,
      )
})

test('pods with larger links are told how large packets may be, for the way that is narrower alone', async () => {
  const setMtu = (mtu: number) => {
    for (const node of ['n1', 'n2'] as const) {
      run(nodePath(node), 'ip', 'link', 'set', `fl-podof${node}`, 'mtu', `${mtu}`)
      run(podPath(node), 'ip', 'link', 'set', 'eth0', 'mtu', `${mtu}`)
    }
  }
  setMtu(1500)
  for (const family of FAMILIES) {
    const sent = (to: NodeName) => net.sendWhole(podPath('n1'), podAddress(to, family), 1500 - UDP_HEADERS[family])
    assert.equal(await sent('n3'), 'Message too long mtu 1450')
    assert.equal(await sent('n2'), 'answered')
  }
  setMtu(1450)
})

test('a packet for a pod that is not there is refused at its node, and does not circle', async () => {
  assert.match(await net.ask(podPath('n1'), '10.244.3.99'), /^E(HOST|NET)UNREACH$/)
  assert.match(await net.ask(podPath('n1'), 'fd00:244:0:3::99'), /^(E(HOST|NET)UNREACH|EACCES)$/)
})

test('what leaves the cluster has the node’s address; what stays in it keeps the pod’s', async () => {
  for (const family of FAMILIES) {
    assert.equal(await net.ask(podPath('n1'), hostAddress('out', family)), `out ${hostAddress('n1', family)}`)
    assert.equal(await net.ask(podPath('n3'), hostAddress('out', family)), `out ${hostAddress('n3', family)}`)
    assert.equal(await net.ask(nodePath('n2'), hostAddress('out', family)), `out ${hostAddress('n2', family)}`)
  }
  assert.match(run(nodePath('n1'), 'nft', 'list', 'table', 'ip', 'fairlead-egress'), /masquerade fully-random/)
})

test('beside another’s rules for Services nothing is translated twice, and what they lead outside has the node’s address', async () => {
  const n1 = nodePath('n1')
  // As kube-proxy: a destination, and a mark where the source is to be the node's.
  run(
    n1,
    'nft',
    `table ip kube-proxy {
      chain pre {
        type nat hook prerouting priority -100
        ip daddr 10.96.0.1 dnat to ${podAddress('n3', 0)}
        ip daddr 10.96.0.2 dnat to ${hostAddress('out', 0)}
        ip daddr 10.96.0.3 meta mark set 0x4000 dnat to ${podAddress('n2', 0)}
      }
      chain post { type nat hook postrouting priority 100; meta mark 0x4000 meta mark set 0 masquerade; }
    }`,
  )
  assert.equal(await net.ask(podPath('n1'), '10.96.0.1'), 'pod-n3 10.244.1.5')
  assert.equal(await net.ask(podPath('n1'), '10.96.0.2'), 'out 172.30.0.1')
  assert.equal(await net.ask(podPath('n1'), '10.96.0.3'), 'pod-n2 172.30.0.1')
  run(n1, 'nft', 'delete table ip kube-proxy')
})

test('a machine that would lose its default route of IPv6 by forwarding keeps it, and the way out is told', () => {
  const at = createNetworkNamespace('fl-advertised')
  try {
    run(at, 'ip', 'link', 'add', 'eth0', 'type', 'veth', 'peer', 'name', 'eth1')
    run(at, 'ip', 'link', 'set', 'eth0', 'up')
    run(at, 'ip', '-6', 'route', 'add', 'default', 'via', 'fe80::9', 'dev', 'eth0', 'proto', 'ra')
    using rtnetlink = Rtnetlink.open(at)
    let former: Readonly<Record<string, string>> = {}
    const settings = {
      read: () => former,
      write: (noted: typeof former) => {
        former = noted
      },
    }
    assert.throws(() => forwardPackets(rtnetlink, at, ['IPv4', 'IPv6'], settings), {
      code: 'FORWARDING_LOSES_ROUTE',
      message: /on eth0, which it would lose; sysctl -w net\.ipv6\.conf\.eth0\.accept_ra=2/,
    })
    assert.match(run(at, 'ip', '-6', 'route'), /^default via fe80::9/m)
    assert.deepEqual([readSysctl('ipv4/ip_forward', at), readSysctl('ipv6/conf/all/forwarding', at)], ['1', '0'])
    run(at, 'sysctl', '-qw', 'net.ipv6.conf.eth0.accept_ra=2')
    forwardPackets(rtnetlink, at, ['IPv4', 'IPv6'], settings)
    assert.equal(readSysctl('ipv6/conf/all/forwarding', at), '1')
    assert.deepEqual(former, { 'ipv4/ip_forward': '0', 'ipv6/conf/all/forwarding': '0' })
    unforwardPackets(at, settings)
    assert.deepEqual([readSysctl('ipv4/ip_forward', at), readSysctl('ipv6/conf/all/forwarding', at)], ['0', '0'])
    assert.deepEqual(former, {})
  } finally {
    deleteNamespace(at)
  }
})

test('a node’s address changes: the ways to it follow, and nothing else is written', async () => {
  const before = run(nodePath('n1'), 'ip', 'route', 'show', 'proto', '251').split('\n')
  run(nodePath('n2'), 'ip', 'address', 'delete', '172.30.0.2/24', 'dev', 'eth0')
  run(nodePath('n2'), 'ip', 'address', 'add', '172.30.0.22/24', 'dev', 'eth0')
  // The kernel has taken what led by that address away with it.
  run(nodePath('n2'), 'ip', 'route', 'replace', 'default', 'via', '172.30.0.254')
  run(nodePath('n2'), 'ip', 'route', 'replace', podAddress('n2', 0), 'dev', 'fl-podofn2')
  await update('n2', { addresses: ['172.30.0.22', hostAddress('n2', 1)] })
  await until(() => /10\.244\.2\.0\/24 via 172\.30\.0\.22/.test(run(nodePath('n1'), 'ip', 'route')))
  const now = run(nodePath('n1'), 'ip', 'route', 'show', 'proto', '251').split('\n')
  assert.deepEqual(
    before.filter((line) => !now.includes(line)),
    ['10.244.2.0/24 via 172.30.0.2 dev eth0 '],
  )
  await until(() => /172\.30\.0\.22/.test(run(nodePath('n3'), 'bridge', 'fdb', 'show', 'dev', 'fairlead-vxlan')))
  part('n2').look()
  await allReach()
})

test('what somebody changes is found, told and put right: the link with all that lay over it, a route, a neighbour', async () => {
  const n1 = nodePath('n1')
  for (const [edit, found] of [
    [['ip', 'link', 'delete', 'fairlead-vxlan'], /link fairlead-vxlan is missing; put right/],
    [['ip', 'link', 'set', 'fairlead-vxlan', 'down'], /link fairlead-vxlan is down, .*put right/],
    [['ip', 'link', 'set', 'fairlead-vxlan', 'mtu', '1400'], /has MTU 1400, not 1450; put right/],
    [['ip', 'address', 'flush', 'dev', 'fairlead-vxlan'], /address 10\.244\.1\.0\/32 is missing.*put right/],
    [['ip', 'route', 'delete', '10.244.2.0/24'], /route 10\.244\.2\.0\/24 is missing; put right/],
    [['ip', 'route', 'delete', 'unreachable', '10.244.1.0/24'], /route 10\.244\.1\.0\/24 is missing; put right/],
    [
      ['ip', 'route', 'add', '10.99.0.0/24', 'via', '172.30.0.9', 'proto', '251'],
      /10\.99\.0\.0\/24 leads to no node; put right/,
    ],
    [
      ['ip', 'neigh', 'delete', '10.244.3.0', 'dev', 'fairlead-vxlan'],
      /neighbour 10\.244\.3\.0 on fairlead-vxlan is missing; put right/,
    ],
    [['sysctl', '-qw', 'net.ipv4.ip_forward=0'], /ip_forward is 0, not 1; put right/],
    [['nft', 'flush', 'table', 'ip', 'fairlead-egress'], /not as they were; put right/],
  ] as const) {
    run(n1, ...edit)
    assert.match(part('n1').look().join('\n'), found)
    assert.deepEqual(part('n1').look(), [])
  }
  assert.doesNotMatch(run(n1, 'ip', 'route'), /10\.99/)
  await allReach()
  assert.equal(await net.ask(podPath('n1'), hostAddress('out', 0)), 'out 172.30.0.1')
})

test('a route of somebody else’s to a node’s pods stays, and is told by name; ours takes its place when it goes', async () => {
  const n1 = nodePath('n1')
  run(n1, 'ip', 'route', 'delete', '10.244.2.0/24')
  run(n1, 'ip', 'route', 'add', '10.244.2.0/24', 'via', '172.30.0.22')
  part('n1').look()
  const { ready, faults } = part('n1').status()
  assert.equal(ready, true)
  assert.match(faults.join(), /^Node n2: ROUTE_TAKEN: add of route 10\.244\.2\.0\/24.*another program has one/)
  assert.doesNotMatch(run(n1, 'ip', 'route', 'show', '10.244.2.0/24'), /proto 251/)
  run(n1, 'ip', 'route', 'delete', '10.244.2.0/24')
  await until(() => part('n1').status().faults.length === 0)
  await allReach()
})

test('a pair goes by VXLAN where a node asks for it, and back; a node that goes takes its ways with it', async () => {
  await update('n2', {
    addresses: ['172.30.0.22', hostAddress('n2', 1)],
    annotations: { 'fairlead.dev/pod-network-mode': 'vxlan' },
  })
  await until(() =>
    (['n1', 'n2'] as const).every((node) => !/^10\.244\.[12]\.0\/24 via 172/m.test(run(nodePath(node), 'ip', 'route'))),
  )
  await allReach()
  await net.client.delete(nodes, 'n2')
  await until(() => !/10\.244\.2\./.test(run(nodePath('n1'), 'ip', 'route')))
  assert.doesNotMatch(run(nodePath('n3'), 'ip', 'neigh'), /10\.244\.2\.0/)
  assert.equal(await net.ask(podPath('n1'), podAddress('n3', 0)), 'pod-n3 10.244.1.5')
  await net.client.create(nodes, nodeObject('n2', { addresses: ['172.30.0.22', hostAddress('n2', 1)] }))
  await until(() => /10\.244\.2\.0\/24 via 172\.30\.0\.22/.test(run(nodePath('n1'), 'ip', 'route')))
  await allReach()
})

test('where nodes have IPv6 alone, VXLAN goes over that, with its own overhead; where they have both again, as before', async () => {
  const of = { n1: hostAddress('n1', 0), n2: '172.30.0.22', n3: hostAddress('n3', 0) }
  for (const node of NODES) await update(node, { addresses: [hostAddress(node, 1)] })
  const links = (node: NodeName) => run(nodePath(node), 'ip', '-o', 'link')
  await until(() => NODES.every((node) => /fairlead-vxlan6:/.test(links(node)) && !/fairlead-vxlan:/.test(links(node))))
  await allReach()
  assert.equal(part('n1').podMtu(), 1430)
  assert.equal(await net.sendWhole(podPath('n1'), podAddress('n3', 0), 1430 - UDP_HEADERS[0]), 'answered')
  for (const node of NODES) await update(node, { addresses: [of[node], hostAddress(node, 1)] })
  await until(() => NODES.every((node) => /fairlead-vxlan:/.test(links(node)) && !/fairlead-vxlan6:/.test(links(node))))
  await allReach()
})

test('an agent that starts again takes over what is there, takes away what leads nowhere any more, and traffic goes on', async () => {
  const n1 = nodePath('n1')
  await net.parts.get('n1')!.stop()
  run(n1, 'ip', 'route', 'add', '10.244.9.0/24', 'via', '172.30.0.9', 'proto', '251')
  assert.equal(await net.ask(podPath('n1'), podAddress('n3', 1)), `pod-n3 ${podAddress('n1', 1)}`)
  const index =
    run(n1, 'cat', '/sys/class/net/lo/ifindex') && run(n1, 'ip', '-o', 'link', 'show', 'fairlead-vxlan').split(':')[0]
  await net.start('n1').ready
  assert.equal(run(n1, 'ip', '-o', 'link', 'show', 'fairlead-vxlan').split(':')[0], index, 'the same link')
  assert.doesNotMatch(run(n1, 'ip', 'route'), /10\.244\.9\.0/)
  assert.deepEqual(part('n1').look(), [])
  await allReach()
})

test('removed, a node is as it was before, twice as once; what pods have of their own stays', async () => {
  for (const node of ['n1', 'n3'] as const) {
    await net.parts.get(node)!.stop()
    for (const _ of [1, 2]) {
      removeRoutes(nodePath(node), net.stateOf(node))
      assert.equal(stateOf(node), untouched.get(node))
    }
    assert.match(run(nodePath(node), 'ip', 'route'), new RegExp(`${podAddress(node, 0)} dev fl-podofn`))
  }
})

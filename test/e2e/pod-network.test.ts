import type { Pod } from '#api/core/pod/message.ts'
import { addressOf, ask } from './echo.ts'
import { claim, eventually, withCluster } from './harness.ts'

const cluster = withCluster('podnet')
const { kubectl } = cluster

const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 1
  containers: [{name: web, image: fairlead/echo}]
---
`
const running = async (name: string): Promise<Pod> => {
  await kubectl('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=20s')
  return cluster.json<Pod>('get', 'pod', name)
}
const addresses = async (name: string): Promise<readonly string[]> =>
  (await running(name)).status!.podIPs!.map(({ ip }) => ip)
const url = (address: string, path: string): string =>
  `http://${address.includes(':') ? `[${address}]` : address}:8080${path}`

claim('every pod has addresses of its own, from its node’s ranges, and reports them', async (assert) => {
  await kubectl.apply(pod('a', 'node-1') + pod('b', 'node-1') + pod('c', 'node-2') + pod('d', 'node-3'))
  const all = await Promise.all(['a', 'b', 'c', 'd'].map(addresses))
  assert.equal(new Set(all.flat()).size, 8)
  const prefixes = all.map(([v4, v6]) => [v4!.split('.').slice(0, 3).join('.'), v6!.split('::')[0]])
  assert.deepEqual(prefixes, [
    ['10.244.1', 'fd00:10:244:1'],
    ['10.244.1', 'fd00:10:244:1'],
    ['10.244.2', 'fd00:10:244:2'],
    ['10.244.3', 'fd00:10:244:3'],
  ])
})

claim('each node has an address and a range of pod addresses that no other node has', async (assert) => {
  const { items } = await cluster.json<{
    items: { status: { addresses: { type: string; address: string }[] }; spec: { podCIDRs: string[] } }[]
  }>('get', 'nodes')
  const internal = items.flatMap(({ status }) =>
    status.addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => address),
  )
  assert.deepEqual(
    internal.sort(),
    ['172.30.0.2', '172.30.0.3', '172.30.0.4', 'fd00:172:30::2', 'fd00:172:30::3', 'fd00:172:30::4'].sort(),
  )
  assert.deepEqual(items.map(({ spec }) => spec.podCIDRs[0]).sort(), [
    '10.244.1.0/24',
    '10.244.2.0/24',
    '10.244.3.0/24',
  ])
})

claim(
  'all pods reach all pods without NAT, on one node and across nodes, IPv4 and IPv6',
  async (assert) => {
    const names = ['a', 'b', 'c', 'd']
    const known = Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await addresses(name)] as const)),
    )
    for (const from of names)
      for (const to of names)
        for (const family of [0, 1]) {
          const { stdout, stderr } = await cluster.inPod(
            from,
            'timeout',
            '3',
            'wget',
            '-qO-',
            url(known[to]![family]!, '/clientip'),
          )
          assert.equal(
            addressOf(stdout),
            known[from]![family],
            `${from} to ${to} over ${known[to]![family]}: ${stderr}`,
          )
        }
  },
  { timeout: 120_000 },
)

claim(
  'all nodes reach all pods, and pods reach all nodes, without NAT',
  async (assert) => {
    for (const node of cluster.facts.nodes)
      for (const name of ['a', 'c', 'd']) {
        const [v4, v6] = await addresses(name)
        // A node has several addresses of its own; whichever it asks from, the pod sees one of them.
        const seen = addressOf((await cluster.onNode(node.name, 'curl', '-sm3', url(v4!, '/clientip'))).stdout)
        assert.match((await cluster.onNode(node.name, 'ip', '-o', 'addr', 'show', 'to', seen)).stdout, /inet /)
        assert.match(
          (await cluster.onNode(node.name, 'curl', '-sm3', url(v6!, '/hostname'))).stdout,
          new RegExp(`^${name}$`),
        )
      }
    const [own] = await addresses('a')
    for (const node of cluster.facts.nodes) {
      // A listener in the node's own network, asked by the pod: the address that it sees is the pod's.
      const listener = cluster.onNode(
        node.name,
        'python3',
        '-c',
        'import socket\ns=socket.create_server(("0.0.0.0",7777))\ns.settimeout(10)\nc,peer=s.accept()\nc.recv(10)\nprint(peer[0])\nc.sendall(b"hello")',
      )
      const answered = await eventually(`pod a reaches ${node.name}`, async () => {
        const { stdout } = await cluster.inPod('a', 'sh', '-c', `echo hi | nc -w 2 ${node.addresses[0]} 7777`)
        return stdout === 'hello'
      })
      assert.ok(answered)
      assert.equal((await listener).stdout.trim(), own)
    }
  },
  { timeout: 120_000 },
)

claim('a recreated pod has a new address', async (assert) => {
  const [before] = await addresses('b')
  await kubectl('delete', 'pod', 'b')
  await kubectl.apply(pod('b', 'node-1'))
  const [after] = await addresses('b')
  assert.notEqual(after, before)
})

claim('the containers of one pod share its address and meet on localhost', async (assert) => {
  await kubectl.apply(`apiVersion: v1
kind: Pod
metadata: {name: two}
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - {name: web, image: fairlead/echo, args: [--http-port=8080]}
  - {name: side, image: fairlead/echo, args: [--http-port=9090, --udp-port=-1]}
`)
  await running('two')
  const own = async (container: string): Promise<string> =>
    (await kubectl('exec', 'two', '-c', container, '--', 'hostname', '-i')).trim()
  assert.equal(await own('web'), await own('side'))
  assert.equal(
    (await kubectl('exec', 'two', '-c', 'side', '--', 'wget', '-qO-', 'http://localhost:8080/hostname')).trim(),
    'two',
  )
  assert.equal(
    (await kubectl('exec', 'two', '-c', 'web', '--', 'wget', '-qO-', 'http://localhost:9090/hostname')).trim(),
    'two',
  )
})

claim('pods hang on routed links: no bridge under them, and no sysctl of the host is touched', async (assert) => {
  for (const node of cluster.facts.nodes) {
    const { stdout } = await cluster.onNode(node.name, 'ip', '-o', 'link', 'show', 'type', 'bridge')
    assert.equal(stdout, '')
  }
  // The test runs in a network namespace of its own that nobody else has configured: what the kernel gives it by
  // default must stand.
  assert.equal((await cluster.onHost('cat', '/proc/sys/net/ipv4/ip_forward')).stdout.trim(), '0')
})

claim(
  'the host reaches a pod by its address through the fabric, as a machine of the data centre would',
  async (assert) => {
    const [v4, v6] = await addresses('c')
    assert.equal((await ask(v4!, 8080)).trim(), 'c')
    assert.equal((await ask(v6!, 8080)).trim(), 'c')
  },
)

claim(
  'a host port leads to its pod, by address and protocol, and goes with it; the pod sees who comes',
  async (assert) => {
    const { name: node, addresses } = cluster.facts.nodes[1]!
    const on = (name: string, ports: string, args: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  nodeName: ${node}\n  terminationGracePeriodSeconds: 0\n  containers: [{name: web, image: fairlead/echo, args: ${args}, ports: [${ports}]}]\n---\n`
    const at = (hostIP: string, protocol: string) =>
      `{hostPort: 54323, containerPort: 8080, hostIP: ${hostIP}, protocol: ${protocol}}`
    await kubectl.apply(
      on('loop', at('127.0.0.1', 'TCP'), '[--http-port=8080, --udp-port=-1]') +
        on('own', at(addresses[0], 'TCP'), '[--http-port=8080, --udp-port=-1]') +
        on('udp', at(addresses[0], 'UDP'), '[--http-port=8008, --udp-port=8080]') +
        on('all', '{hostPort: 54324, containerPort: 8080}', '[--http-port=8080]'),
    )
    for (const name of ['loop', 'own', 'udp', 'all']) await running(name)
    const asked = ['curl', '-sm3', '--interface', addresses[0], 'http://127.0.0.1:54323/hostname']
    await eventually('loopback', async () => (await cluster.onNode(node, ...asked)).stdout.trim() === 'loop')
    assert.equal((await ask(addresses[0], 54323)).trim(), 'own')
    const udp = `import socket\ns=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\ns.settimeout(3)\ns.sendto(b"hostname",("${addresses[0]}",54323))\nprint(s.recv(99).decode())`
    assert.equal((await cluster.onHost('python3', '-c', udp)).stdout.trim(), 'udp')
    for (const address of addresses) assert.equal((await ask(address, 54324)).trim(), 'all')
    assert.equal(addressOf(await ask(addresses[0], 54324, '/clientip')), '172.30.0.1')
    await kubectl('delete', 'pod', 'own')
    await eventually('the port is closed', async () =>
      ask(addresses[0], 54323).then(
        () => false,
        (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
      ),
    )
  },
)

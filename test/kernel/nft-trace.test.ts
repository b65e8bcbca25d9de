import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { after, before, test } from 'node:test'
import { createNetworkNamespace, deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { type Nftables, openNftables } from '#kernel/nftables/libnftables.ts'
import { NftTrace } from '#kernel/nftables/nft-trace.ts'
import type { TraceStep } from '#kernel/nftables/traced-packet.ts'
import { bindUdp, connectTcp, listenTcp } from '#kernel/sockets/socket.ts'

/** A sender, and a node that translates what it sends: 10.99.0.1:80 is the node's own port 8080. */
const SENDER = 'fl-trace-a'
const NODE = 'fl-trace-b'
const tuple = { protocol: 'TCP', source: '10.98.0.1', destination: '10.99.0.1', port: 80 } as const

let sender: string
let node: string
let rules: Nftables
const servers: Server[] = []
before(async () => {
  sender = createNetworkNamespace(SENDER)
  node = createNetworkNamespace(NODE)
  const ip = (name: string, ...commands: readonly string[]) =>
    execFileSync('ip', ['-n', name, '-batch', '-'], { input: `${commands.join('\n')}\n` })
  ip(SENDER, `link add eth0 type veth peer name eth0 netns ${NODE}`, 'link set eth0 up', 'link set lo up')
  ip(SENDER, 'address add 10.98.0.1/24 dev eth0', 'address add fd98::1/64 dev eth0 nodad')
  ip(
    NODE,
    'link set eth0 up',
    'link set lo up',
    'address add 10.98.0.2/24 dev eth0',
    'address add fd98::2/64 dev eth0 nodad',
  )
  ip(SENDER, 'route add default via 10.98.0.2', 'route add ::/0 via fd98::2')
  rules = openNftables(node)
  for (const [family, to, own] of [
    ['ip', '10.99.0.1', '10.98.0.2:8080'],
    ['ip6', 'fd99::1', '[fd98::2]:8080'],
  ])
    rules.run(`table ${family} walk {
  chain choose { meta l4proto { tcp, udp } dnat to ${own}; }
  chain services { ${family} daddr ${to} goto choose; }
  chain nat-in { type nat hook prerouting priority -100; jump services; }
  chain guard { type filter hook input priority 0; }
}`)
  for (const host of ['0.0.0.0', '::']) {
    const server = await listenTcp(node, host, 8080)
    servers.push(server.on('connection', (socket) => socket.destroy()))
  }
})
after(() => {
  for (const server of servers) server.close()
  rules?.close()
  deleteNamespace(sender)
  deleteNamespace(node)
})

const connect = async (address: string = tuple.destination, port = 80): Promise<number> => {
  const socket = connectTcp(sender, address, port)
  await once(socket, 'connect')
  const own = socket.localPort as number
  socket.destroy()
  return own
}
const words = (steps: readonly TraceStep[]) =>
  steps.map(({ table, chain, type, verdict, target }) => [table, chain, type, verdict, target ?? ''].join(' ').trim())
const tables = () => rules.read('list tables')
const plain = 'table ip walk\ntable ip6 walk\n'

const WALK = [
  'walk nat-in rule jump services',
  'walk services rule goto choose',
  'walk choose rule accept',
  'walk guard return continue',
  'walk guard policy accept',
]

test('the walk of a first packet is told chain by chain, and only that of the tuple', async () => {
  const trace = NftTrace.open(node, tuple)
  try {
    const port = await connect()
    await connect('10.98.0.2', 8080)
    const packets = trace.read()
    assert.deepEqual(
      packets.map((packet) => packet.port),
      [port],
    )
    assert.deepEqual(words(packets[0]!.steps), WALK)
    const listed = execFileSync('ip', ['netns', 'exec', NODE, 'nft', '-a', 'list', 'chain', 'ip', 'walk', 'services'])
    const handle = Number(/goto choose # handle (\d+)/.exec(String(listed))?.[1])
    assert.equal(packets[0]!.steps[1]!.ruleHandle, handle)
    assert.equal(packets[0]!.steps[4]!.ruleHandle, undefined)
    const again = await connect()
    assert.deepEqual(
      trace.read().map((packet) => packet.port),
      [again],
      'each is told once',
    )
  } finally {
    trace.close()
  }
  assert.equal(tables(), plain, 'nothing is left')
})

test('IPv6 and UDP are followed as well', async () => {
  const six = NftTrace.open(node, { ...tuple, source: 'fd98::1', destination: 'fd99::1' })
  try {
    await connect('fd99::1')
    assert.deepEqual(
      six.read().map(({ steps }) => words(steps)),
      [WALK],
    )
  } finally {
    six.close()
  }
  const udp = NftTrace.open(node, { ...tuple, protocol: 'UDP' })
  const socket = await bindUdp(sender, '0.0.0.0', 0)
  try {
    const sent = new Promise((resolve) => socket.send('hello', 80, tuple.destination, resolve))
    assert.equal(await sent, null)
    const [packet] = udp.read()
    assert.equal(packet?.port, socket.address().port)
    assert.deepEqual(words(packet!.steps), WALK)
  } finally {
    socket.close()
    udp.close()
  }
  assert.equal(tables(), plain)
})

test('a packet that starts in the namespace is followed from the output hook on', async () => {
  rules.run('table ip walk { chain nat-out { type nat hook output priority -100; ip daddr 10.99.0.1 goto choose; }; }')
  execFileSync('ip', ['-n', NODE, 'route', 'add', '10.99.0.0/16', 'dev', 'eth0'])
  const trace = NftTrace.open(node, { ...tuple, source: '10.98.0.2' })
  try {
    const socket = connectTcp(node, tuple.destination, 80)
    await once(socket, 'connect')
    socket.destroy()
    assert.deepEqual(words(trace.read()[0]!.steps).slice(0, 2), [
      'walk nat-out rule goto choose',
      'walk choose rule accept',
    ])
  } finally {
    trace.close()
    rules.run('delete chain ip walk nat-out')
  }
})

test('a drop by a rule of somebody else is told with its table; a leftover of a killed run is replaced', async () => {
  rules.run('table ip fairlead-trace { chain prerouting { type filter hook prerouting priority -350; drop; }; }')
  rules.run('table ip stranger { chain out { type filter hook prerouting priority -300; ip daddr 10.99.0.1 drop; }; }')
  const trace = NftTrace.open(node, tuple)
  const socket = connectTcp(sender, tuple.destination, 80)
  socket.on('error', () => undefined)
  try {
    await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(words(trace.read()[0]!.steps), ['stranger out rule drop'])
  } finally {
    socket.destroy()
    trace.close()
    rules.run('delete table ip stranger')
  }
  assert.equal(tables(), plain)
})

test('what cannot be followed is an error, and leaves nothing', () => {
  const code = 'NFT_TRACE_FAILED'
  assert.throws(() => NftTrace.open(node, { ...tuple, destination: 'no address' }), {
    code,
    message: /fl-trace-b: NFT_APPLY_FAILED/,
  })
  assert.throws(() => NftTrace.open('/run/netns/fl-trace-none', tuple), { code, message: /NAMESPACE_UNKNOWN/ })
  assert.equal(tables(), plain)
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createSocket, type Socket as DgramSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceFeed, ServiceListener } from '#agent/sources/service-feed.ts'
import type { Node } from '#api/core/node/message.ts'
import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import type { Informer } from '#client/informer.ts'
import { keepLoadBalancer, nodesReady } from '#cluster/fabric/load-balancer.ts'
import { createMachines, removeMachines } from '#cluster/machines/machines.ts'
import type { BalancedFrontend } from '#forwarding/load-balancer.ts'
import { openConntrack } from '#kernel/conntrack/conntrack.ts'
import { namespacePath } from '#kernel/namespaces/namespace.ts'
import { writeSysctls } from '#kernel/namespaces/sysctl.ts'
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { newAddress } from '#kernel/rtnetlink/address.ts'
import { Rtnetlink } from '#kernel/rtnetlink/rtnetlink.ts'
import { bindUdp, connectTcp, listenTcp } from '#kernel/sockets/socket.ts'
import { ofFamily } from '#net/per-family.ts'
import { nodeMarks } from '#podnetwork/machine-plan.ts'
import { BalancerWriter } from '#reconciler/balancer/balancer-writer.ts'
import { createServiceProxy } from '#reconciler/services/service-proxy.ts'
import { HOME, type Planned, plan } from './local-network.ts'
import { IcmpSocket, SctpSocket } from './sctp.ts'

/**
 * The fabric alone, in a real kernel: each node has the load balancer's addresses as its own, and servers there that say
 * which node they are on. What nodes do with Services is tested elsewhere.
 */
const ALL = ['node-1', 'node-2', 'node-3']
const WEB = { IPv4: '172.30.255.1', IPv6: 'fd00:172:30:0:ff::1' } as const
const UNKNOWN = '172.30.255.9'
const TCP_PORT = 80
const UDP_PORT = 53

let cluster: Planned
let writer: BalancerWriter
const servers: (Server | DgramSocket)[] = []
const opened: Socket[] = []
const accepted: Socket[] = []

const config = () => cluster.config
const inFabric = (...command: string[]) =>
  execFileSync('ip', ['netns', 'exec', config().fabric.namespace, ...command], { encoding: 'utf8' })
const giveNode = (namespace: string, address: string) => {
  using node = Rtnetlink.open(namespacePath(namespace))
  node.apply([newAddress(node.linkIndex('lo'), `${address}/${address.includes(':') ? 128 : 32}`)])
}
const openWriter = () =>
  new BalancerWriter(openNftables(namespacePath(config().fabric.namespace)), {
    serviceCidrs: config().serviceCidr,
    loadBalancerCidrs: config().loadBalancerCidr,
    marks: nodeMarks(config()),
  })
const addressOf = (family: keyof typeof WEB) =>
  family === 'IPv4' ? WEB.IPv4 : ofFamily(config().loadBalancerCidr, family).replace(/\/.*/, '1')

before(async () => {
  cluster = plan()
  createMachines(config())
  // Every refusal must be heard: no kind of message is held back.
  writeSysctls(namespacePath(config().fabric.namespace), [['ipv4/icmp_ratelimit', '0']])
  for (const { name, namespace } of config().nodes) {
    for (const family of ['IPv4', 'IPv6'] as const) {
      const address = addressOf(family)
      giveNode(namespace, address)
      const server = await listenTcp(namespacePath(namespace), address, TCP_PORT)
      server.on('connection', (socket: Socket) => {
        accepted.push(socket)
        socket.on('error', () => {})
        socket.write(name)
        socket.on('data', () => socket.write(name))
      })
      servers.push(server)
    }
    const udp = await bindUdp(namespacePath(namespace), WEB.IPv4, UDP_PORT)
    udp.on('message', (_, { address, port }) => udp.send(name, port, address))
    servers.push(udp)
  }
})
after(() => {
  for (const server of servers) server.close()
  for (const socket of accepted) socket.destroy()
  removeMachines({ name: config().name, config: config() })
  cluster.discard()
})
beforeEach(() => {
  writer = openWriter()
})
afterEach(() => {
  for (const socket of opened.splice(0)) socket.destroy()
  writer.close()
  inFabric('nft', 'flush', 'ruleset')
})

const frontend = (more: Partial<BalancedFrontend> = {}): BalancedFrontend => ({
  servicePort: 'default/web:',
  address: WEB.IPv4,
  protocol: 'TCP',
  port: TCP_PORT,
  nodes: ALL,
  keepers: ALL,
  affinitySeconds: undefined,
  ...more,
})
const serve = (present: readonly string[], ...frontends: BalancedFrontend[]) => writer.apply(frontends, { present })

interface Held {
  readonly node: string
  /** Which node answers the next question: an error’s code where none does. */
  readonly again: () => Promise<string>
  readonly localPort: () => number
}

async function hold(address: string = WEB.IPv4, port = TCP_PORT): Promise<Held> {
  const socket = connectTcp(HOME, address, port)
  opened.push(socket)
  const answer = async () => {
    const limit = AbortSignal.timeout(3000)
    try {
      const [data] = (await once(socket, 'data', { signal: limit })) as [Buffer]
      return String(data)
    } catch (error) {
      return limit.aborted ? 'silence' : ((error as NodeJS.ErrnoException).code ?? 'error')
    }
  }
  return {
    localPort: () => socket.localPort as number,
    node: await answer(),
    again: () => {
      const next = answer()
      socket.write('?')
      return next
    },
  }
}
const holdMany = async (count: number, address?: string): Promise<readonly Held[]> => {
  const held: Held[] = []
  for (let number = 0; number < count; number++) held.push(await hold(address))
  return held
}
const nodesOf = (held: readonly Held[]) => [...new Set(held.map(({ node }) => node))].sort()

async function ask(socket: DgramSocket): Promise<string> {
  const answer = Promise.race([
    once(socket, 'message').then(([text]) => String(text)),
    sleep(1000, 'silence', { ref: false }),
  ]).catch((error: NodeJS.ErrnoException) => error.code ?? 'error')
  socket.send('?')
  return answer
}
async function udpClient(address: string, port: number): Promise<DgramSocket> {
  const socket = createSocket('udp4')
  socket.connect(port, address)
  await once(socket, 'connect')
  return socket
}
/** Packets that the fabric has passed on so far. */
const forwarded = () => {
  const lines = inFabric('cat', '/proc/net/snmp')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
  const [names = [], values = []] = lines.map((line) => line.split(' '))
  return Number(values[names.indexOf('ForwDatagrams')])
}

/** The same once connections of before have ended. */
const settledForwarded = async () => {
  for (let last = forwarded(); ; ) {
    await sleep(50)
    const now = forwarded()
    if (now === last) return now
    last = now
  }
}

for (const family of ['IPv4', 'IPv6'] as const) {
  test(`${family}: new connections spread over the nodes that serve an address`, async () => {
    const address = addressOf(family)
    serve(ALL, frontend({ address }))
    assert.deepEqual(nodesOf(await holdMany(40, address)), ALL)
    serve(ALL, frontend({ address, nodes: ['node-2'] }))
    assert.deepEqual(nodesOf(await holdMany(10, address)), ['node-2'])
  })

  test(`${family}: a client of a Service with session affinity is given one node, until that serves no more; without affinity it spreads at once`, async () => {
    const address = addressOf(family)
    const sticky = frontend({ address, affinitySeconds: 100 })
    serve(ALL, sticky)
    const [home = ''] = nodesOf(await holdMany(20, address))
    assert.deepEqual(nodesOf(await holdMany(20, address)), [home])
    serve(ALL, sticky, frontend({ address, port: 81 }))
    assert.deepEqual(nodesOf(await holdMany(10, address)), [home], 'also when another Service comes')
    const others = ALL.filter((node) => node !== home)
    serve(ALL, { ...sticky, nodes: others })
    const [next = ''] = nodesOf(await holdMany(10, address))
    assert.ok(others.includes(next))
    serve(ALL, sticky)
    assert.deepEqual(nodesOf(await holdMany(10, address)), [next], 'it stays there when the first one is back')
    serve(ALL, { ...sticky, affinitySeconds: undefined })
    assert.deepEqual(nodesOf(await holdMany(40, address)), ALL)
  })
}

test('affinity ends with its time, and each new connection begins that anew', async () => {
  serve(ALL, frontend({ affinitySeconds: 1 }))
  const first = await hold()
  const end = Date.now() + 1500
  while (Date.now() < end) {
    assert.equal((await hold()).node, first.node)
    await sleep(100)
  }
  const seen = new Set<string>()
  for (let round = 0; round < 12 && seen.size < 2; round++) {
    await sleep(1200)
    seen.add((await hold()).node)
  }
  assert.equal(seen.size, 2)
})

test('a connection stays with its node whatever becomes of the set of nodes, while that node is there', async () => {
  serve(ALL, frontend())
  const held = await holdMany(30)
  assert.deepEqual(nodesOf(held), ALL)
  const stay = async (why: string) => {
    for (const one of held) assert.equal(await one.again(), one.node, why)
  }
  serve(ALL, frontend({ nodes: ['node-3'] }))
  await stay('two nodes are excluded')
  serve(ALL, frontend({ nodes: ['node-1', 'node-3'], keepers: ['node-1', 'node-3'] }))
  await stay('a node has no endpoint that answers')
  serve(ALL)
  await stay('the Service is gone')
  serve(ALL, frontend({ affinitySeconds: 100 }))
  await stay('it has affinity')
})

test('a connection to a node that is gone is reset, and those to the others go on', async () => {
  serve(ALL, frontend())
  const held = await holdMany(30)
  const left = ['node-1', 'node-3']
  serve(left, frontend({ nodes: left, keepers: left }))
  for (const one of held) assert.equal(await one.again(), one.node === 'node-2' ? 'ECONNRESET' : one.node)
})

test('what ICMP tells of a connection reaches the node that has it', async () => {
  serve(ALL, frontend())
  const unreachables = (namespace: string) => {
    const lines = execFileSync('ip', ['netns', 'exec', namespace, 'cat', '/proc/net/snmp'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.startsWith('Icmp:'))
    const [names = [], values = []] = lines.map((line) => line.split(' '))
    return Number(values[names.indexOf('InDestUnreachs')])
  }
  const heard = () => Object.fromEntries(config().nodes.map(({ name, namespace }) => [name, unreachables(namespace)]))
  const icmp = IcmpSocket.open(HOME, 4)
  const told = heard()
  for (let number = 0; number < 12; number++) {
    const { node, localPort } = await hold()
    const ports = [TCP_PORT, localPort()] as const
    icmp.sendTooBig(WEB.IPv4, { from: WEB.IPv4, to: config().host.addresses[0], ports })
    told[node] = (told[node] as number) + 1
  }
  await sleep(50)
  icmp.close()
  assert.deepEqual(heard(), told)
})

test('a UDP flow stays with its node while that could answer it, and finds another then', async () => {
  const dns = frontend({ protocol: 'UDP', port: UDP_PORT })
  serve(ALL, dns)
  const socket = await udpClient(WEB.IPv4, UDP_PORT)
  try {
    const home = await ask(socket)
    assert.ok(ALL.includes(home), home)
    const others = ALL.filter((node) => node !== home)
    serve(ALL, { ...dns, nodes: others })
    for (let round = 0; round < 5; round++) assert.equal(await ask(socket), home)
    serve(ALL, { ...dns, nodes: others, keepers: others })
    assert.ok(others.includes(await ask(socket)))
    serve(ALL)
    socket.on('error', () => {})
    assert.equal(await ask(socket), 'silence', 'no Service has the address: no answer of a node')
  } finally {
    socket.close()
  }
})

test('what no Service serves is refused once, in the fabric: TCP by a reset, UDP, SCTP and ping by ICMP; no packet goes on to a node', async () => {
  serve(ALL, frontend())
  const before = await settledForwarded()
  assert.equal((await hold(WEB.IPv4, 81)).node, 'ECONNREFUSED')
  assert.equal((await hold(UNKNOWN)).node, 'EHOSTUNREACH')
  const icmp = IcmpSocket.open(HOME, 4)
  const socket = await udpClient(WEB.IPv4, 81)
  const answer = await ask(socket)
  socket.close()
  assert.equal(answer, 'ECONNREFUSED')
  const sctp = SctpSocket.open(HOME, config().host.addresses[0])
  icmp.sendEcho(WEB.IPv4)
  sctp.sendInit(WEB.IPv4, 2000, 80)
  await sleep(200)
  const refused = icmp.portUnreachables().map(({ protocol }) => protocol)
  icmp.close()
  sctp.close()
  // The datagram of above, the echo request and the SCTP packet, once each.
  assert.deepEqual(refused.sort(), [1, 132, 17].sort())
  serve(ALL, frontend({ nodes: [] }))
  assert.equal((await hold()).node, 'ECONNREFUSED', 'it leads to no node')
  assert.equal(forwarded(), before)
})

test('what the fabric leads to a node that does not serve it is refused by the node, and does not come back to the fabric', async () => {
  const address = '172.30.255.7'
  const [node] = config().nodes
  const path = namespacePath(node!.namespace)
  const [nftables, conntrack] = [openNftables(path), openConntrack(path)]
  const proxy = createServiceProxy({
    node: {
      name: node!.name,
      zone: undefined,
      nodeAddresses: node!.addresses,
      podCidrs: config().clusterCidr,
      serviceCidrs: config().serviceCidr,
      balancedCidrs: config().loadBalancerCidr,
      ownPods: [],
    },
    kernel: { nftables, conntrack },
  })
  try {
    proxy.flush()
    serve(ALL, frontend({ address, nodes: ['node-1'] }), frontend({ address, protocol: 'UDP', nodes: ['node-1'] }))
    const before = await settledForwarded()
    assert.equal((await hold(address)).node, 'ECONNREFUSED')
    const socket = await udpClient(address, TCP_PORT)
    assert.equal(await ask(socket), 'ECONNREFUSED')
    socket.close()
    // Two there, and the two refusals back.
    assert.equal(forwarded() - before, 4)
    const sctp = SctpSocket.open(HOME, config().host.addresses[0])
    serve(ALL, frontend({ address, protocol: 'SCTP', nodes: ['node-1'] }))
    sctp.sendAbort(address, 2000, TCP_PORT)
    await sleep(100)
    sctp.close()
    assert.equal(forwarded() - before, 4, 'a packet of no connection goes nowhere')
  } finally {
    proxy.stop()
    nftables.run('delete table ip fairlead\ndelete table ip6 fairlead\n')
    nftables.close()
    conntrack.close()
  }
})

test('an earlier life’s rules are adopted: connections and pins stay, what was not told again goes', async () => {
  const sticky = frontend({ affinitySeconds: 100 })
  serve(ALL, frontend({ port: 81 }), sticky)
  const held = await hold()
  const many = openWriter()
  const rules = () =>
    inFabric('nft', 'list', 'ruleset')
      .split('\n')
      .filter((line) => /^\t\t(?!elements)/.test(line) && /@|accept|drop|reject/.test(line))
  const former = rules()
  many.apply([sticky], { present: ALL })
  assert.equal((await hold(WEB.IPv4, 81)).node, 'ECONNREFUSED')
  many.apply([frontend({ port: 81 }), sticky], { present: ALL })
  assert.deepEqual(rules().toSorted(), former.toSorted(), 'no rule stands twice')
  many.apply([sticky], { present: ALL })
  assert.equal(await held.again(), held.node)
  for (let round = 0; round < 10; round++) assert.equal((await hold()).node, held.node)
  many.close()
})

test('what somebody else has done to the fabric’s rules is found and mended', async () => {
  serve(ALL, frontend())
  assert.equal(writer.audit(), true)
  const held = await hold()
  for (const edit of [
    ['flush', 'ruleset'],
    ['flush', 'chain', 'ip', 'fairlead', 'balance'],
    ['flush', 'map', 'ip', 'fairlead', 'frontends'],
    ['insert', 'rule', 'ip', 'fairlead', 'balance', 'drop'],
    ['flush', 'chain', 'ip', 'fairlead', `pick-${ALL.length}`],
    ['add', 'chain', 'ip', 'fairlead', 'extra; add rule ip fairlead extra accept'],
    ['add', 'element', 'ip', 'fairlead', 'balanced', '{ 172.30.255.99 }'],
  ]) {
    inFabric('nft', ...edit)
    assert.equal(writer.audit(), false)
    serve(ALL, frontend())
    assert.equal(writer.audit(), true)
    assert.equal(await held.again(), held.node, edit.join(' '))
    assert.deepEqual(nodesOf(await holdMany(30)), ALL)
  }
  inFabric('nft', 'add', 'table', 'ip', 'foreign')
  assert.equal(writer.audit(), true, 'a table of somebody else')
  inFabric('nft', 'delete', 'table', 'ip', 'foreign')
})

test('keepLoadBalancer() follows Services, endpoints and nodes, and writes nothing before caches have synced and nodes have told', async () => {
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  let tell: ServiceListener = () => {}
  const { promise: synced, resolve: sync } = Promise.withResolvers<void>()
  const { promise: nodesTold, resolve: nodesTell } = Promise.withResolvers<void>()
  const ready = new Set(['node-1', 'node-2'])
  const nodeList = () =>
    config().nodes.map(({ name }) => ({
      metadata: { name },
      status: { conditions: [{ type: 'Ready', status: ready.has(name) ? 'True' : 'False' }] },
    }))
  const handlers: (() => void)[] = []
  const stop = new AbortController()
  /** Of its two subscriptions. */
  let ended = 0
  serve(ALL, frontend())
  const balancer = keepLoadBalancer({
    config: config(),
    services: {
      synced,
      subscribe: (listener: ServiceListener) => {
        tell = listener
        return () => ended++
      },
    } as unknown as ServiceFeed,
    nodes: {
      lister: { list: nodeList },
      hasSynced: Promise.resolve(),
      addHandlers: ({ onUpdate }: { onUpdate: () => void }) => {
        handlers.push(onUpdate)
        return () => ended++
      },
    } as unknown as Informer<Node>,
    nodesTold,
    signal: stop.signal,
    log: (message, error) => assert.fail(`${message}: ${error}`),
  })
  const service = (externalTrafficPolicy: string) =>
    ({
      metadata: { namespace: 'default', name: 'web' },
      spec: { type: 'LoadBalancer', externalTrafficPolicy, clusterIP: '10.96.0.9', ports: [{ port: TCP_PORT }] },
      status: { loadBalancer: { ingress: [{ ip: WEB.IPv4 }] } },
    }) as unknown as Service
  const slices = [
    {
      addressType: 'IPv4',
      ports: [{ name: '', port: 8080 }],
      endpoints: [{ addresses: ['10.244.2.2'], nodeName: 'node-2', conditions: { ready: true } }],
    },
  ] as unknown as EndpointSlice[]
  const key = { namespace: 'default', name: 'web' }
  try {
    tell(key, service('Local'), slices, [])
    sync()
    await settled()
    assert.deepEqual(nodesOf(await holdMany(30)), ALL, 'as an earlier life left it')
    nodesTell()
    await balancer.written
    assert.equal(balancer.fault(), undefined)
    assert.deepEqual(nodesOf(await holdMany(10)), ['node-2'])
    tell(key, service('Cluster'), slices, [])
    await settled()
    assert.deepEqual(nodesOf(await holdMany(30)), ['node-1', 'node-2'])
    ready.add('node-3')
    handlers[0]!()
    await settled()
    assert.deepEqual(nodesOf(await holdMany(40)), ALL)
    tell(key, undefined, [], [])
    await settled()
    assert.equal((await hold()).node, 'EHOSTUNREACH')
  } finally {
    stop.abort()
  }
  assert.equal(ended, 2, 'nobody is listened to any more')
})

test('nodesReady() waits for the last of the nodes', async () => {
  const ready = new Set(['node-1', 'node-2'])
  const look: (() => void)[] = []
  let told = false
  const waits = nodesReady(
    {
      lister: {
        list: () =>
          config().nodes.map(({ name }) => ({
            metadata: { name },
            status: { conditions: [{ type: 'Ready', status: ready.has(name) ? 'True' : 'Unknown' }] },
          })),
      },
      addHandlers: ({ onUpdate }: { onUpdate: () => void }) => look.push(onUpdate),
    } as unknown as Informer<Node>,
    config(),
  ).then(() => {
    told = true
  })
  look[0]!()
  await sleep(1)
  assert.equal(told, false)
  ready.add('node-3')
  look[0]!()
  await waits
  assert.equal(told, true)
})

test('a client that asks for a ClusterIP is led to one node for each address, so that what the node holds of it counts', async () => {
  const address = '10.96.0.9'
  for (const { name, namespace } of config().nodes) {
    giveNode(namespace, address)
    const server = await listenTcp(namespacePath(namespace), address, TCP_PORT)
    server.on('connection', (socket: Socket) => socket.on('error', () => {}).end(name))
    servers.push(server)
  }
  serve(ALL)
  assert.equal(nodesOf(await holdMany(30, address)).length, 1)
  const homes = new Set<string>()
  for (let number = 10; number < 40 && homes.size < 3; number++) {
    const other = `10.96.0.${number}`
    for (const { namespace } of config().nodes) giveNode(namespace, other)
    for (const { name, namespace } of config().nodes)
      servers.push(
        (await listenTcp(namespacePath(namespace), other, TCP_PORT)).on('connection', (socket: Socket) =>
          socket.on('error', () => {}).end(name),
        ),
      )
    homes.add((await hold(other)).node)
  }
  assert.equal(homes.size, 3, 'other addresses, other nodes')
})

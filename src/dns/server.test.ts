import assert from 'node:assert/strict'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import type { Service } from '#api/core/service/message.ts'
import { systemClock } from '#clock/clock.ts'
import { RecordType, type ResourceRecord } from '#names/record.ts'
import { Zone } from '#names/zone.ts'
import type { Datagram, DatagramSource } from '#net/datagram.ts'
import { decodeRecords } from './decode.ts'
import { DnsCounts } from './dns-counts.ts'
import { encodeQuestion } from './encode.ts'
import { Outside } from './forward/outside.ts'
import { DnsServer } from './server.ts'
import { datagramSource } from './testing/datagram-source.ts'

interface Front {
  readonly server: DnsServer
  readonly udp: number
  readonly tcp: number
}

const ADDRESS = Uint8Array.of(192, 0, 2, 7)
const NOERROR = 0
const NXDOMAIN = 3
const NOTIMP = 4
const REFUSED = 5
const SERVFAIL = 2
const fronts: DnsServer[] = []
/** The port where nobody listens. */
let deadPort: number
let outside: { readonly udp: UdpSocket; readonly tcp: Server; readonly port: number }
let inCluster: Front
let withEgress: Front
let withDeadUpstream: Front

const bound = async (port = 0): Promise<UdpSocket> => {
  const socket = createSocket('udp4')
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  return socket
}
const listening = async (port = 0): Promise<Server> => {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

const zoneOf = (): Zone => {
  const zone = new Zone('cluster.local', ['10.96.0.10'])
  const service = (name: string, spec: Service['spec']): Service => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec,
  })
  zone.setNamespace('shop', true)
  zone.setService('shop', 'web', service('web', { clusterIPs: ['10.96.7.1'], ports: [{ port: 80 }] }), [])
  zone.setService('shop', 'docs', service('docs', { type: 'ExternalName', externalName: 'docs.example.org' }), [])
  zone.setService(
    'shop',
    'lost',
    service('lost', { type: 'ExternalName', externalName: 'gone.shop.svc.cluster.local' }),
    [],
  )
  return zone
}

const outsideAt = (port: number): Outside =>
  new Outside({ servers: [`127.0.0.1:${port}`] }, { clock: systemClock, random: Math.random, counts: new DnsCounts() })

const front = async (outside?: Outside): Promise<Front> => {
  const [udp, tcp] = await Promise.all([datagramSource(), listening()])
  const server = new DnsServer({
    zone: zoneOf(),
    udp: [udp],
    tcp: [tcp],
    ...(outside && { outside }),
    random: () => 0,
    log: () => undefined,
  })
  fronts.push(server)
  return { server, udp: udp.port, tcp: (tcp.address() as AddressInfo).port }
}

/** A server of the outside: one address for every name, in an answer that repeats the question. */
const answerOf = (query: Buffer): Buffer => {
  const question = query.subarray(0, query.indexOf(0, 12) + 5)
  const reply = Buffer.concat([question, Buffer.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4), ADDRESS])
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(1, 6)
  reply.writeUInt16BE(0, 10)
  return reply
}

before(async () => {
  const tcp = await listening()
  const { port } = tcp.address() as AddressInfo
  const udp = await bound(port)
  udp.on('message', (query, peer) => udp.send(answerOf(query), peer.port, peer.address))
  tcp.on('connection', (connection) => {
    connection.on('data', (chunk: Buffer) => {
      const reply = answerOf(chunk.subarray(2))
      connection.write(Buffer.concat([Buffer.of(reply.length >> 8, reply.length & 255), reply]))
    })
  })
  outside = { udp, tcp, port }
  const dead = await listening()
  deadPort = (dead.address() as AddressInfo).port
  dead.close()
  inCluster = await front()
  withEgress = await front(outsideAt(port))
  withDeadUpstream = await front(outsideAt(deadPort))
})
after(() => {
  for (const server of fronts) server.close()
  outside.udp.close()
  outside.tcp.close()
})

const overUdp = async (port: number, query: Uint8Array): Promise<Buffer> => {
  const socket = createSocket('udp4')
  socket.send(query, port, '127.0.0.1')
  const [reply] = (await once(socket, 'message', { signal: AbortSignal.timeout(5_000) })) as [Buffer]
  socket.close()
  return reply
}
const overTcp = async (port: number, queries: readonly Uint8Array[]): Promise<readonly Buffer[]> => {
  const connection = connect(port, '127.0.0.1')
  connection.write(Buffer.concat(queries.flatMap((query) => [Buffer.of(query.length >> 8, query.length & 255), query])))
  const replies: Buffer[] = []
  let pending = Buffer.alloc(0)
  for await (const chunk of connection) {
    pending = Buffer.concat([pending, chunk as Buffer])
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      const end = 2 + pending.readUInt16BE(0)
      replies.push(pending.subarray(2, end))
      pending = pending.subarray(end)
    }
    if (replies.length === queries.length) break
  }
  return replies
}
const addresses = (records: readonly ResourceRecord[]): readonly string[] =>
  records.map(
    ({ name, data }) =>
      `${name} ${data.type} ${'address' in data ? data.address.join('.') : 'target' in data ? data.target : ''}`,
  )
const rcode = (reply: Buffer): number => reply[3]! & 15
const authoritative = (reply: Buffer): boolean => (reply[2]! & 4) !== 0
/** With an OPT record: 1232 octets, no options. */
const withEdns = (query: Uint8Array): Uint8Array => {
  const out = Buffer.concat([query, Buffer.of(0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0)])
  out.writeUInt16BE(1, 10)
  return out
}

test('DnsServer answers a name of the zone over UDP and over TCP', async () => {
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  const expected = ['web.shop.svc.cluster.local A 10.96.7.1']
  assert.deepEqual(addresses(decodeRecords(await overUdp(inCluster.udp, query))), expected)
  const [one, two] = await overTcp(inCluster.tcp, [query, query])
  assert.deepEqual(addresses(decodeRecords(one!)), expected)
  assert.deepEqual(addresses(decodeRecords(two!)), expected)
  assert.ok((inCluster.server.answeredByName().get('NOERROR') ?? 0) >= 3)
})

test('DnsServer refuses a name outside the zone where there is no upstream, and says why', async () => {
  const reply = await overUdp(inCluster.udp, withEdns(encodeQuestion('example.org', RecordType.A)))
  assert.equal(rcode(reply), REFUSED)
  assert.match(reply.toString('latin1'), /example\.org is outside cluster\.local, and this cluster has no egress/)
})

test('an answer that is kept says the same to clients that write the name in other letters', async () => {
  const ask = async (name: string) => {
    const reply = await overUdp(inCluster.udp, withEdns(encodeQuestion(name, RecordType.A)))
    return /[\w.]+ is outside [\w.]+/.exec(reply.toString('latin1'))?.[0]
  }
  assert.equal(await ask('KEPT.Example.ORG'), 'kept.example.org is outside cluster.local')
  assert.equal(await ask('kept.example.org'), 'kept.example.org is outside cluster.local')
})

/** Names that are not there, each as a resolver comes to it at the end of its search list. */
const cannotExist = [
  'wbe',
  'com',
  'web.defualt',
  'web.shop.svc',
  'web.shop.svc.cluster.lcoal',
  'web.local',
  'x.internal',
]
const mayExist = ['example.org', 'www.example.com', 'kubernetes.io', 'xn--80ak6aa92e.xn--p1ai', 'WWW.Example.DE', '']

for (const name of cannotExist)
  test(`DnsServer without an upstream says NXDOMAIN for ${name}, which cannot exist, and speaks for no zone`, async () => {
    const reply = await overUdp(inCluster.udp, encodeQuestion(name, RecordType.A))
    assert.equal(rcode(reply), NXDOMAIN)
    assert.equal(authoritative(reply), false)
    assert.equal(reply.readUInt16BE(8), 0, 'no SOA: nobody is to remember it')
  })

for (const name of mayExist)
  test(`DnsServer without an upstream refuses ${name || 'the root'}, which may exist`, async () => {
    assert.equal(rcode(await overUdp(inCluster.udp, encodeQuestion(name, RecordType.A))), REFUSED)
  })

test('DnsServer without an upstream speaks for no reverse zone of others', async () => {
  const ask = (name: string) => overUdp(inCluster.udp, encodeQuestion(name, RecordType.PTR))
  for (const [name, expected] of [
    ['9.9.9.10.in-addr.arpa', NXDOMAIN],
    [`9.${'0.'.repeat(30)}f.ip6.arpa`, NXDOMAIN],
    ['300.9.9.10.in-addr.arpa', NXDOMAIN],
    ['web.in-addr.arpa', NXDOMAIN],
    // There are names below.
    ['96.10.in-addr.arpa', NOERROR],
    ['0.0.d.f.ip6.arpa', NOERROR],
  ] as const) {
    const reply = await ask(name)
    assert.deepEqual([name, rcode(reply), authoritative(reply)], [name, expected, false])
    assert.equal(reply.readUInt16BE(8), 0, 'no SOA')
  }
  const known = await ask('1.7.96.10.in-addr.arpa')
  assert.deepEqual([rcode(known), authoritative(known)], [NOERROR, true])
})

test('DnsServer asks its upstream for addresses that nobody here has', async () => {
  const reply = await overUdp(withEgress.udp, encodeQuestion('9.9.9.10.in-addr.arpa', RecordType.PTR))
  assert.equal(rcode(reply), NOERROR)
  assert.equal(decodeRecords(reply).length, 1)
})

test('DnsServer answers class ANY as IN, and refuses other classes', async () => {
  const ofClass = (value: number): Uint8Array => {
    const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
    query[query.length - 1] = value
    return query
  }
  const any = await overUdp(inCluster.udp, ofClass(255))
  assert.deepEqual(addresses(decodeRecords(any)), ['web.shop.svc.cluster.local A 10.96.7.1'])
  assert.deepEqual([...any.subarray(-16)].slice(4, 6), [0, 1], 'the record is of class IN')
  for (const other of [3, 4, 254]) assert.equal(rcode(await overUdp(inCluster.udp, ofClass(other))), REFUSED)
})

test('DnsServer transfers no zone, and does nothing but answer queries', async () => {
  for (const type of [RecordType.AXFR, RecordType.IXFR])
    assert.equal(rcode(await overUdp(inCluster.udp, encodeQuestion('cluster.local', type))), REFUSED)
  const update = encodeQuestion('cluster.local', RecordType.SOA)
  update[2] = 5 << 3
  assert.equal(rcode(await overUdp(inCluster.udp, update)), NOTIMP)
})

test('DnsServer answers another EDNS version with BADVERS, whose upper bits stand in the OPT record', async () => {
  const query = withEdns(encodeQuestion('web.shop.svc.cluster.local', RecordType.A))
  query[query.length - 5] = 1
  const reply = await overUdp(inCluster.udp, query)
  assert.equal(rcode(reply), 0)
  const opt = 12 + 'web.shop.svc.cluster.local'.length + 2 + 4
  assert.deepEqual([reply[opt], reply.readUInt16BE(opt + 1), reply[opt + 5], reply[opt + 6]], [0, 41, 1, 0])
})

test('DnsServer with an upstream that is down gives the CNAME of an ExternalName Service alone', async () => {
  for (const type of [RecordType.A, RecordType.AAAA]) {
    const reply = await overUdp(withDeadUpstream.udp, encodeQuestion('docs.shop.svc.cluster.local', type))
    assert.equal(rcode(reply), NOERROR)
    assert.deepEqual(addresses(decodeRecords(reply)), ['docs.shop.svc.cluster.local CNAME docs.example.org'])
  }
})

test('DnsServer says NXDOMAIN for a CNAME to a name of ours that is not there, with the CNAME', async () => {
  const reply = await overUdp(inCluster.udp, encodeQuestion('lost.shop.svc.cluster.local', RecordType.A))
  assert.equal(rcode(reply), NXDOMAIN)
  assert.deepEqual(addresses(decodeRecords(reply)), ['lost.shop.svc.cluster.local CNAME gone.shop.svc.cluster.local'])
  assert.equal(reply.readUInt16BE(8), 1, 'and the SOA')
})

test('DnsServer forwards names outside the zone, over the transport they came by', async () => {
  const query = encodeQuestion('example.org', RecordType.A)
  assert.deepEqual(addresses(decodeRecords(await overUdp(withEgress.udp, query))), ['example.org A 192.0.2.7'])
  const [reply] = await overTcp(withEgress.tcp, [query])
  assert.deepEqual(addresses(decodeRecords(reply!)), ['example.org A 192.0.2.7'])
})

test('DnsServer gives the CNAME of an ExternalName Service and what the upstream says of its target', async () => {
  const reply = await overUdp(withEgress.udp, encodeQuestion('docs.shop.svc.cluster.local', RecordType.A))
  assert.deepEqual(addresses(decodeRecords(reply)), [
    'docs.shop.svc.cluster.local CNAME docs.example.org',
    'docs.example.org A 192.0.2.7',
  ])
  const alone = await overUdp(inCluster.udp, encodeQuestion('docs.shop.svc.cluster.local', RecordType.A))
  assert.deepEqual(addresses(decodeRecords(alone)), ['docs.shop.svc.cluster.local CNAME docs.example.org'])
})

test('DnsServer says SERVFAIL where no upstream answers', async () => {
  assert.equal(rcode(await overUdp(withDeadUpstream.udp, encodeQuestion('example.org', RecordType.A))), SERVFAIL)
})

test('DnsServer answers what it cannot read with FORMERR and stays', async () => {
  assert.equal(rcode(await overUdp(inCluster.udp, Uint8Array.of(0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63))), 1)
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  assert.equal(rcode(await overUdp(inCluster.udp, query)), 0)
})

test('DnsServer counts its answers by name: from the zone, from an upstream, and those to what it cannot read', async () => {
  const counts = async (of: Front, query: Uint8Array, name: string): Promise<number> => {
    const before = of.server.answeredByName().get(name) ?? 0
    await overUdp(of.udp, query)
    return (of.server.answeredByName().get(name) ?? 0) - before
  }
  const web = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  assert.equal(await counts(inCluster, web, 'NOERROR'), 1)
  assert.equal(await counts(withEgress, encodeQuestion('example.org', RecordType.A), 'NOERROR'), 1)
  assert.equal(await counts(withDeadUpstream, encodeQuestion('example.org', RecordType.A), 'SERVFAIL'), 1)
  assert.equal(await counts(inCluster, Uint8Array.of(0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 63), 'FORMERR'), 1)
})

/** A server without sockets: what it answers to a datagram, at once. */
const direct = (zone: Zone) => {
  const logged: string[] = []
  const room = new Uint8Array(70_000)
  let answer: (datagram: Datagram) => number = () => 0
  const source: DatagramSource = {
    serve(respond) {
      answer = respond
    },
    pause: () => undefined,
    close: () => undefined,
  }
  const server = new DnsServer({ zone, udp: [source], tcp: [], random: () => 0, log: (text) => logged.push(text) })
  const ask = (bytes: Uint8Array): Uint8Array | undefined => {
    // In the middle of other octets, as in a batch.
    const around = Uint8Array.from([0xff, ...bytes, 0xff])
    const datagram = {
      bytes: around,
      start: 1,
      end: 1 + bytes.length,
      answer: room,
      at: 7,
      later: () => () => undefined,
    }
    const length = answer(datagram)
    return length === 0 ? undefined : room.slice(7, 7 + length)
  }
  return { server, ask, logged }
}

test('DnsServer answers any octets with an answer that has their id, or with nothing, and logs none', () => {
  const { ask, logged } = direct(zoneOf())
  const named = fc.constantFrom('web', 'docs', 'lost', 'none').map((name) => `${name}.shop.svc.cluster.local`)
  const query = fc
    .record({ name: named, type: fc.integer({ min: 0, max: 260 }), edns: fc.boolean() })
    .map(({ name, type, edns }) => (edns ? withEdns(encodeQuestion(name, type)) : encodeQuestion(name, type)))
  const spoilt = fc
    .tuple(query, fc.array(fc.tuple(fc.nat(80), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }), fc.nat(90))
    .map(([bytes, changes, end]) => {
      const out = Uint8Array.from(bytes)
      for (const [at, octet] of changes) out[at % out.length] = octet
      return out.subarray(0, end < 80 ? out.length : end)
    })
  let answered = 0
  fc.assert(
    fc.property(fc.oneof(spoilt, fc.uint8Array({ maxLength: 100 })), (bytes) => {
      const reply = ask(bytes)
      if (reply === undefined) return
      answered++
      assert.ok(reply.length >= 12 && reply.length <= 65_507)
      assert.deepEqual([...reply.subarray(0, 2)], [...bytes.subarray(0, 2)])
      assert.equal(reply[2]! & 0x80, 0x80)
    }),
    { numRuns: 5000 },
  )
  assert.ok(answered > 1000, `${answered} were answered`)
  assert.deepEqual(logged, [])
})

test('DnsServer lets one query fail alone: SERVFAIL, a line in the log, and the next is answered', () => {
  const zone = zoneOf()
  const answer = zone.answer.bind(zone)
  let isBroken = true
  zone.answer = (question, random) => {
    if (isBroken) throw new TypeError('a fault of ours')
    return answer(question, random)
  }
  const { ask, logged, server } = direct(zone)
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  assert.deepEqual([...ask(query)!].slice(0, 4), [0, 1, 0x80, SERVFAIL])
  assert.match(logged.join(), /could not be answered: TypeError: a fault of ours/)
  isBroken = false
  assert.deepEqual(addresses(decodeRecords(ask(query)!)), ['web.shop.svc.cluster.local A 10.96.7.1'])
  assert.deepEqual(Object.fromEntries(server.answeredByName()), { SERVFAIL: 1, NOERROR: 1 })
})

test('DnsServer answers by the zone as it is, however often a question was asked before', () => {
  const zone = zoneOf()
  const { ask, server } = direct(zone)
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  const found = () => addresses(decodeRecords(ask(query)!))
  for (let times = 0; times < 3; times++) assert.deepEqual(found(), ['web.shop.svc.cluster.local A 10.96.7.1'])
  const moved: Service = { apiVersion: 'v1', kind: 'Service', metadata: {}, spec: { clusterIPs: ['10.96.7.2'] } }
  zone.setService('shop', 'web', moved, [])
  for (let times = 0; times < 3; times++) assert.deepEqual(found(), ['web.shop.svc.cluster.local A 10.96.7.2'])
  zone.setService('shop', 'web', undefined, [])
  for (let times = 0; times < 3; times++) assert.equal(ask(query)![3]! & 15, NXDOMAIN)
  assert.deepEqual(Object.fromEntries(server.answeredByName()), { NOERROR: 6, NXDOMAIN: 3 })
})

test('DnsServer outlives a client whose TCP connection breaks off, and answers the next', async () => {
  const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
  const framed = Buffer.concat([Buffer.of(0, query.length), query])
  for (let times = 0; times < 5; times++) {
    const connection = connect(inCluster.tcp, '127.0.0.1')
    connection.write(Buffer.concat(Array(50).fill(framed)))
    await once(connection, 'data')
    connection.resetAndDestroy()
  }
  const [reply] = await overTcp(inCluster.tcp, [query])
  assert.deepEqual(addresses(decodeRecords(reply!)), ['web.shop.svc.cluster.local A 10.96.7.1'])
})

test('bounds: DnsServer keeps 1,024 TCP connections: who has the most loses its oldest, and the newest is answered', async () => {
  const many: Socket[] = []
  const left: number[] = []
  try {
    for (let number = 0; number < 1025; number++) {
      const connection = connect(inCluster.tcp, '127.0.0.1')
      connection.on('error', () => undefined).on('close', () => left.push(number))
      many.push(connection)
      await once(connection, 'connect')
    }
    await once(many[0]!, 'close')
    const query = encodeQuestion('web.shop.svc.cluster.local', RecordType.A)
    many.at(-1)!.write(Buffer.concat([Buffer.of(0, query.length), query]))
    const [reply] = (await once(many.at(-1)!, 'data')) as [Buffer]
    assert.deepEqual(addresses(decodeRecords(reply.subarray(2))), ['web.shop.svc.cluster.local A 10.96.7.1'])
    assert.deepEqual(left, [0])
  } finally {
    for (const connection of many) connection.destroy()
  }
})

test('DnsServer answers at sockets that are added, also while another answers by UDP, until they are closed', () => {
  const state = { served: 0, paused: 0, closed: 0 }
  const source: DatagramSource = {
    serve: () => state.served++,
    pause: () => state.paused++,
    close: () => state.closed++,
  }
  const server = new DnsServer({ zone: zoneOf(), udp: [], tcp: [], random: () => 0, log: () => undefined })
  const close = server.add({ udp: [source], tcp: [] })
  assert.deepEqual(state, { served: 1, paused: 0, closed: 0 })
  server.pauseUdp()
  assert.equal(state.paused, 1)
  server.add({ udp: [source], tcp: [] })
  assert.equal(state.served, 1, 'another answers')
  server.serveUdp()
  assert.equal(state.served, 3)
  close()
  close()
  assert.equal(state.closed, 1, 'once')
  server.close()
  assert.equal(state.closed, 2, 'the other one')
})

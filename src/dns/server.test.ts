import assert from 'node:assert/strict'
import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import type { Service } from '#api/core-v1.ts'
import { decodeRecords } from './decode.ts'
import { encodeQuestion } from './encode.ts'
import { RecordType, type ResourceRecord } from './message.ts'
import { DnsServer } from './server.ts'
import { Upstream } from './upstream.ts'
import { Zone } from './zone.ts'

interface Front {
  readonly server: DnsServer
  readonly udp: number
  readonly tcp: number
}

const ADDRESS = Uint8Array.of(192, 0, 2, 7)
const NXDOMAIN = 3
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
  return zone
}

const front = async (upstream?: Upstream): Promise<Front> => {
  const [udp, tcp] = await Promise.all([bound(), listening()])
  const server = new DnsServer({
    zone: zoneOf(),
    udp: [udp],
    tcp: [tcp],
    upstream,
    random: () => 0,
    log: () => undefined,
  })
  fronts.push(server)
  return { server, udp: udp.address().port, tcp: (tcp.address() as AddressInfo).port }
}

/** A server of the outside: one address for every name, in an answer that repeats the question. */
const answerOf = (query: Buffer): Buffer => {
  const reply = Buffer.concat([query, Buffer.of(0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4), ADDRESS])
  reply.writeUInt16BE(0x8180, 2)
  reply.writeUInt16BE(1, 6)
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
  withEgress = await front(new Upstream(['127.0.0.1'], port))
  withDeadUpstream = await front(new Upstream(['127.0.0.1'], deadPort))
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
  assert.ok((inCluster.server.answered.get(0) ?? 0) >= 3)
})

test('DnsServer refuses a name outside the zone where there is no upstream, and says why', async () => {
  const reply = await overUdp(inCluster.udp, withEdns(encodeQuestion('example.org', RecordType.A)))
  assert.equal(rcode(reply), REFUSED)
  assert.match(reply.toString('latin1'), /example\.org is outside cluster\.local, and this cluster has no egress/)
})

test('DnsServer says NXDOMAIN for an address that nobody has, where there is no upstream', async () => {
  assert.equal(rcode(await overUdp(inCluster.udp, encodeQuestion('9.9.9.10.in-addr.arpa', RecordType.PTR))), NXDOMAIN)
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

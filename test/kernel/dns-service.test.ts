import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { DnsService } from '#agent/parts/dns/dns-service.ts'
import type { Service } from '#api/core/service/message.ts'
import { decodeRecords } from '#dns/decode.ts'
import { encodeQuestion } from '#dns/encode.ts'
import { createNetworkNamespace, deleteNamespace } from '#kernel/namespaces/namespace.ts'
import { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import { bindUdp } from '#kernel/sockets/socket.ts'
import { Rcode, RecordType } from '#names/record.ts'
import { recordLine } from '#names/testing/record-text.ts'
import { Zone } from '#names/zone.ts'

const NAME = 'fl-dns-service'
const PORT = 53
const FLOOD = { datagrams: 50, withinMs: 60_000 }
const HOSTS = ['127.0.0.1', '::1'] as const

const zone = new Zone('cluster.local', ['10.96.0.10'])
const setService = (name: string, clusterIP?: string): void => {
  const service: Service = { apiVersion: 'v1', kind: 'Service', metadata: {}, spec: { clusterIPs: [clusterIP ?? ''] } }
  zone.setService('shop', name, clusterIP === undefined ? undefined : service, [])
}
let path: string
let service: DnsService
const clients = new Map<string, Socket>()
const logged: string[] = []

before(async () => {
  path = createNetworkNamespace(NAME)
  execFileSync('ip', ['-n', NAME, 'link', 'set', 'lo', 'up'])
  zone.setNamespace('shop', true)
  setService('web', '10.96.7.1')
  zone.setPodAddress('shop', '10.244.1.5', true)
  zone.setPodAddress('shop', '10.244.1.5', true)
  service = new DnsService({
    zone,
    filled: Promise.resolve(),
    log: (text) => logged.push(text),
    flood: FLOOD,
  })
  service.add({ udp: HOSTS.map((host) => DatagramServer.bind(path, host, PORT)), tcp: [] })
  for (const host of HOSTS) clients.set(host, await bindUdp(path, host, 0))
})
after(async () => {
  await service.thread?.terminate()
  service.close()
  for (const client of clients.values()) client.close()
  deleteNamespace(path)
})

/** The records of a name, or what rcode it has. */
const ask = async (name: string, host: string = HOSTS[0]): Promise<readonly string[] | number> => {
  const client = clients.get(host)!
  client.send(encodeQuestion(name, RecordType.A), PORT, host)
  const [reply] = (await once(client, 'message', { signal: AbortSignal.timeout(5000) })) as [Buffer]
  const rcode = reply[3]! & 15
  return rcode === Rcode.NOERROR ? decodeRecords(reply).map(recordLine) : rcode
}
const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, count) => all + count, 0)
const answers = (): number => sum(service.answeredByName())
const byThread = (): number => sum(service.thread?.counts.byRcode() ?? new Map())
const WEB = ['web.shop.svc.cluster.local A 10.96.7.1']

test('DnsService answers by itself while few ask', async () => {
  for (const host of HOSTS) assert.deepEqual(await ask('web.shop.svc.cluster.local', host), WEB)
  assert.equal(service.thread, undefined)
  assert.equal(answers(), 2)
})

test('DnsService hands a flood over to a thread, which answers the same, and no answer is missed', async () => {
  let asked = answers()
  while (!service.thread) {
    assert.deepEqual(await ask('web.shop.svc.cluster.local', HOSTS[asked % 2]), WEB)
    asked++
  }
  assert.ok(asked >= FLOOD.datagrams, `${asked} asked`)
  const before = byThread()
  for (const host of HOSTS) {
    assert.deepEqual(await ask('web.shop.svc.cluster.local', host), WEB)
    assert.deepEqual(await ask('10-244-1-5.shop.pod.cluster.local', host), [
      '10-244-1-5.shop.pod.cluster.local A 10.244.1.5',
    ])
    assert.equal(await ask('gone.shop.svc.cluster.local', host), Rcode.NXDOMAIN)
  }
  assert.equal(byThread(), before + 6, 'the thread gave them')
  assert.equal(answers(), asked + 6, 'and metrics count them with ours')
})

test('DnsService’s thread follows the zone: what comes, what changes, what goes, and what is counted', async () => {
  assert.ok(service.thread)
  const becomes = async (name: string, expected: readonly string[] | number): Promise<void> => {
    let found = await ask(name)
    for (let tries = 0; tries < 200 && JSON.stringify(found) !== JSON.stringify(expected); tries++) {
      await sleep(5)
      found = await ask(name)
    }
    assert.deepEqual(found, expected)
  }
  const name = 'late.shop.svc.cluster.local'
  assert.equal(await ask(name), Rcode.NXDOMAIN)
  setService('late', '10.96.7.2')
  await becomes(name, [`${name} A 10.96.7.2`])
  setService('late', '10.96.7.3')
  await becomes(name, [`${name} A 10.96.7.3`])
  setService('late')
  await becomes(name, Rcode.NXDOMAIN)
  // The two pods that shared an address came over as two.
  zone.setPodAddress('shop', '10.244.1.5', false)
  setService('marker', '10.96.7.9')
  await becomes('marker.shop.svc.cluster.local', ['marker.shop.svc.cluster.local A 10.96.7.9'])
  const pod = '10-244-1-5.shop.pod.cluster.local'
  assert.deepEqual(await ask(pod), [`${pod} A 10.244.1.5`])
  zone.setPodAddress('shop', '10.244.1.5', false)
  await becomes(pod, Rcode.NXDOMAIN)
})

test('DnsService answers by itself again when its thread has ended, and forgets no count', async () => {
  const { thread } = service
  assert.ok(thread)
  const before = answers()
  await thread.terminate()
  assert.equal(service.thread, undefined)
  for (const host of HOSTS) assert.deepEqual(await ask('web.shop.svc.cluster.local', host), WEB)
  assert.equal(answers(), before + 2)
  assert.deepEqual(logged, ['a flood of queries: a thread of its own takes over'])
})

import { parentPort, workerData } from 'node:worker_threads'
import { DnsCounts } from '#dns/dns-counts.ts'
import { DnsServer } from '#dns/server.ts'
import { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import { setTurn } from '#kernel/sockets/turn-budget.ts'
import { Zone } from '#names/zone.ts'
import { besideZone } from '../../sources/beside-zone.ts'
import type { DnsThreadData, FromDnsThread, SharedSocket, ToDnsThread } from './dns-thread.ts'

const { domain, beside, counts } = workerData as DnsThreadData
/** Changes of the zone are all that waits meanwhile, some 3 ms. */
setTurn(1024)
const zone = new Zone(domain, [])
const tell = (message: FromDnsThread): void => parentPort?.postMessage(message)

const counted = new DnsCounts(new Float64Array(counts))

const serve = (sockets: readonly SharedSocket[]): void => {
  new DnsServer({
    zone,
    udp: sockets.map(({ fd, type }) => new DatagramServer(fd, type)),
    tcp: [],
    ...besideZone(beside, counted),
    random: Math.random,
    log: (text) => tell({ log: text }),
    counts: counted,
  })
  tell({ serving: true })
}

parentPort?.on('message', (message: ToDnsThread) => {
  if ('serve' in message) serve(message.serve)
  else for (const change of message.changes) zone.apply(change)
})

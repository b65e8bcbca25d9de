import { closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { DNS_COUNTS, DnsCounts } from '#dns/dns-counts.ts'
import type { DatagramServer } from '#kernel/sockets/datagram-server.ts'
import type { Zone } from '#names/zone.ts'
import type { ZoneChange } from '#names/zone-store.ts'
import type { BesideZone } from '../../sources/beside-zone.ts'

/** A socket by its descriptor, which all threads of a process share. */
export interface SharedSocket {
  readonly fd: number
  readonly type: DatagramServer['type']
}

/** What the thread is born with. */
export interface DnsThreadData {
  readonly domain: string
  readonly beside: BesideZone
  /** DNS_COUNTS numbers of 64 bits. */
  readonly counts: SharedArrayBuffer
}

/** The first ones make the thread's zone what ours is. */
export type ToDnsThread = { readonly changes: readonly ZoneChange[] } | { readonly serve: readonly SharedSocket[] }
export type FromDnsThread = { readonly serving: true } | { readonly log: string }

/** The bundle lies beside ours; without one, the source does. */
const program = (): string => {
  const bundle = join(import.meta.dirname, 'dns-worker.mjs')
  return existsSync(bundle) ? bundle : join(import.meta.dirname, 'dns-worker.ts')
}

interface DnsThreadOptions extends Omit<DnsThreadData, 'counts'> {
  readonly zone: Zone
  readonly udp: readonly DatagramServer[]
  readonly log: (message: string) => void
  /** It answers now. */
  readonly onServing: () => void
  /** It has ended, by a fault. */
  readonly onEnd: () => void
}

/** A thread of this process that answers DNS from a zone of its own, which follows ours. */
export class DnsThread {
  readonly counts = new DnsCounts(new Float64Array(new SharedArrayBuffer(DNS_COUNTS * Float64Array.BYTES_PER_ELEMENT)))
  readonly #worker: Worker

  constructor({ zone, udp, log, onServing, onEnd, domain, beside }: DnsThreadOptions) {
    const counts = this.counts.numbers.buffer as SharedArrayBuffer
    const workerData: DnsThreadData = { domain, beside, counts }
    const worker = new Worker(program(), { name: 'dns', workerData, resourceLimits: { maxYoungGenerationSizeMb: 4 } })
    this.#worker = worker
    const tell = (message: ToDnsThread): void => worker.postMessage(message)
    zone.follow((changes) => tell({ changes }))
    const sockets = udp.map((socket) => ({ fd: socket.duplicate(), type: socket.type }))
    tell({ serve: sockets })
    worker.on('message', (message: FromDnsThread) => {
      if ('log' in message) log(message.log)
      else onServing()
    })
    worker.on('error', (error: Error) => log(`the thread has ended: ${error.stack}`))
    worker.on('exit', () => {
      // A thread's descriptors are the process's: they do not end with it.
      for (const { fd } of sockets) closeSync(fd)
      onEnd()
    })
    worker.unref()
  }

  /** Ends it, as a fault would. */
  async terminate(): Promise<void> {
    await this.#worker.terminate()
  }
}

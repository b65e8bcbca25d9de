/**
 * In a process and namespace of its own: the chain-per-Service layout, through the loader that our layout uses too.
 * Prints one line of JSON.
 */
import { openNftables } from '#kernel/nftables/libnftables.ts'
import { kernelMemory, likeTheAgentHost, watchPeak } from '../dataplane/measure.ts'
import { clusterIp, ENDPOINTS, endpointAddress, POD_PORT, SERVICE_PORT } from '../dataplane/services.ts'
import { type RivalService, renderBase, renderChange, renderServices } from './chain-per-service.ts'

export interface RivalOptions {
  readonly services: number
  /** Services that one transaction brings. */
  readonly transaction: number
  readonly limit_ms: number
  readonly changes: number
  /** Changes end early after so long; at least three are made. */
  readonly changes_limit_ms: number
}

export interface RivalResult {
  readonly transaction: number
  readonly cold_ms: number
  readonly cold_cpu_ms: number
  readonly longest_ms: number
  readonly peak_mb: number
  readonly kernel_mb: number
  /** Fewer than asked for: the time was up. */
  readonly loaded: number
  readonly changes: readonly number[]
}

likeTheAgentHost()
const options = JSON.parse(process.argv[2] ?? '') as RivalOptions
const serviceOf = (number: number, version = 0): RivalService => ({
  name: `s${number}`,
  clusterIp: clusterIp(number),
  port: SERVICE_PORT,
  endpoints: Array.from({ length: ENDPOINTS }, (_, index) => ({
    address: endpointAddress(number, index, index === ENDPOINTS - 1 ? version : 0),
    port: POD_PORT,
  })),
})
const services = Array.from({ length: options.services }, (_, number) => serviceOf(number))
const nftables = openNftables()
const memory = watchPeak()
const kernelBefore = kernelMemory()
const processor = process.cpuUsage()
const started = performance.now()
const since = () => performance.now() - started
let longest_ms = 0
let loaded = 0
nftables.run(renderBase())
while (loaded < services.length && since() < options.limit_ms) {
  const from = since()
  const chunk = services.slice(loaded, loaded + options.transaction)
  nftables.run(renderServices(chunk))
  loaded += chunk.length
  longest_ms = Math.max(longest_ms, since() - from)
}
const cold_ms = since()
const { user, system } = process.cpuUsage(processor)
const cold_cpu_ms = (user + system) / 1000
const kernel_mb = kernelMemory() - kernelBefore
const peak_mb = memory.peak()
const changes: number[] = []
if (loaded === services.length) {
  const began = since()
  for (let round = 0; round < options.changes; round++) {
    if (round >= 3 && since() - began > options.changes_limit_ms) break
    const number = (round * 7919) % services.length
    const version = Math.floor(round / services.length)
    const text = renderChange(serviceOf(number, version), serviceOf(number, version + 1))
    const from = since()
    nftables.run(text)
    changes.push(since() - from)
  }
}
nftables.close()
const { transaction } = options
const answer: RivalResult = { transaction, cold_ms, cold_cpu_ms, longest_ms, peak_mb, kernel_mb, loaded, changes }
console.log(JSON.stringify(answer))

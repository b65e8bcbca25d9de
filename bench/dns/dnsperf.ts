import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { quantile } from '../dataplane/measure.ts'
import type { Server } from './rivals.ts'

/** One run of dnsperf against one server. */
export interface Run {
  readonly qps: number
  /** Processor time of the server's process for one answer, µs. */
  readonly cpu_us: number
}

export interface Latency {
  readonly p50_ms: number
  readonly p99_ms: number
}

export interface Target {
  readonly netns: string
  readonly address: string
  readonly file: string
}

/** Hundredths of a second, user and system, that a process has used. */
const processorTicks = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

/** Megabytes that are resident. */
export const residentMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const dnsperf = (target: Target, server: Server, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const command = ['dnsperf', '-s', target.address, '-p', `${server.port}`, '-d', target.file, '-t', '2', ...args]
    const child = spawn('nsenter', [`--net=${target.netns}`, ...command], { stdio: ['ignore', 'pipe', 'inherit'] })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (status) => {
      const text = Buffer.concat(chunks).toString('latin1')
      if (status === 0) resolve(text)
      else reject(new Error(`dnsperf against ${server.name} ended with ${status}: ${text.slice(-500)}`))
    })
  })

const numberIn = (text: string, pattern: RegExp): number => Number(pattern.exec(text)?.[1] ?? Number.NaN)

/**
 * As many queries as are answered, `outstanding` at a time. Throws where a server does not answer as it should: a fifth
 * of the names are not there, all others are, and none is left unanswered.
 */
export const throughput = async (
  target: Target,
  server: Server,
  { seconds, outstanding }: { readonly seconds: number; readonly outstanding: number },
): Promise<Run> => {
  const before = processorTicks(server.pid)
  const text = await dnsperf(target, server, ['-l', `${seconds}`, '-q', `${outstanding}`])
  const ticks = processorTicks(server.pid) - before
  const completed = numberIn(text, /Queries completed:\s+(\d+)/)
  const found = numberIn(text, /NOERROR (\d+)/)
  const missing = numberIn(text, /NXDOMAIN (\d+)/)
  const share = missing / completed
  if (found + missing !== completed || !(share > 0.19 && share < 0.21))
    throw new Error(`${server.name} does not answer as it should: ${text}`)
  // What was lost is told, not hidden: the caller's figure is of what was answered.
  const lost = numberIn(text, /Queries lost:\s+(\d+)/)
  if (lost > completed / 1000) throw new Error(`${server.name} left ${lost} of ${completed + lost} queries unanswered`)
  return { qps: numberIn(text, /Queries per second:\s+([\d.]+)/), cpu_us: (ticks * 10_000) / completed }
}

/** How long an answer takes, at a rate (`perSecond`), or while as many are asked as are answered. */
export const latency = async (
  target: Target,
  server: Server,
  {
    seconds,
    outstanding,
    perSecond,
  }: { readonly seconds: number; readonly outstanding: number; readonly perSecond?: number },
): Promise<Latency> => {
  const rate = perSecond === undefined ? [] : ['-Q', `${perSecond}`]
  const text = await dnsperf(target, server, ['-v', '-l', `${seconds}`, '-q', `${outstanding}`, ...rate])
  const samples = [...text.matchAll(/^> \w+ .* ([\d.]+)$/gm)].map(([, value]) => Number(value) * 1000)
  return { p50_ms: quantile(samples, 0.5), p99_ms: quantile(samples, 0.99) }
}

/** Asks without an end until it is stopped. */
export const flood = (target: Target, server: Server): { stop(): Promise<void> } => {
  const command = ['dnsperf', '-s', target.address, '-p', `${server.port}`, '-d', target.file, '-l', '120', '-q', '100']
  const child = spawn('nsenter', [`--net=${target.netns}`, ...command], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    stop() {
      child.kill('SIGINT')
      return ended
    },
  }
}

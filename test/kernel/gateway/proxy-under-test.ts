import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { compileProxy } from '#dataplane/haproxy/compile.ts'
import type { ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { serversOf } from '#dataplane/haproxy/servers.ts'
import { assignSlots, NO_SLOTS } from '#dataplane/haproxy/slots.ts'
import type { RoutingTable } from '#routes/table/table.ts'
import { writeProxyFolder } from './proxy-folder.ts'

const OWN_PORT = 19101
const PROGRAM = fileURLToPath(new URL('../../../src/dataplane/haproxy/lua/gateway.lua', import.meta.url))

/** What it may have of clients at once. */
export const MAX_CONNECTIONS = 500

/** Ports of this machine by keys of backends, of one that has several endpoints all. */
export type Ports = ReadonlyMap<string, number | readonly number[]>

/** A real HAProxy on a table. */
export class ProxyUnderTest {
  readonly plan: ProxyPlan
  readonly folder: string
  /** What it has said of itself. */
  output = ''
  readonly #process: ChildProcess

  private constructor(plan: ProxyPlan, folder: string) {
    this.plan = plan
    this.folder = folder
    this.#process = spawn('haproxy', ['-db', '-C', folder, '-f', 'haproxy.cfg'], { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.on('data', (data) => {
        this.output += data
      })
    }
  }

  /** Throws what it has said where it does not start. */
  static async start(table: RoutingTable, ports: Ports): Promise<ProxyUnderTest> {
    const plan = compileProxy(table, assignSlots(NO_SLOTS, table.backends), {
      program: PROGRAM,
      families: ['IPv4'],
      threads: 1,
      maxConnections: MAX_CONNECTIONS,
      metricsBind: `127.0.0.1:${OWN_PORT}`,
      hardStopAfterMs: 1000,
    })
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-proxy-'))
    const servers = [...plan.slots].map(([slot, key]) => {
      const backend = table.backends.get(key)
      const port = ports.get(key)
      if (backend === undefined || port === undefined) return [slot, []] as const
      const endpoints = [port].flat().map((one) => ({ address: '127.0.0.1', port: one }))
      return [slot, serversOf(backend, endpoints)] as const
    })
    writeProxyFolder(folder, plan, new Map(servers))
    const proxy = new ProxyUnderTest(plan, folder)
    const binds = [OWN_PORT, ...table.sites.flatMap(({ ports }) => ports.map(({ bind }) => bind))]
    for (let tries = 0; tries < 1000; tries++) {
      if (proxy.#process.exitCode !== null) throw new Error(proxy.output)
      // It listens at one port after another.
      if ((await Promise.all(binds.map(answers))).every(Boolean)) return proxy
      await sleep(5)
    }
    await proxy.stop()
    throw new Error(`it does not listen: ${proxy.output}`)
  }

  /** What it has of the machine's memory. */
  get residentMb(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, 'exit')
    if (this.#process.exitCode === null && this.#process.kill('SIGKILL')) await ended
    rmSync(this.folder, { recursive: true })
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

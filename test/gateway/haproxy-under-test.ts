import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type Clock, systemClock } from '#clock/clock.ts'
import type { ProxyMap } from '#dataplane/haproxy/proxy-map.ts'
import type { CertificateListLine, PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { showProcesses } from '../../src/gateway/haproxy/master-socket.ts'
import { RunningProxy } from '../../src/gateway/haproxy/running-proxy.ts'

export const PROGRAM = '/usr/sbin/haproxy'

/** Why a test of an HAProxy cannot be done here. */
export const skip: string | false = !process.env.FAIRLEAD_ISOLATED
  ? 'only inside script/isolated'
  : !existsSync(PROGRAM)
    ? 'haproxy is missing: apt-get install haproxy'
    : false

export const PORT = 18_080
export const TLS_PORT = 18_443

/** A plan by hand: paths lead to slots by `routes`, and by what `lists` say in order. */
export interface HandPlan {
  readonly slots?: number
  readonly routes?: Readonly<Record<string, string>>
  readonly list?: Readonly<Record<string, string>>
  readonly backends?: Readonly<Record<string, string>>
  readonly certificates?: Readonly<Record<string, string>>
  readonly lines?: readonly CertificateListLine[]
  /** Whether the first of these is shown for names that no other has. */
  readonly isDefault?: boolean
  readonly authorities?: Readonly<Record<string, string>>
  /** Another text, another configuration. */
  readonly note?: string
}

const tree = (entries: Readonly<Record<string, string>> = {}): ProxyMap => ({
  type: 'tree',
  parts: new Set([new Map(Object.entries(entries))]),
})

export const handPlan = ({ slots = 10, ...plan }: HandPlan): ProxyPlan => ({
  config: `# ${plan.note ?? ''}
global
  stats socket unix@haproxy.sock mode 600 level admin expose-fd listeners
  stats timeout 1h
  hard-stop-after 20s
  nbthread 2
defaults all
  mode http
  timeout connect 1s
  timeout client 20s
  timeout server 20s
  option idle-close-on-response
frontend http from all
  bind 127.0.0.1:${PORT}
${plan.lines ? `  bind 127.0.0.1:${TLS_PORT} ssl crt-list certificates/list${plan.isDefault ? '' : ' strict-sni'}` : ''}
  http-request set-var(txn.slot) path,map_reg(maps/list.map)
  http-request set-var(txn.slot) path,map_beg(maps/routes.map) unless { var(txn.slot) -m found }
  http-request return status 404 unless { var(txn.slot) -m found }
  use_backend %[var(txn.slot)]
${Array.from({ length: slots }, (_, at) => `backend s${at} from all\n  balance leastconn\n`).join('')}`,
  maps: new Map([
    ['maps/list.map', { type: 'list', parts: new Set([new Map(Object.entries(plan.list ?? {}))]) }],
    ['maps/routes.map', tree(plan.routes)],
  ]),
  certificates: new Map(Object.entries(plan.certificates ?? {})),
  certificateLists: new Map(plan.lines ? [['certificates/list', plan.lines]] : []),
  authorities: new Map(Object.entries(plan.authorities ?? {})),
  slots: new Map(Object.entries(plan.backends ?? {})),
})

/** Waits for a configuration, and becomes HAProxy, as the container does. HAPROXY_WORDS: what it says is shown. */
export const startHaproxy = async (folder: string): Promise<ChildProcess> => {
  while (!existsSync(join(folder, 'haproxy.cfg'))) await pause(5)
  const words = ['-W', '-S', 'unix@master.sock,mode,600', '-C', folder, '-f', 'haproxy.cfg']
  return spawn(PROGRAM, words, { stdio: process.env.HAPROXY_WORDS ? 'inherit' : 'ignore' })
}

export const endHaproxy = async (master: ChildProcess): Promise<void> => {
  if (master.exitCode !== null || master.signalCode !== null) return
  const gone = once(master, 'exit')
  master.kill('SIGTERM')
  await gone
}

/** An HAProxy as a pod has it, started as soon as its configuration is there, and what drives it. */
export class HaproxyUnderTest {
  readonly folder = mkdtempSync(join(tmpdir(), 'gateway-'))
  readonly servers = new Map<string, PlannedServer[]>()
  readonly applied: (readonly [string, number])[] = []
  proxy: RunningProxy
  master: ChildProcess | undefined
  #driver = new AbortController()
  #ended = false

  readonly #clock: Clock

  /** `hurry`: what waits for ten seconds or more waits for a hundredth of that. */
  constructor(t: TestContext, { hurry = false } = {}) {
    this.#clock = hurry
      ? { ...systemClock, after: (ms, work) => systemClock.after(ms < 10_000 ? ms : ms / 100, work) }
      : systemClock
    this.proxy = this.#drive()
    t.after(() => this.#end())
  }

  #drive(): RunningProxy {
    return new RunningProxy({
      folder: join(this.folder, 'run'),
      draftFolder: join(this.folder, 'draft'),
      program: PROGRAM,
      clock: this.#clock,
      random: Math.random,
      signal: this.#driver.signal,
      serversOf: (backend) => this.servers.get(backend) ?? [],
      onApplied: (what, ms) => this.applied.push([what, ms]),
    })
  }

  /** The driver is another process: it has the folder alone. */
  driveAgain(): void {
    this.#driver.abort()
    this.#driver = new AbortController()
    this.proxy = this.#drive()
  }

  async start(): Promise<void> {
    this.master = await startHaproxy(join(this.folder, 'run'))
    await this.serving()
  }

  async serving(): Promise<void> {
    await until(() => this.proxy.isServing)
    await this.proxy.settled()
  }

  /** Pid of the worker that serves now. */
  async worker(): Promise<number> {
    return (await showProcesses(join(this.folder, 'run/master.sock'))).workers[0]!
  }

  async set(plan: HandPlan): Promise<void> {
    this.proxy.set(whole(handPlan(plan)))
    await this.proxy.settled()
  }

  async #end(): Promise<void> {
    if (this.#ended) return
    this.#ended = true
    this.#driver.abort()
    if (this.master) await endHaproxy(this.master)
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** One that has no parts that could be left out. */
const whole = (plan: ProxyPlan) => ({ compile: () => plan, parts: () => new Map<string, string>() })

export const until = async (isSo: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> => {
  const end = performance.now() + ms
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it did not come to be so: ${isSo}`)
    await pause(5)
  }
}

/** Endpoints that say who they are. */
export const startServers = async (
  t: TestContext,
  count: number,
): Promise<readonly (PlannedServer & { readonly server: Server })[]> =>
  await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const server = createServer((_request, response) => response.end(`e${at}`))
      server.listen(0, '127.0.0.1')
      await once(server, 'listening')
      t.after(() => {
        server.close()
        server.closeAllConnections()
      })
      const { port } = server.address() as AddressInfo
      return { name: `e${port}`, address: '127.0.0.1', port, state: 'ready' as const, parameters: '', server }
    }),
  )

/** Status and body, by a connection of its own. */
export const get = async (path: string): Promise<string> => {
  const answer = await fetch(`http://127.0.0.1:${PORT}${path}`, { headers: { connection: 'close' } })
  return `${answer.status} ${(await answer.text()).slice(0, 20)}`
}

import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { Backlog, type Work } from './backlog.ts'
import { configKey } from './files/config-text.ts'
import { findRefused, type Wanted } from './isolate.ts'
import { OnceTimers } from './once-timers.ts'
import { isRefusal, ProxyError, unlessRefused } from './proxy-error.ts'
import { ProxyFolder, type ProxyPlace } from './proxy-folder.ts'
import { Refusals } from './refusals.ts'
import type { Worker } from './runtime/worker.ts'
import { SlotServersOf } from './slot-servers-of.ts'

/** Who does not answer is asked again after this. */
const RETRY_MS = 100
const FAULT_MS = 5_000
/** How long files may be behind what was told while HAProxy runs. */
const FILES_MS = 100
const SWEEP_MS = 1_000
const AUDIT_MS = 30_000

export interface RunningProxyOptions extends ProxyPlace {
  readonly random: () => number
  /** Endpoints of what a slot stands for, by the backend's key. */
  readonly serversOf: (backend: string) => readonly PlannedServer[]
  /** Milliseconds from where work began until HAProxy had it. */
  readonly onApplied?: (what: 'plan' | 'servers' | 'reload', ms: number) => void
  /** What is served, refused or at fault has changed, or may have. */
  readonly onNews?: () => void
}

/**
 * Makes a running HAProxy agree with a plan and with the endpoints of its slots, by differences: one work at a time, which
 * takes all that has come meanwhile. An HAProxy that is found running is asked what it has; one that is not there, or not
 * any more, is waited for, with its files complete.
 */
export class RunningProxy {
  readonly #options: RunningProxyOptions
  readonly #folder: ProxyFolder
  readonly #refusals: Refusals
  readonly #backlog = new Backlog()
  readonly #timers: OnceTimers
  #running: Promise<void> | undefined
  #wanted: Wanted | undefined
  /** Whole, or without what was refused. */
  #accepted: Wanted | undefined
  #plan: ProxyPlan | undefined
  readonly #servers: SlotServersOf
  #worker: Worker | undefined
  #former: Worker | undefined
  #fault: Error | undefined
  #hurry = new AbortController()
  #reloads = 0

  constructor(options: RunningProxyOptions) {
    this.#options = options
    this.#folder = new ProxyFolder(options)
    this.#refusals = new Refusals(options.clock, options.random)
    this.#timers = new OnceTimers(options)
    this.#servers = new SlotServersOf(options.serversOf)
    options.signal.addEventListener('abort', () => this.#worker?.leave())
    this.#auditLater()
  }

  /** From now on this is what shall be served. */
  set(wanted: Wanted): void {
    this.#wanted = wanted
    this.#note('plan')
  }

  /** The endpoints of these backends are others. */
  noteServers(backends: Iterable<string>): void {
    this.#backlog.addBackends(backends)
    if (this.#backlog.hasBackends && this.#plan) this.#note('servers')
  }

  /** Whether HAProxy runs, and has all that it shall have but for what it refuses. */
  get isServing(): boolean {
    return this.#worker?.isThere === true && this.#accepted !== undefined && this.#fault === undefined
  }

  /** What was accepted last; undefined before the first. */
  get plan(): ProxyPlan | undefined {
    return this.#plan
  }

  /** What the worker answers; '' where none does. */
  async ask(line: string): Promise<string> {
    return (await this.#worker?.ask(line).catch(() => '')) ?? ''
  }

  /** What the driver before has noted of what it served last. */
  get note(): string | undefined {
    return this.#folder.note
  }

  /** HAProxy's words of the parts that it refuses, by their ids. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refusals.words
  }

  /** Why what is wanted is not served, where it is none of its parts. */
  get fault(): Error | undefined {
    return this.#fault
  }

  get reloads(): number {
    return this.#reloads
  }

  /** Resolves when nothing is to be done but what waits for its time. */
  async settled(): Promise<void> {
    while (this.#running) await this.#running
  }

  #note(work: Work): void {
    this.#backlog.add(work)
    if (work === 'plan' || work === 'servers') this.#hurry.abort()
    if (!this.#running && this.#isDue) this.#start()
  }

  #start(): void {
    this.#running = this.#workOff().finally(() => {
      this.#running = undefined
      if (this.#isDue) this.#start()
    })
  }

  get #isDue(): boolean {
    return (
      this.#backlog.size > 0 &&
      this.#wanted !== undefined &&
      !this.#timers.has('retry') &&
      !this.#options.signal.aborted
    )
  }

  async #workOff(): Promise<void> {
    while (this.#isDue)
      try {
        if (!this.#worker?.isThere) await this.#meet()
        await this.#do(this.#backlog.take()!)
        if (this.#worker?.leaving) this.#timers.later('sweep', SWEEP_MS, () => this.#note('sweep'))
        if (!this.#worker) this.#timers.later('retry', RETRY_MS, () => this.#note('plan'))
      } catch (error) {
        this.#failed(error as Error)
      }
  }

  async #do(work: Work): Promise<void> {
    const began = performance.now()
    switch (work) {
      case 'plan':
        await this.#takePlan(this.#wanted!)
        this.#fault = undefined
        this.#options.onApplied?.('plan', performance.now() - began)
        return this.#options.onNews?.()
      case 'servers':
        if (await this.#giveServers()) await this.#reload(this.#plan!)
        return this.#filesLater()
      case 'files':
        return this.#folder.write(this.#plan!, this.#servers.of(this.#plan!))
      case 'sweep':
        await this.#worker?.sweep()
        return
      case 'audit':
        return await this.#audit()
    }
  }

  #failed(error: Error): void {
    const { signal, onNews } = this.#options
    if (signal.aborted) return
    // Whatever was done by half is asked of the worker.
    this.#leave()
    const isAway = error instanceof ProxyError && error.code === 'PROXY_UNREACHABLE'
    if (!isAway) this.#fault = error
    onNews?.()
    this.#timers.later('retry', isAway ? RETRY_MS : FAULT_MS, () => this.#note('plan'))
    this.#backlog.add('plan')
  }

  /** Looks for the worker that runs. */
  async #meet(): Promise<void> {
    this.#leave()
    this.#backlog.add('plan')
    try {
      this.#worker = await this.#folder.meet(this.#former?.held, this.#onEnd)
    } catch (error) {
      const isAway = error instanceof ProxyError && error.code === 'PROXY_UNREACHABLE'
      // With files it will come; without them it waits for us.
      if (!isAway || this.#accepted === this.#wanted) throw error
    }
  }

  readonly #onEnd = (worker: Worker): void => {
    if (this.#worker === worker) this.#note('plan')
  }

  #leave(): void {
    if (!this.#worker) return
    this.#former = this.#worker
    this.#worker.leave()
    this.#worker = undefined
  }

  #auditLater(): void {
    this.#timers.later('audit', AUDIT_MS, () => {
      this.#auditLater()
      if (this.#worker) this.#note('audit')
    })
  }

  /** Somebody else may have written there, or had it reloaded. */
  async #audit(): Promise<void> {
    if (!this.#worker || (await this.#folder.isAsThought(this.#worker))) return
    this.#leave()
    this.#backlog.add('plan')
  }

  async #takePlan(wanted: Wanted): Promise<void> {
    const leftOut = this.#refusals.leftOut(wanted)
    const plan = wanted.compile(leftOut)
    if (await this.#writePlan(plan)) return this.#take(wanted, plan, leftOut)
    const words = await this.#check(plan)
    if (words === undefined) {
      await this.#reload(plan)
      return this.#take(wanted, plan, leftOut)
    }
    // What is not as it was when all was taken comes last.
    const before = this.#accepted?.parts() ?? new Map<string, string>()
    const changed = [...wanted.parts()].filter(([id, text]) => before.get(id) !== text)
    const suspects = new Set([...changed.map(([id]) => id), ...this.#refusals.ids])
    const found = await findRefused(wanted, { suspects, leftOut }, (one) => this.#check(one))
    if (!found?.refused.size) throw new ProxyError('PROXY_REFUSED', `HAProxy refuses its configuration: ${words}`)
    this.#refusals.note(found, wanted, leftOut)
    const rest = new Set([...leftOut, ...found.refused.keys(), ...found.notAsked])
    const left = wanted.compile(rest)
    if (!(await this.#writePlan(left))) await this.#reload(left)
    this.#take(wanted, left, rest)
  }

  /** What HAProxy says of a plan's files. To ask takes long: endpoints go on to change meanwhile. */
  async #check(plan: ProxyPlan): Promise<string | undefined> {
    const checking = this.#folder.check(plan, this.#servers.of(plan))
    return await (this.#plan ? this.#backlog.meanwhile(checking, () => this.#giveServers()) : checking)
  }

  /** Endpoints that are others; true where some wait for a new worker. */
  async #giveServers(): Promise<boolean> {
    if (!this.#backlog.hasBackends) return false
    const began = performance.now()
    const servers = this.#servers.ofBackends(this.#backlog.takeBackends())
    // One that is refused may be read all the same, with the files that it names.
    const isStuck = await unlessRefused(this.#worker?.writeServers(servers), true)
    this.#options.onApplied?.('servers', performance.now() - began)
    return isStuck === true
  }

  #filesLater(): void {
    this.#timers.later('files', FILES_MS, () => this.#note('files'))
  }

  /** False where only a reload can bring it, or where HAProxy refuses some of it. */
  async #writePlan(plan: ProxyPlan): Promise<boolean> {
    const worker = this.#worker
    if (worker?.held.config !== configKey(plan.config)) return false
    try {
      this.#hurry = new AbortController()
      if (await worker.write(plan, this.#servers.of(plan), this.#options.clock, this.#hurry.signal)) return false
      if (worker.hasSurplus) this.#timers.later('surplus', FILES_MS, () => this.#note('plan'))
      this.#filesLater()
      return true
    } catch (error) {
      if (isRefusal(error)) return false
      throw error
    }
  }

  #take(wanted: Wanted, plan: ProxyPlan, leftOut: ReadonlySet<string>): void {
    this.#accepted = wanted
    this.#plan = plan
    this.#refusals.accepted(leftOut)
    this.#servers.take(plan)
    const { nextTry } = this.#refusals
    if (nextTry !== undefined)
      this.#timers.later('refused', Math.max(0, nextTry - this.#options.clock.now()), () => this.#note('plan'))
  }

  /** Files that have been checked are read: by a new worker, or by an HAProxy that is still to come. */
  async #reload(plan: ProxyPlan): Promise<void> {
    const servers = this.#servers.of(plan)
    const former = this.#worker
    if (!former) return this.#folder.write(plan, servers)
    const began = performance.now()
    this.#worker = await this.#folder.reload(former, plan, servers, this.#onEnd)
    this.#reloads++
    this.#options.onApplied?.('reload', performance.now() - began)
    // What a first server will name must be there before it. What cannot be given now is read with that server.
    await unlessRefused(this.#worker.writeCertificates(plan), undefined)
  }
}

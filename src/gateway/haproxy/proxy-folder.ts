import { join } from 'node:path'
import { type Clock, sleep } from '#clock/clock.ts'
import type { ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { checkFiles } from './files/config-check.ts'
import { configKey } from './files/config-text.ts'
import { Files, type FileTexts, filesOf } from './files/files.ts'
import { type Held, heldFromFiles } from './held.ts'
import { reloadMaster, showProcesses } from './master-socket.ts'
import { isRefusal, ProxyError } from './proxy-error.ts'
import { readConfig, readPid } from './runtime/read-held.ts'
import { RuntimeSocket } from './runtime/runtime-socket.ts'
import { type SlotServers, Worker } from './runtime/worker.ts'

/** Files of the folder that HAProxy itself makes: it is started with them (`-S`, and `stats socket`). */
const RUNTIME_SOCKET = 'haproxy.sock'
const MASTER_SOCKET = 'master.sock'

/** HAProxy does not read it. */
const NOTE_FILE = 'note'

const POLL_MS = 5
const PATIENCE_MS = 15_000

export interface ProxyPlace {
  /** Where HAProxy runs: its files and sockets. */
  readonly folder: string
  /** Where another configuration is tried; made, and removed. */
  readonly draftFolder: string
  /** Path of the program, which checks configurations; who runs it is not ours to say. */
  readonly program: string
  /** What the next driver should know of a plan: lies among its files. */
  readonly noteOf?: (plan: ProxyPlan) => string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The folder that an HAProxy runs in, and what of it starts anew: its files, and the workers that have read them. */
export class ProxyFolder {
  readonly #place: ProxyPlace
  readonly #files: Files

  constructor(place: ProxyPlace) {
    this.#place = place
    this.#files = new Files(place.folder)
  }

  /** Of the plan whose files lie there. */
  get note(): string | undefined {
    return this.#files.read(NOTE_FILE)
  }

  /** For the next reload, and for an HAProxy that starts again. */
  write(plan: ProxyPlan, servers: SlotServers): void {
    const files = this.#textsOf(plan, servers)
    this.#files.write(files)
    this.#files.keep(files.keys())
  }

  /** HAProxy's words where it refuses such files. */
  check(plan: ProxyPlan, servers: SlotServers): Promise<string | undefined> {
    const { program, draftFolder } = this.#place
    try {
      return checkFiles(program, draftFolder, this.#textsOf(plan, servers))
    } catch (error) {
      // It would not read what there is no line for.
      if (isRefusal(error)) return Promise.resolve(error.message)
      throw error
    }
  }

  /**
   * The worker that runs now, as it tells of itself; `former`: what we knew of one before. Rejects with
   * PROXY_UNREACHABLE.
   */
  meet(former: Held | undefined, onEnd: (worker: Worker) => void): Promise<Worker> {
    return Worker.meet(this.#runtime, { readFile: this.#readFile, former }, onEnd)
  }

  isAsThought(worker: Worker): Promise<boolean> {
    return worker.isAsThought(this.#runtime, this.#readFile)
  }

  /**
   * A new worker in the place of another, which has read a plan's files; these have been checked. Where it does not come
   * up, the files are as they were before: rejects with PROXY_NOT_RELOADED, or PROXY_UNREACHABLE.
   */
  async reload(
    former: Worker,
    plan: ProxyPlan,
    servers: SlotServers,
    onEnd: (worker: Worker) => void,
  ): Promise<Worker> {
    const files = this.#textsOf(plan, servers)
    const before = this.#files.write(files)
    try {
      const key = configKey(plan.config)
      await this.#startWorker(former.pid, key)
      const worker = await Worker.meet(this.#runtime, { files: heldFromFiles(key, plan, servers) }, onEnd)
      former.leave()
      this.#files.keep(files.keys())
      return worker
    } catch (error) {
      this.#files.restore(before)
      throw error
    }
  }

  async #startWorker(former: number, key: string): Promise<void> {
    const { folder, clock, signal } = this.#place
    const master = join(folder, MASTER_SOCKET)
    const { failed } = await showProcesses(master)
    await reloadMaster(master)
    const end = clock.now() + PATIENCE_MS
    for (let tries = 1; ; tries++) {
      const found = await lookAt(this.#runtime)
      if (found?.key === key && found.pid !== former) return
      if (signal.aborted || clock.now() > end) throw new ProxyError('PROXY_NOT_RELOADED', 'HAProxy has no new worker')
      if (tries % 100 === 0 && (await showProcesses(master)).failed > failed)
        throw new ProxyError('PROXY_NOT_RELOADED', 'HAProxy takes its configuration, and cannot start with it')
      await sleep(clock, POLL_MS, signal)
    }
  }

  #textsOf(plan: ProxyPlan, servers: SlotServers): FileTexts {
    const note = this.#place.noteOf?.(plan)
    return new Map([
      ...(note === undefined ? [] : [[NOTE_FILE, note] as const]),
      ...filesOf(plan, (slot) => servers.get(slot) ?? []),
    ])
  }

  get #runtime(): string {
    return join(this.#place.folder, RUNTIME_SOCKET)
  }

  readonly #readFile = (name: string): string | undefined => this.#files.read(name)
}

/** The worker that answers, and what it is known by; undefined where none does. */
const lookAt = async (path: string): Promise<{ readonly pid: number; readonly key: string } | undefined> => {
  try {
    const socket = await RuntimeSocket.open(path)
    try {
      return { pid: await readPid(socket), key: await readConfig(socket) }
    } finally {
      socket.close()
    }
  } catch {
    return undefined
  }
}

import { type Clock, sleep } from '#clock/clock.ts'
import type { ProxyMap } from '#dataplane/haproxy/proxy-map.ts'
import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { type Held, type HeldServers, isSameLine } from '../held.ts'
import { fillCertificates, thinCertificates } from './certificate-writer.ts'
import { all, deleteKeys, fillMap, type MapWork, surplusOf } from './map-writer.ts'
import { type ReadFile, readHeld, readPid, readStarted } from './read-held.ts'
import { RuntimeSocket } from './runtime-socket.ts'
import { sweepServers, writeServers } from './server-writer.ts'

/** A request that has read one map and not yet the next is over after this: what it read leads somewhere until then. */
const REQUEST_MS = 25
/** So many plans in a row may leave to the next one what they have too much: texts that nothing leads to any more. */
const MOST_LEFT = 200

const NONE: readonly PlannedServer[] = []

/** What each slot shall have; those that are not named here shall have none. */
export type SlotServers = ReadonlyMap<string, readonly PlannedServer[]>

/** One worker process of an HAProxy: what it has in memory, and the one connection by which that is changed. */
export class Worker {
  readonly pid: number
  readonly held: Held
  readonly #socket: RuntimeSocket
  /** What slots were given last: the same array has the same servers. */
  readonly #given = new Map<string, readonly PlannedServer[]>()

  /** Parts that maps are made of, where they have been written to the end. */
  readonly #parts = new Map<string, ProxyMap['parts']>()

  /** Plans in a row that came while the one before had not taken away what was too much. */
  #left = 0

  private constructor(socket: RuntimeSocket, pid: number, held: Held) {
    this.#socket = socket
    this.pid = pid
    this.held = held
  }

  /**
   * The worker that answers at a path, with what it has in memory: read from it, or of `files` that we know, where it has
   * just started with them. Rejects with PROXY_UNREACHABLE. `onEnd`: its connection is over.
   */
  static async meet(
    path: string,
    source: { readonly files: Held } | { readonly readFile: ReadFile; readonly former: Held | undefined },
    onEnd: (worker: Worker) => void,
  ): Promise<Worker> {
    let worker: Worker | undefined
    const socket = await RuntimeSocket.open(path, () => worker && onEnd(worker))
    try {
      const held =
        'files' in source
          ? await readStarted(socket, source.files)
          : await readHeld(socket, source.readFile, source.former)
      worker = new Worker(socket, await readPid(socket), held)
      return worker
    } catch (error) {
      socket.close()
      throw error
    }
  }

  get isThere(): boolean {
    return this.#socket.isOpen
  }

  /**
   * Brings it to a plan that has the configuration which it runs: what is led to comes first, then what leads there; then
   * what is too much goes, the other way round. Answers how many commands that took, and whether only a reload can bring
   * the rest. Rejects with PROXY_REFUSED, half way: what leads somewhere has something to lead to all the same. `hurry`:
   * something else is to be written; what is too much may be left to the next plan (`hasSurplus`).
   */
  async write(plan: ProxyPlan, servers: SlotServers, clock: Clock, hurry?: AbortSignal): Promise<boolean> {
    const { held } = this
    await this.writeCertificates(plan)
    const stuck = await this.writeServers(servers)
    const none = new Map([...held.servers.keys()].filter((slot) => !servers.has(slot)).map((slot) => [slot, NONE]))
    // A slot is empty before it stands for something else.
    const mayLeave = none.size === 0 && this.#left < MOST_LEFT
    if (!(await this.#writeMaps(plan.maps, clock, mayLeave ? hurry : undefined))) {
      this.#left++
      return stuck
    }
    this.#left = 0
    await this.writeServers(none)
    await thinCertificates(this.#socket, plan, held)
    return stuck
  }

  /** Gives it the certificates and authorities of a plan that it has not read. Rejects with PROXY_REFUSED. */
  async writeCertificates(plan: ProxyPlan): Promise<void> {
    await fillCertificates(this.#socket, plan, this.held)
  }

  /** Whether the last plan has left something that is too much. */
  get hasSurplus(): boolean {
    return this.#left > 0
  }

  /** Gives some slots their servers, the others keep theirs; true where only a reload can bring the rest. */
  async writeServers(servers: SlotServers): Promise<boolean> {
    let stuck = false
    const work: Promise<void>[] = []
    for (const [slot, wanted] of servers) {
      if (this.#given.get(slot) === wanted) continue
      const held: HeldServers = this.held.servers.get(slot) ?? new Map()
      this.held.servers.set(slot, held)
      this.#given.delete(slot)
      work.push(
        writeServers(this.#socket, slot, wanted, held).then((isStuck) => {
          stuck ||= isStuck
          if (!isStuck) this.#given.set(slot, wanted)
        }),
      )
    }
    await all(work)
    return stuck
  }

  /** Deletes servers that have ended; true where some have not. */
  async sweep(): Promise<boolean> {
    let left = false
    for (const [slot, servers] of this.held.servers) {
      if (await sweepServers(this.#socket, slot, servers)) left = true
      if (servers.size === 0) this.held.servers.delete(slot)
    }
    return left
  }

  get leaving(): boolean {
    return [...this.held.servers.values()].some((all) => [...all.values()].some(({ state }) => state === 'leaving'))
  }

  /** Whether it has in memory what it is thought to have, and still answers at its path. */
  async isAsThought(path: string, readFile: ReadFile): Promise<boolean> {
    // It would be ended where nothing is said for long.
    await this.ask('show version')
    const socket = await RuntimeSocket.open(path)
    try {
      return (await readPid(socket)) === this.pid && isSameHeld(await readHeld(socket, readFile, this.held), this.held)
    } finally {
      socket.close()
    }
  }

  ask(line: string): Promise<string> {
    return this.#socket.ask({ line })
  }

  /** A worker that has a successor ends only when nobody is connected to it. */
  leave(): void {
    this.#socket.close()
  }

  /** False where it was hurried: keys that are too much are there yet. */
  async #writeMaps(maps: ProxyPlan['maps'], clock: Clock, hurry: AbortSignal | undefined): Promise<boolean> {
    const work = Array.from(maps, ([name, map]): MapWork => {
      const held = this.held.maps.get(name) ?? new Map<string, string>()
      this.held.maps.set(name, held)
      const before = this.#parts.get(name)
      this.#parts.delete(name)
      return { name, map, held, before }
    })
    const filled = new Set<MapWork>()
    for (const one of work) if (await fillMap(this.#socket, one)) filled.add(one)
    // Whether a map that leads to the next one has just been another.
    let isUnsettled = false
    for (const one of work.reverse()) {
      const surplus = surplusOf(one)
      if (surplus.size > 0 && isUnsettled) {
        await sleep(clock, REQUEST_MS, hurry)
        if (hurry?.aborted) return false
        isUnsettled = false
      }
      await deleteKeys(this.#socket, one, surplus)
      isUnsettled ||= filled.has(one) || surplus.size > 0
      this.#parts.set(one.name, one.map.parts)
    }
    return true
  }
}

const isSameMap = <T>(
  one: ReadonlyMap<string, T>,
  other: ReadonlyMap<string, T>,
  isSame: (one: T, other: T) => boolean,
): boolean => {
  for (const [key, value] of one) if (!other.has(key) || !isSame(value, other.get(key)!)) return false
  return one.size === other.size
}

const isSameHeld = (found: Held, thought: Held): boolean =>
  found.config === thought.config &&
  isSameMap(found.maps, thought.maps, (one, other) => isSameMap(one, other, Object.is)) &&
  isSameMap(found.certificates, thought.certificates, Object.is) &&
  isSameMap(found.authorities, thought.authorities, Object.is) &&
  isSameMap(
    found.certificateLists,
    thought.certificateLists,
    (one, other) => one.length === other.length && one.every((line) => other.some((same) => isSameLine(line, same))),
  ) &&
  isSameMap(withSome(found.servers), withSome(thought.servers), (one, other) =>
    isSameMap(one, other, (a, b) => a.address === b.address && a.port === b.port && a.state === b.state),
  )

const withSome = (servers: Held['servers']): Held['servers'] => new Map([...servers].filter(([, all]) => all.size > 0))

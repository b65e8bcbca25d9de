import type { NodeLink } from '#announce/link-choice.ts'
import { answersOn } from '#announce/link-choice.ts'
import { type Move, nextMove, PROBE_EVERY, placeInLine, UNHEARD } from '#announce/succession.ts'
import { ApiError, isConflict } from '#client/client.ts'
import type { Clock } from '#clock/clock.ts'
import type { PlannedAddress } from '#pools/announcement-plan.ts'
import type { Announcer, AnnouncerStatus, OnAnnounced } from '../announcer.ts'
import type { AddressLeases } from './address-leases.ts'
import { type Entry, excuse, newEntry } from './entry.ts'
import { SpokenLinks } from './spoken-links.ts'
import { Taking } from './taking.ts'
import type { Wire } from './wire.ts'

/** How often each address is thought about, milliseconds. */
const TICK = 200
/** A tick that comes so late was held up here: meanwhile nobody was heard, and nobody has been silent. */
const LATE = 500
/** When an address is told again after it was taken: a switch or a client may have missed it. */
const TELL_AGAIN = [0, 300, 1000, 2000, 4000]
/** One that cannot be written is tried again so much later. */
const RETRY = 1000
/** Who stops answers on for so long, until another has followed. */
const STOP_WITHIN = 2000
/** Leases of addresses that nobody has are looked for so often. */
const SWEEP_EVERY = 60_000
/** So long it is told that another answers for what is ours. */
const CONFLICT_SHOWN = 30_000

interface L2AnnouncerOptions {
  readonly node: string
  readonly leases: AddressLeases
  readonly wire: Wire
  readonly clock: Clock
  readonly onAnnounced: OnAnnounced
  readonly log: (message: string, error?: unknown) => void
}

/** Answers for addresses on the links of the node: one node answers for each. */
export class L2Announcer implements Announcer {
  readonly name = 'layer2'
  readonly #options: L2AnnouncerOptions
  readonly #entries = new Map<string, Entry>()
  readonly #links: SpokenLinks
  #planned: ReadonlySet<string> = new Set()
  readonly #taking = new Taking()
  #cancel: () => void = () => undefined
  #lastTick: number | undefined
  #sweptAt: number
  #isSynced = false
  #isStopped = false

  /** `leases` are synced, and this node has joined, before anything is answered or taken. */
  constructor(options: L2AnnouncerOptions, ready: Promise<unknown>) {
    this.#options = options
    this.#sweptAt = options.clock.now()
    this.#links = new SpokenLinks({
      wire: options.wire,
      clock: options.clock,
      isOurs: (address, link) => this.#answers(address, link),
      onAnswer: (address, mac) => this.#heard(address, mac),
      onNewLink: () => {
        this.#listen()
        for (const entry of this.#entries.values()) entry.told = 0
      },
    })
    void ready.then(() => {
      this.#isSynced = true
      this.#tick()
    })
  }

  set(planned: ReadonlyMap<string, PlannedAddress>): void {
    const mine = [...planned.values()].filter(({ l2 }) => l2 !== undefined)
    this.#planned = new Set(mine.map(({ address }) => address))
    for (const [address, entry] of [...this.#entries]) if (!this.#planned.has(address)) this.#drop(address, entry)
    for (const one of mine) {
      const entry = this.#entries.get(one.address)
      if (entry) entry.planned = one
      else this.#entries.set(one.address, newEntry(one, this.#options.clock.now()))
    }
    if (mine.length > 0) this.#links.open(new Set(mine.flatMap(({ l2 }) => l2!.interfaces)))
    this.#listen()
    this.changed()
  }

  /** Leases are others than before. */
  changed(): void {
    if (this.#isSynced && !this.#isStopped) this.#think()
  }

  status(): AnnouncerStatus {
    const now = this.#options.clock.now()
    const faults = [...this.#links.faults]
    for (const [address, { conflict }] of this.#entries)
      if (conflict && now - conflict.at < CONFLICT_SHOWN)
        faults.push(`${address}: ${conflict.mac} answers for it too; take it away there, or from the pool`)
    if (this.#entries.size > 0 && this.#links.names.length === 0)
      faults.push('there is no link to answer on; name one in `interfaces`')
    return { announced: [...this.#announced()].map(([address]) => address).sort(), faults }
  }

  /** Lets others follow, and answers until they do. */
  async stop(): Promise<void> {
    const { leases, clock, log } = this.#options
    this.#isStopped = true
    this.#cancel()
    await leases.leave().catch((error: unknown) => log('the balancer could not say that it stops', error))
    const until = clock.now() + STOP_WITHIN
    while (clock.now() < until && this.#hasHeirs()) await new Promise<void>((done) => void clock.after(20, done))
    this.#links.close()
    this.#entries.clear()
  }

  *#announced(): Iterable<readonly [string, Entry]> {
    for (const one of this.#entries) if (one[1].answeredSince !== undefined) yield one
  }

  #hasHeirs(): boolean {
    const { node, leases } = this.#options
    return [...this.#announced()].some(
      ([address, { planned }]) =>
        leases.holderOf(address) === node && planned.l2!.fit.some((name) => name !== node && leases.members.has(name)),
    )
  }

  #answers(address: string, link: NodeLink): boolean {
    const entry = this.#entries.get(address)
    return entry?.answeredSince !== undefined && answersOn(link, entry.planned.l2!.interfaces)
  }

  #heard(address: string, mac: string): void {
    const entry = this.#entries.get(address)
    if (!entry) return
    const now = this.#options.clock.now()
    if (entry.answeredSince !== undefined) {
      // Those that hand it over may still be heard for a moment.
      if (now - entry.answeredSince < 2 * TICK) return
      const isNew = entry.conflict === undefined || now - entry.conflict.at >= CONFLICT_SHOWN
      entry.conflict = { mac, at: now }
      // RFC 5227, 2.4 (c): it is defended, and not each time, or two would do so for ever.
      if (isNew) this.#links.announce(address, entry.planned.l2!.interfaces)
    } else {
      Object.assign(entry, { heardAt: now, heardFrom: mac, isUnheard: false })
    }
  }

  #tick(): void {
    if (this.#isStopped) return
    const { clock } = this.#options
    const now = clock.now()
    const late = this.#lastTick === undefined ? 0 : now - this.#lastTick - TICK
    if (late > LATE) for (const entry of this.#entries.values()) excuse(entry, late)
    this.#lastTick = now
    this.#cancel = clock.after(TICK, () => this.#tick())
    this.#think()
    if (now - this.#sweptAt >= SWEEP_EVERY) this.#sweep(now)
  }

  #think(): void {
    const now = this.#options.clock.now()
    for (const entry of this.#entries.values()) {
      this.#look(entry, now)
      const { holder, isHolderFit } = entry
      const isMe = holder === this.#options.node
      // Who cannot be heard leaves it to others.
      const amFit = entry.amFit && this.#links.speaksOn(entry.planned.l2!.interfaces)
      const canJudge = !entry.isUnheard && now - this.#links.heardAt < UNHEARD
      const seen = {
        ...entry,
        amFit,
        canJudge,
        holder: holder === undefined ? undefined : { isMe, isFit: isHolderFit },
      }
      this.#act(entry, nextMove(seen, now), now)
    }
  }

  /** What the API says of it now; what was heard before counts no more where that is something else. */
  #look(entry: Entry, now: number): void {
    const { node, leases } = this.#options
    const { address, l2 } = entry.planned
    const told = leases.holderOf(address)
    if (entry.ownWord && entry.ownWord.holder !== told) entry.ownWord = undefined
    const holder = entry.ownWord ? node : told
    const fit = this.#taking.of(l2!.fit, leases.members)
    if (holder === entry.holder && fit === entry.fit) return
    const amFit = fit.includes(node)
    const place = amFit ? placeInLine(address, node, fit, l2!.weights, holder) : 0
    const isHolderFit = holder !== undefined && fit.includes(holder)
    if (entry.holder === node && entry.amFit && amFit && holder !== undefined && holder !== node) entry.isUnheard = true
    const isSame = holder === entry.holder && isHolderFit === entry.isHolderFit && amFit === entry.amFit
    Object.assign(entry, { fit, place, amFit, hasFit: fit.length > 0, holder, isHolderFit })
    if (!isSame) Object.assign(entry, { since: now, askedSince: undefined, heardAt: undefined, heardFrom: undefined })
  }

  #act(entry: Entry, move: Move, now: number): void {
    const { node, leases, log } = this.#options
    const { address, l2 } = entry.planned
    if (move !== 'watch' && !entry.isWriting) entry.askedSince = undefined
    // Who has let go of it by its Lease answers for it no more, and who has not still does.
    if (entry.holder === node && move !== 'release') this.#answer(entry, now)
    else this.#silence(entry)
    if (move === 'watch') {
      entry.askedSince ??= now
      if (now - entry.askedAt < PROBE_EVERY) return
      entry.askedAt = now
      // One who has fallen silent is looked for everywhere: it may be another by now.
      const isNear = entry.heardAt !== undefined && now - entry.heardAt < 2 * PROBE_EVERY
      this.#links.probe(address, l2!.interfaces, isNear ? entry.heardFrom : undefined)
    } else if (move === 'take' && !entry.isWriting && now >= entry.retryAt) this.#take(entry)
    else if (move === 'release' && !entry.isWriting && now >= entry.retryAt) {
      entry.retryAt = now + RETRY
      leases.forget(address).catch((error: unknown) => log(`${address} could not be let go of`, error))
    }
    if (entry.ownWord && !entry.isWriting && now >= entry.retryAt) this.#take(entry)
  }

  #take(entry: Entry): void {
    const { leases, clock, log } = this.#options
    const { address } = entry.planned
    const { holder, isHolderFit, heardAt, place } = entry
    entry.isWriting = true
    leases
      .take(address)
      .then(() => {
        if (holder !== undefined && isHolderFit && heardAt === undefined) entry.unheardTakes++
        entry.ownWord = undefined
      })
      .catch((error: unknown) => {
        entry.retryAt = clock.now() + RETRY
        if (isConflict(error)) return
        log(`${address} could not be taken`, error)
        // The API is away, and who had the address is silent: somebody must answer, and it is known who.
        const isAway = !(error instanceof ApiError) || error.status.code! >= 500
        if (isAway && place === 0 && heardAt !== undefined && !entry.ownWord) entry.ownWord = { holder }
      })
      .finally(() => {
        entry.isWriting = false
        this.changed()
      })
  }

  #answer(entry: Entry, now: number): void {
    const { address, l2 } = entry.planned
    if (entry.answeredSince === undefined) {
      Object.assign(entry, { answeredSince: now, told: 0, conflict: undefined })
      this.#listen()
      this.#options.onAnnounced(entry.planned, this.name)
    }
    const due = TELL_AGAIN[entry.told]
    if (due === undefined || now - entry.answeredSince! < due) return
    entry.told++
    this.#links.announce(address, l2!.interfaces)
  }

  #silence(entry: Entry): void {
    if (entry.answeredSince === undefined) return
    entry.answeredSince = undefined
    entry.conflict = undefined
    this.#listen()
  }

  #listen(): void {
    this.#links.listenFor([...this.#announced()].map(([address]) => address))
  }

  #drop(address: string, entry: Entry): void {
    const { leases, node, log } = this.#options
    this.#entries.delete(address)
    if (leases.holderOf(address) !== node || entry.isWriting) return
    leases.forget(address).catch((error: unknown) => log(`the Lease of ${address} could not be deleted`, error))
  }

  /** Leases of addresses that are gone and whose holder is, too: the first in line of all deletes them. */
  #sweep(now: number): void {
    const { leases, node, log } = this.#options
    this.#sweptAt = now
    for (const address of leases.addresses()) {
      if (this.#planned.has(address)) continue
      const holder = leases.holderOf(address)
      const isOurs =
        holder === node || (!leases.members.has(holder ?? '') && placeInLine('', node, leases.members) === 0)
      if (isOurs)
        leases.forget(address).catch((error: unknown) => log(`the Lease of ${address} could not be deleted`, error))
    }
  }
}

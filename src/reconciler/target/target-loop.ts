import { type Clock, systemClock } from '#clock/clock.ts'
import { isAnswerLost } from './answer-lost.ts'
import { Edits, type Mending } from './edits.ts'
import { backoff, type Refusal, Refusals } from './refusals.ts'
import type { Edit, Target } from './target.ts'

/** The longest wait while nothing at all can be written: everything hangs on it. */
const ALL_REFUSED_MOST_MS = 1000
/**
 * Between looks whether somebody has changed something: most cost next to nothing. One that takes long, as all is read,
 * takes at most this part of the time to the next.
 */
const LOOK_MS = 10_000
const LOOK_PART = 0.01

/** One turn of the loop. */
export interface Turn {
  /** All was taken over and written, as at a start, or only what had changed. */
  readonly full: boolean
  /** From the first recomputed element to the last answer. */
  readonly milliseconds: number
  /** Keys that were refused, which are tried again; the others are written. */
  readonly refused: number
  /** Nothing could be written. */
  readonly error: Error | undefined
}

interface TargetLoopOptions<Key> {
  readonly target: Target<Key>
  readonly clock?: Clock
  /**
   * Resolves when the target knows all that should be. Nothing is written before: what is missing would be taken for
   * gone. Left out: from the first change on.
   */
  readonly synced?: Promise<unknown> | undefined
  /** Told once for each new refusal, not for each retry. */
  readonly onRefusal?: (refusal: Refusal<Key>) => void
  /** Told where nothing can be written, once for each new reason. */
  readonly onFault?: (error: Error, retryAt: number) => void
  /** Told when something has been put right, and once where that cannot be done. */
  readonly onMending?: (mending: Mending<Key>) => void
  /** Told after each turn, for metrics and health. */
  readonly onTurn?: (turn: Turn) => void
}

interface LoopState<Key> {
  /** When it last was as it should be, apart from what is refused; undefined: not yet. */
  readonly appliedAt: number | undefined
  /** Keys that wait to be written. */
  readonly pending: number
  readonly refused: readonly Refusal<Key>[]
  /** Why nothing can be written; undefined where something can. */
  readonly fault: Error | undefined
  /** How often somebody else had changed something, and it was put right. */
  readonly mended: number
  /** What somebody else has changed and cannot be put right. */
  readonly broken: readonly Mending<Key>[]
}

/**
 * Keeps a target as it should be: writes what has changed, in the tick in which it changed; tries again what was
 * refused, each by itself; takes all over anew where what is known of it may be wrong; looks again and again whether
 * somebody else has changed something, and puts it right. It has one timer, and never waits for anything.
 */
export class TargetLoop<Key> {
  /** Resolves when all that should be has been written for the first time. */
  readonly ready: Promise<void>
  readonly #options: TargetLoopOptions<Key>
  readonly #clock: Clock
  readonly #refusals: Refusals<Key>
  readonly #pending = new Set<Key>()
  readonly #edits: Edits<Key>
  #resolveReady: () => void = () => {}
  /** What is there is what was written, as far as we know. */
  #known = false
  #synced: boolean
  #scheduled = false
  #stopped = false
  #timer: { readonly cancel: () => void; readonly at: number } | undefined
  #appliedAt: number | undefined
  #lookAt = 0
  #failures = 0
  #fault: Error | undefined

  constructor(options: TargetLoopOptions<Key>) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#refusals = new Refusals(options.onRefusal ?? (() => {}))
    this.#edits = new Edits(options.onMending ?? (() => {}))
    this.ready = new Promise((resolve) => {
      this.#resolveReady = resolve
    })
    this.#synced = options.synced === undefined
    options.synced?.then(
      () => {
        this.#synced = true
        this.flush()
      },
      // Whoever waits for it knows of it.
      () => {},
    )
  }

  /** These shall be something else now. Written within the tick, together with all that changes in it. */
  changed(keys: Iterable<Key>): void {
    for (const key of keys) this.#pending.add(key)
    if (this.#scheduled || this.#stopped || !this.#synced) return
    this.#scheduled = true
    // A microtask: changes that the caller tells in one go are written in one transaction, before any timer or socket
    // is looked at.
    queueMicrotask(() => this.flush())
  }

  /** Writes what is pending now; also takes over what is there where nothing is pending yet. */
  flush(): void {
    this.#scheduled = false
    if (this.#stopped || !this.#synced) return
    const now = this.#clock.now()
    const started = performance.now()
    const first = this.#appliedAt === undefined
    let resynced = false
    let error: Error | undefined
    try {
      resynced = this.#writeOrDoubt(now)
      // What is really there is read, and everything written that differs.
      if (resynced) this.#known = !this.#write([], now)
      if (first) this.#lookAt = now + LOOK_MS
      this.#appliedAt = now
      this.#failures = 0
      this.#fault = undefined
      this.#resolveReady()
    } catch (thrown) {
      // Nothing can be written: everything waits.
      error = thrown as Error
      this.#known = false
      this.#failures++
      if (this.#fault?.message !== error.message) this.#options.onFault?.(error, now + this.#allRefusedFor())
      this.#fault = error
    }
    this.#edits.settle((edit) => error ?? this.#errorOf(edit))
    const milliseconds = performance.now() - started
    this.#options.onTurn?.({ full: first || resynced, milliseconds, refused: this.#refusals.size, error })
    this.#schedule(now)
  }

  /** Looks now whether somebody has changed something, puts it right, and says what it was. */
  look(): readonly Mending<Key>[] {
    if (this.#stopped || this.#appliedAt === undefined) return []
    const edits = this.#look(this.#clock.now())
    if (edits.length > 0) this.flush()
    return edits.map((edit) => ({ edit, error: this.#errorOf(edit) }))
  }

  state(): LoopState<Key> {
    return {
      appliedAt: this.#appliedAt,
      pending: this.#pending.size,
      refused: this.#refusals.list(),
      fault: this.#fault,
      mended: this.#edits.mended,
      broken: [...this.#edits].map((edit) => ({ edit, error: this.#errorOf(edit) })),
    }
  }

  /** Stops writing. What is there stays. */
  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
    this.#timer = undefined
  }

  /** Writes what is pending. True where what we take to be there may be wrong, and must be adopted. */
  #writeOrDoubt(now: number): boolean {
    try {
      if (!this.#write(this.#pending, now)) return false
    } catch (error) {
      if (!isAnswerLost(error)) throw error
    }
    this.#known = false
    return true
  }

  /**
   * Writes these, and all where what is there had to be adopted. True where one was refused for the second time, or
   * after somebody else has written something.
   */
  #write(keys: Iterable<Key>, now: number): boolean {
    const { target } = this.#options
    const all = this.#known ? [...keys] : [...new Set([...target.adopt(), ...keys])]
    this.#known = true
    const refused: { readonly key: Key; readonly error: Error }[] = []
    target.write(all, {
      written: (written) => {
        for (const key of written) {
          this.#pending.delete(key)
          this.#refusals.delete(key)
        }
      },
      refused: (key, error) => {
        refused.push({ key, error })
      },
    })
    // Then likely it is not what is written that is wrong.
    const isEdited = refused.some(({ key }) => this.#refusals.get(key) === undefined) && this.#isDoubtful()
    let doubtful = false
    for (const { key, error } of refused) {
      if (isEdited && this.#refusals.get(key) === undefined) {
        doubtful = true
        this.#pending.add(key)
        continue
      }
      this.#pending.delete(key)
      if (this.#refusals.add(key, error, now).attempts === 2) doubtful = true
    }
    return doubtful
  }

  #isDoubtful(): boolean {
    try {
      return this.#options.target.read().some(({ key }) => key === undefined)
    } catch {
      return true
    }
  }

  #look(now: number): readonly Edit<Key>[] {
    const started = performance.now()
    try {
      const edits = this.#options.target.read()
      for (const key of this.#edits.replace(edits)) {
        this.#pending.delete(key)
        this.#refusals.delete(key)
      }
      for (const { key } of edits) {
        if (key === undefined) this.#known = false
        else this.#pending.add(key)
      }
      return edits
    } catch {
      // Somebody writes all the time: the next look will find out.
      return []
    } finally {
      this.#lookAt = now + Math.max(LOOK_MS, (performance.now() - started) / LOOK_PART)
    }
  }

  #errorOf({ key }: Edit<Key>): Error | undefined {
    return key === undefined ? this.#fault : (this.#refusals.get(key)?.error ?? this.#fault)
  }

  #allRefusedFor(): number {
    return backoff(this.#failures, ALL_REFUSED_MOST_MS)
  }

  /** One timer for all that is to be done later; it may ring too early, when what it was set for has become needless. */
  #schedule(now: number): void {
    const unwritten = this.#pending.size > 0 || !this.#known || this.#appliedAt === undefined
    const next = unwritten ? now + this.#allRefusedFor() : this.#lookAt
    const at = Math.max(Math.min(this.#refusals.retryAt, next), now + 1)
    if (this.#timer !== undefined && this.#timer.at > now && this.#timer.at <= at) return
    this.#timer?.cancel()
    this.#timer = { cancel: this.#clock.after(at - now, () => this.#wake()), at }
  }

  #wake(): void {
    this.#timer = undefined
    const now = this.#clock.now()
    for (const key of this.#refusals.dueAt(now)) this.#pending.add(key)
    if (this.#appliedAt !== undefined && this.#lookAt <= now) this.#look(now)
    if (this.#pending.size > 0 || !this.#known || this.#appliedAt === undefined) this.flush()
    else this.#schedule(now)
  }
}

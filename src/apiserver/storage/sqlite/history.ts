/** How much of the past a file keeps, for watches that resume and lists that go on after a restart. */
export interface HistoryLimits {
  /** Milliseconds. */
  readonly age: number
  /** Of what is there for the past's sake alone. */
  readonly octets: number
}

/** What was written within a while. */
interface Mark {
  /** The latest. */
  revision: number
  readonly since: number
  octets: number
}

/** How many marks an age has, about. */
const MARKS = 30

/** What was written when, and how much of it is past: up to where it may be forgotten. */
export class History {
  readonly #limits: HistoryLimits
  /** Oldest first. */
  readonly #marks: Mark[] = []
  #octets = 0

  constructor(limits: HistoryLimits) {
    this.#limits = limits
  }

  /** Changes up to `revision` came, for which `octets` more are kept than the latest states need. */
  note(revision: number, octets: number, now: number): void {
    const last = this.#marks.at(-1)
    this.#octets += octets
    const goesOn =
      last !== undefined && now - last.since < this.#span && last.octets + octets < this.#limits.octets / MARKS
    if (goesOn) {
      last.revision = revision
      last.octets += octets
    } else this.#marks.push({ revision, since: now, octets })
  }

  /** The latest revision that is not kept for the past any more, told once; undefined where all is kept. */
  takeDue(now: number): number | undefined {
    let due: number | undefined
    for (let oldest = this.#marks[0]; oldest !== undefined; oldest = this.#marks[0]) {
      const isOld = now - oldest.since - this.#span >= this.#limits.age
      if (!isOld && this.#octets <= this.#limits.octets) break
      this.#marks.shift()
      this.#octets -= oldest.octets
      due = oldest.revision
    }
    return due
  }

  /** A mark holds what came within this, milliseconds. */
  get #span(): number {
    return this.#limits.age / MARKS
  }
}

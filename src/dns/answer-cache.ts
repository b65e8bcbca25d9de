import { addressRun } from './address-run.ts'
import { QuestionKey } from './question-key.ts'

/** Octets of questions and answers together, and how many of them: at first, and at most. */
const FIRST_ARENA_BYTES = 64 << 10
const ARENA_BYTES = 2 << 20
const FIRST_ANSWERS = 512
const MOST_ANSWERS = 16_384
/** Places in the table, twice as many, so that one is found soon; a power of two. */
const PLACES = 2 * MOST_ANSWERS
const NAME_AT = 12
const FLAGS_AT = 2
const QUESTIONS_AT = 5
const TRUNCATED = 2
/** Fewer octets are copied one by one: a view of them would cost more. */
const SHORT = 256

// Fields of an answer in the table of them. The question stands in the arena, and behind it the answer.
const HASH = 0
const QUESTION_AT = 1
const QUESTION_LENGTH = 2
const ANSWER_LENGTH = 3
const RUN_AT = 4
const RUN_STRIDE = 5
const RUN_COUNT = 6
const FIELDS = 7

/**
 * Answers to questions asked before, as bytes in which the id, the name's letters and the turn of the addresses are
 * changed. It holds what was answered under one revision of the zone, and after a change begins anew; so it does when
 * it is full. Nothing is allocated for an answer that is found.
 */
export class AnswerCache {
  #arena = new Uint8Array(FIRST_ARENA_BYTES)
  /** By hash, the next free one after it: 0, or the number of an answer. */
  readonly #places = new Uint16Array(PLACES)
  /** Answer 0 is none. */
  #answers = new Int32Array((FIRST_ANSWERS + 1) * FIELDS)
  readonly #key = new QuestionKey()
  readonly #random: () => number
  #revision = -1
  #used = 0
  #count = 0
  #isPlain = false

  /** What kind of record the query asked for that was found last. */
  get type(): number {
    return this.#key.type
  }

  /** `random` gives [0, 1). */
  constructor(random: () => number) {
    this.#random = random
  }

  /**
   * Writes the answer to the query in `from[start, end)` into `target` from `at` on, and gives its length; 0 where none
   * is known under this revision.
   */
  find(revision: number, from: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
    if (revision !== this.#revision) this.#clear(revision)
    this.#isPlain = this.#key.read(from, start, end)
    if (!this.#isPlain) return 0
    const fields = this.#answers
    const found = this.#places[this.#place()]! * FIELDS
    if (found === 0) return 0
    this.#write(found, target, at)
    target[at] = from[start]!
    target[at + 1] = from[start + 1]!
    // Names in the answer point to the one in the question, so they too come back as they were asked.
    const name = start + NAME_AT
    for (let octet = 0; octet < this.#key.nameLength; octet++) target[at + NAME_AT + octet] = from[name + octet]!
    return fields[found + ANSWER_LENGTH]!
  }

  /** Keeps the answer to the query that was last looked for, under that revision. */
  keep(answer: Uint8Array): void {
    // Which of many addresses fit into a truncated one must change from one client to the next. One that does not repeat
    // the question is a failure of ours.
    if (!this.#isPlain || (answer[FLAGS_AT]! & TRUNCATED) !== 0 || answer[QUESTIONS_AT] === 0) return
    const { bytes, length, hash } = this.#key
    if (length + answer.length > ARENA_BYTES / 8) return
    if (this.#count === MOST_ANSWERS || this.#used + length + answer.length > ARENA_BYTES) this.#clear(this.#revision)
    this.#makeRoom(this.#used + length + answer.length)
    const number = ++this.#count
    const run = addressRun(answer)
    this.#answers.set([hash, this.#used, length, answer.length, run.at, run.stride, run.count], number * FIELDS)
    this.#arena.set(bytes.subarray(0, length), this.#used)
    this.#arena.set(answer, this.#used + length)
    this.#used += length + answer.length
    this.#places[this.#place()] = number
  }

  #clear(revision: number): void {
    if (this.#count > 0) this.#places.fill(0)
    this.#revision = revision
    this.#used = 0
    this.#count = 0
  }

  /** A cluster where few names are asked for does not take the memory of one where many are. */
  #makeRoom(octets: number): void {
    while (octets > this.#arena.length) {
      const wider = new Uint8Array(this.#arena.length * 2)
      wider.set(this.#arena.subarray(0, this.#used))
      this.#arena = wider
    }
    if ((this.#count + 2) * FIELDS <= this.#answers.length) return
    const longer = new Int32Array(this.#answers.length * 2)
    longer.set(this.#answers)
    this.#answers = longer
  }

  /** Where the question that was read stands in the table, or would stand. */
  #place(): number {
    const { hash } = this.#key
    for (let place = hash & (PLACES - 1); ; place = (place + 1) & (PLACES - 1)) {
      const answer = this.#places[place]! * FIELDS
      if (answer === 0 || (this.#answers[answer + HASH] === hash && this.#isAsked(answer))) return place
    }
  }

  #isAsked(answer: number): boolean {
    const { bytes, length } = this.#key
    if (this.#answers[answer + QUESTION_LENGTH] !== length) return false
    const question = this.#answers[answer + QUESTION_AT]!
    for (let octet = 0; octet < length; octet++) if (this.#arena[question + octet] !== bytes[octet]) return false
    return true
  }

  #write(answer: number, target: Uint8Array, at: number): void {
    const fields = this.#answers
    const from = fields[answer + QUESTION_AT]! + fields[answer + QUESTION_LENGTH]!
    const length = fields[answer + ANSWER_LENGTH]!
    const count = fields[answer + RUN_COUNT]!
    if (count < 2) {
      this.#copy(from, target, at, length)
      return
    }
    const run = fields[answer + RUN_AT]!
    const stride = fields[answer + RUN_STRIDE]!
    const turned = Math.floor(this.#random() * count) * stride
    const end = run + count * stride
    this.#copy(from, target, at, run)
    this.#copy(from + run + turned, target, at + run, end - run - turned)
    this.#copy(from + run, target, at + end - turned, turned)
    this.#copy(from + end, target, at + end, length - end)
  }

  #copy(from: number, target: Uint8Array, at: number, length: number): void {
    if (length >= SHORT) target.set(this.#arena.subarray(from, from + length), at)
    else for (let octet = 0; octet < length; octet++) target[at + octet] = this.#arena[from + octet]!
  }
}

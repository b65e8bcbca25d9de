import assert from 'node:assert/strict'
import { existsSync, readFileSync, truncateSync } from 'node:fs'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { Change } from '#apiserver/storage/journal.ts'
import { readDatabase } from '#apiserver/storage/sqlite/database-reader.ts'
import { objectOf } from '#apiserver/storage/unread-object.ts'
import type { BatchNote } from './server-process.ts'

type Kind = Pick<Resource, 'group' | 'plural'>

const idOf = ({ group, plural }: Kind, key: string): string => `${group}/${plural} ${key}`

/** A change that lasts, and what was there before it. */
export interface Lasting extends Change {
  readonly previous: ApiObject | undefined
}

/** What the file must hold, by the batches that it was asked to keep. */
export class Ledger {
  readonly #folder: string
  /** All that has come to last, by revision; in order. */
  readonly #changes = new Map<number, Lasting>()
  readonly #states = new Map<string, Change>()
  #last = 0
  #compacted = 0
  /** Batches that were on their way when the process ended, and were there or not. */
  readonly torn = { whole: 0, absent: 0 }

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The latest revision. */
  get last(): number {
    return this.#last
  }

  /** Up to here the file has forgotten what was replaced. */
  get compacted(): number {
    return this.#compacted
  }

  stateOf(resource: Kind, key: string): ApiObject | undefined {
    return this.#states.get(idOf(resource, key))?.object
  }

  /** Of one resource, after a revision, in order. */
  changesOf({ group, plural }: Kind, after: number): readonly Lasting[] {
    return [...this.#changes.values()].filter(
      ({ revision, resource }) => revision > after && resource.group === group && resource.plural === plural,
    )
  }

  /** Nobody asks any more for what came up to this revision. */
  forget(upTo: number): void {
    const until = Math.min(upTo, this.#compacted)
    for (const revision of this.#changes.keys()) if (revision <= until) this.#changes.delete(revision)
  }

  /** After a process has ended: what it has answered is there, and of what it was at all or nothing. */
  settle(): void {
    const { compacted, changes: kept } = readDatabase(`${this.#folder}/objects.db`) ?? { compacted: 0, changes: [] }
    const found = [...kept].map((one) => ({ ...one, object: objectOf(one.object) }))
    const latest = found.at(-1)?.revision ?? compacted
    for (const batch of this.#lasting(Math.max(latest, compacted))) for (const change of batch) this.#take(change)
    this.#compacted = compacted
    const expected = [...this.#changes.values()].filter(({ revision }) => revision > compacted)
    assert.deepEqual(
      found.filter(({ revision }) => revision > compacted),
      plain(expected),
      'what came after the past is there, change by change',
    )
    const states = [...this.#states.values()].filter(({ revision }) => revision <= compacted)
    // The state before one that is kept stays with it.
    const before = new Set(expected.map(({ replaces }) => replaces))
    const folded = found.filter(({ revision }) => revision <= compacted && !before.has(revision))
    const sorted = states.toSorted((a, b) => a.revision - b.revision)
    assert.deepEqual(folded, plain(sorted), 'of the past the latest state of each object is there')
  }

  /** Batches of the process that has ended; `latest` is the last revision that the file has. */
  *#lasting(latest: number): Generator<readonly Change[]> {
    const path = `${this.#folder}/batches`
    if (!existsSync(path)) return
    const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
    truncateSync(path)
    let batch: readonly Change[] = []
    for (const line of lines) {
      const note = JSON.parse(line) as BatchNote
      if ('asked' in note) batch = note.asked
      else if ('lasts' in note) {
        assert.ok(latest >= note.lasts, `revision ${note.lasts} was to last, and the file ends with ${latest}`)
        yield batch
        batch = []
      } else assert.fail(`a batch was refused: ${note.refused}`)
    }
    if (batch.length === 0) return
    // It was on its way: the comparison with the file tells where only half of it is there.
    const isThere = latest >= batch[0]!.revision
    this.torn[isThere ? 'whole' : 'absent']++
    if (isThere) yield batch
  }

  #take(change: Change): void {
    const { revision, resource, key, replaces, deleted } = change
    assert.ok(revision > this.#last, `revision ${revision} comes after ${this.#last}`)
    const id = idOf(resource, key)
    const previous = this.#states.get(id)
    assert.equal(replaces, previous?.revision, `revision ${revision} is made of the state before`)
    this.#last = revision
    this.#changes.set(revision, { ...change, previous: previous?.object })
    if (deleted) this.#states.delete(id)
    else this.#states.set(id, change)
  }
}

/** As they are read back. */
const plain = (changes: readonly Change[]): readonly Change[] =>
  changes.map(({ revision, resource: { group, plural }, key, replaces, deleted, object }) => ({
    revision,
    resource: { group, plural },
    key,
    replaces,
    deleted,
    object,
  }))

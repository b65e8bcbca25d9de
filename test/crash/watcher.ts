import assert from 'node:assert/strict'
import type { ApiObject, Resource } from '#api/resource.ts'
import { type Client, isGone, type Watch } from '#client/client.ts'
import type { Lasting, Ledger } from './ledger.ts'

interface Seen {
  readonly type: string
  readonly object: ApiObject
}

/** A watch that goes on where it was, from one life of the server to the next. */
export class Watcher {
  readonly resource: Resource
  readonly #labels: Readonly<Record<string, string>>
  /** Since the last check, in order. */
  #seen: Seen[] = []
  /** Up to here all is checked. */
  #checked: number
  #resume: number
  #watch: Watch | undefined
  #failure: unknown
  /** How often it had to list again. */
  begunAnew = 0

  constructor(resource: Resource, from: number, labels: Readonly<Record<string, string>> = {}) {
    this.resource = resource
    this.#labels = labels
    this.#checked = from
    this.#resume = from
  }

  /** What came up to here it does not ask for any more. */
  get checked(): number {
    return this.#checked
  }

  open(client: Client): void {
    const labelSelector = Object.entries(this.#labels)
      .map(([key, value]) => `${key}=${value}`)
      .join()
    const options = { labelSelector, resourceVersion: String(this.#resume) }
    const watch = client.watch(this.resource, options, (event) => {
      if (event.type === 'BOOKMARK') return
      this.#seen.push(event)
      this.#resume = Number(event.object.metadata!.resourceVersion)
    })
    this.#watch = watch
    watch.done.catch((error: unknown) => {
      this.#failure = error
    })
  }

  /** After its server has gone. */
  async ended(): Promise<void> {
    await this.#watch?.done.catch(() => {})
    this.#watch = undefined
    this.#failure = undefined
  }

  /** Whether it can see nothing more of what is there. */
  hasCaughtUp(ledger: Ledger): boolean {
    return this.#failure !== undefined || this.#eventsAfter(this.#resume, ledger).length === 0
  }

  /**
   * It has all that has become true, each once, in order, as it was, and nothing else. Or what it was to go on from is
   * forgotten, as it may be: then it begins with what is there now.
   */
  check(ledger: Ledger, client: Client): void {
    if (this.#failure === undefined) {
      const shown = (all: readonly Seen[]) => all.map(({ type, object }) => [type, object])
      const expected = this.#eventsAfter(this.#checked, ledger)
      assert.deepEqual(shown(this.#seen), shown(expected), `what a watch of ${this.resource.plural} saw`)
    } else {
      assert.ok(isGone(this.#failure), String(this.#failure))
      assert.ok(this.#resume < ledger.compacted, `what came after ${this.#resume} is there, and is not told`)
      this.#failure = undefined
      this.#resume = ledger.last
      this.open(client)
      this.begunAnew++
    }
    this.#seen = []
    this.#checked = ledger.last
  }

  #eventsAfter(revision: number, ledger: Ledger): readonly Seen[] {
    return ledger.changesOf(this.resource, revision).flatMap((change) => this.#eventOf(change))
  }

  #matches(object: ApiObject | undefined): boolean {
    const labels = object?.metadata?.labels ?? {}
    return object !== undefined && Object.entries(this.#labels).every(([key, value]) => labels[key] === value)
  }

  #eventOf({ previous, object, deleted, revision }: Lasting): readonly Seen[] {
    const [was, is] = [this.#matches(previous), !deleted && this.#matches(object)]
    if (is) return [{ type: was ? 'MODIFIED' : 'ADDED', object }]
    if (!was) return []
    // One that has left the selection shows what it was there.
    const left = { ...previous, metadata: { ...previous!.metadata, resourceVersion: String(revision) } } as ApiObject
    return [{ type: 'DELETED', object: deleted ? object : left }]
  }
}

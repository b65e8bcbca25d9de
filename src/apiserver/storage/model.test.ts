import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ApiObject } from '#api/resource.ts'
import { type ListPage, type ListRequest, listPage, type Selection } from './reading/list.ts'
import { openWatch, type Watch } from './reading/watch.ts'
import { StorageError } from './storage-error.ts'
import { Store } from './store.ts'
import { FoldingJournal } from './testing/folding-journal.ts'
import { Model, noteOf, type Told, type Written } from './testing/model.ts'

const RESOURCES = [
  { group: '', plural: 'pods' },
  { group: 'apps', plural: 'deployments' },
] as const
/** Of each collection so many changes are surely remembered. */
const KEPT = 12
/** A namespace's name may begin as another's does, and a dash sorts before a slash. */
const KEYS = ['a/1', 'a/2', 'a/10', 'a-b/1', 'a0/1', 'b/1', 'b/2'] as const
const SELECTIONS: readonly Selection[] = [
  {},
  { namespace: 'a' },
  { matches: (object) => object.metadata?.labels?.side === 'left' },
  { namespace: 'a', matches: (object) => object.metadata?.labels?.side === 'left' },
]

interface Write {
  readonly do: 'write'
  readonly resource: 0 | 1
  readonly key: (typeof KEYS)[number]
  readonly side: 'left' | 'right' | 'gone'
}
type Step =
  | Write
  /** Asked for at once, and one batch where the journal is busy. */
  | { readonly do: 'writes'; readonly writes: readonly Write[] }
  /** `back`: so many revisions ago. */
  | { readonly do: 'list'; readonly resource: 0 | 1; readonly selection: number; readonly back: number }
  | { readonly do: 'page'; readonly resource: 0 | 1; readonly selection: number; readonly limit: number }
  | {
      readonly do: 'watch'
      readonly resource: 0 | 1
      readonly selection: number
      readonly back: number
      readonly all: boolean
    }
  | { readonly do: 'read' | 'forget' | 'restart' | 'compact' }

const resource = fc.constantFrom(0 as const, 1 as const)
const selection = fc.nat(SELECTIONS.length - 1)
const back = fc.oneof(fc.constant(0), fc.nat(20))
const write: fc.Arbitrary<Write> = fc.record({
  do: fc.constant('write' as const),
  resource: fc.oneof(
    { arbitrary: fc.constant(0 as const), weight: 3 },
    { arbitrary: fc.constant(1 as const), weight: 1 },
  ),
  key: fc.constantFrom(...KEYS),
  side: fc.constantFrom('left' as const, 'left' as const, 'right' as const, 'gone' as const),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: write, weight: 8 },
  {
    arbitrary: fc.record({ do: fc.constant('writes' as const), writes: fc.array(write, { maxLength: 6 }) }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constant('list' as const), resource, selection, back }), weight: 2 },
  {
    arbitrary: fc.record({
      do: fc.constant('page' as const),
      resource,
      selection,
      limit: fc.integer({ min: 1, max: 3 }),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ do: fc.constant('watch' as const), resource, selection, back, all: fc.boolean() }),
    weight: 3,
  },
  { arbitrary: fc.record({ do: fc.constantFrom('read' as const, 'forget' as const) }), weight: 4 },
  { arbitrary: fc.record({ do: fc.constantFrom('restart' as const, 'compact' as const) }), weight: 1 },
)

/** Somebody who watches, over restarts: what was told, and up to where. */
interface Watcher {
  readonly resource: 0 | 1
  readonly selection: number
  /** What comes after it is still to be told. */
  seen: number
  watch: Watch
}

/** The list that somebody is at. */
interface Paging {
  readonly resource: 0 | 1
  readonly selection: number
  readonly limit: number
  /** The revision that its pages show. */
  revision: number
  /** The last key that was shown. */
  after: string
  token: string | undefined
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}
const keyOf = ({ metadata }: ApiObject): string => `${metadata?.namespace}/${metadata?.name}`
const shown = (objects: readonly ApiObject[]) =>
  objects.map((object) => [keyOf(object), object.metadata?.resourceVersion, noteOf(object)])

/** A store, all that was written to it, and what it is held to. */
class History {
  readonly #journal = new FoldingJournal(100)
  readonly #model = new Model()
  #store = this.#open()
  #watchers: Watcher[] = []
  #pagings: Paging[] = []
  #count = 0

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        return this.#write([step])
      case 'writes':
        return this.#write(step.writes)
      case 'list':
        return this.#list(step.resource, step.selection, this.#store.revision - step.back)
      case 'page': {
        const revision = this.#store.revision
        this.#pagings.push({ ...step, revision, after: '', token: '' })
        return this.#turnPages()
      }
      case 'watch':
        return this.#watch(step.resource, step.selection, this.#store.revision - step.back, step.all)
      case 'read':
        this.#turnPages()
        return this.#read()
      case 'forget':
        return turns()
      case 'compact':
        return this.#journal.compact(this.#store.revision - 5)
      case 'restart':
        return this.#restart()
    }
  }

  /** Whatever is still to be told is told. */
  async end(): Promise<void> {
    for (let page = 0; page < KEYS.length && this.#pagings.length > 0; page++) this.#turnPages()
    assert.deepEqual(this.#pagings, [], 'every list ends')
    this.#read()
    await turns()
    for (const index of RESOURCES.keys()) {
      this.#list(index as 0 | 1, 0, this.#store.revision)
      const { window } = this.#store.collection(RESOURCES[index]!)
      assert.ok(window.end - window.begin <= KEPT, 'no more is kept than may be')
    }
  }

  #open(): Store {
    return new Store(this.#journal, { limits: { bytes: 1 << 30, changes: KEPT, age: 1 << 30 }, now: () => 0 })
  }

  async #write(writes: readonly Write[]): Promise<void> {
    const before = this.#store.revision
    const written = await Promise.all(
      writes.map(({ resource, key, side }) =>
        this.#store.transact((transaction): Written | undefined => {
          const of = RESOURCES[resource]
          const held = transaction.get(of, key)
          if (side === 'gone') {
            if (!held) return undefined
            const object = transaction.delete(of, key, held)
            return { resource: of, revision: Number(object.metadata!.resourceVersion), key, deleted: true, object }
          }
          const [namespace = '', name = ''] = key.split('/')
          const metadata = { namespace, name, labels: { side }, annotations: { value: String(++this.#count) } }
          const object = transaction.put(of, key, { apiVersion: 'v1', kind: 'Any', metadata })
          return { resource: of, revision: Number(object.metadata!.resourceVersion), key, deleted: false, object }
        }),
      ),
    )
    const changes = written.filter((one) => one !== undefined)
    let last = before
    for (const { revision } of changes) {
      assert.ok(revision > last, 'revisions grow, in the order of the writes')
      last = revision
    }
    assert.equal(this.#store.revision, last)
    this.#model.add(changes)
  }

  /** Whether what came after a revision must still be known. */
  #isKnown(resource: 0 | 1, revision: number): boolean {
    return revision >= this.#journal.compacted && this.#model.countAfter(RESOURCES[resource], revision) <= KEPT
  }

  /** What `ask` gives; undefined where it is gone, which it may be. */
  #unlessGone<T>(resource: 0 | 1, revision: number, ask: () => T): T | undefined {
    try {
      return ask()
    } catch (error) {
      assert.ok(error instanceof StorageError && error.code === 'REVISION_COMPACTED', String(error))
      assert.equal(this.#isKnown(resource, revision), false, `${revision} is to be known`)
      return undefined
    }
  }

  #page(resource: 0 | 1, selection: number, request: ListRequest): ListPage {
    return listPage(this.#store.collection(RESOURCES[resource]), SELECTIONS[selection]!, request)
  }

  #list(resource: 0 | 1, selection: number, revision: number): void {
    if (revision <= 0) return
    const expectedAt = (at: number) =>
      shown(this.#model.at(RESOURCES[resource], at, SELECTIONS[selection]).map(([, object]) => object))
    const exact: ListRequest = { resourceVersion: String(revision), resourceVersionMatch: 'Exact' }
    const then = this.#unlessGone(resource, revision, () => this.#page(resource, selection, exact))
    if (then) {
      assert.deepEqual(shown(then.items), expectedAt(revision), `as it was at ${revision}`)
      assert.equal(then.resourceVersion, String(revision))
    }
    for (const request of [{}, { resourceVersion: '0' }, { ...exact, resourceVersionMatch: 'NotOlderThan' }]) {
      const now = this.#page(resource, selection, request)
      assert.deepEqual(shown(now.items), expectedAt(this.#store.revision), 'as it is now')
      assert.equal(now.resourceVersion, String(this.#store.revision))
    }
    assert.throws(() => this.#page(resource, selection, { resourceVersion: String(this.#store.revision + 1) }), {
      code: 'REVISION_AHEAD',
    })
  }

  /** Each list goes on by a page: all of its pages show one state. */
  #turnPages(): void {
    for (const paging of this.#pagings) {
      const { resource, selection, limit, token } = paging
      const of = RESOURCES[resource]
      let page: ListPage
      try {
        page = this.#page(resource, selection, { limit, ...(token ? { continue: token } : {}) })
      } catch (error) {
        assert.ok(error instanceof StorageError && error.code === 'CONTINUE_COMPACTED', String(error))
        assert.equal(this.#isKnown(resource, paging.revision), false)
        // It goes on with what is there now, after what it has shown.
        paging.revision = this.#store.revision
        page = this.#page(resource, selection, { limit, continue: error.continue! })
      }
      const chosen = this.#model.at(of, paging.revision, SELECTIONS[selection])
      const rest = chosen.filter(([key]) => key > paging.after)
      const items = rest.slice(0, limit).map(([, object]) => object)
      assert.deepEqual(shown(page.items), shown(items), `a page of the state of ${paging.revision}`)
      assert.equal(page.resourceVersion, String(paging.revision))
      if (!page.continue) assert.ok(rest.length <= limit, 'it ends with the last of them')
      else if (page.remainingItemCount !== undefined) assert.equal(page.remainingItemCount, rest.length - limit)
      paging.after = page.items.length > 0 ? keyOf(page.items.at(-1)!) : paging.after
      paging.token = page.continue
    }
    this.#pagings = this.#pagings.filter(({ token }) => token !== undefined)
  }

  /** From a revision on; `all`: what is there first. */
  #watch(resource: 0 | 1, selection: number, revision: number, all: boolean): void {
    if (revision <= 0) return
    const of = RESOURCES[resource]
    const collection = this.#store.collection(of)
    const request = all ? { revision, sendInitialEvents: true, marked: true } : { revision }
    const watch = this.#unlessGone(resource, revision, () =>
      openWatch(collection, SELECTIONS[selection]!, request, () => {}),
    )
    if (!watch) return
    const watcher: Watcher = { resource, selection, seen: revision, watch }
    this.#watchers.push(watcher)
    if (!all) return
    const now = this.#store.revision
    for (const [, object] of this.#model.at(of, now, SELECTIONS[selection]))
      assert.deepEqual(watch.next(), { type: 'ADDED', object })
    assert.deepEqual(watch.next(), { type: 'BOOKMARK', revision: now, initial: true })
    watcher.seen = now
  }

  /** All watchers read: each has what came since, once, in order. */
  #read(): void {
    const now = this.#store.revision
    this.#watchers = this.#watchers.filter((watcher) => {
      const { resource, selection, seen, watch } = watcher
      const told: Told[] = []
      const whole = this.#unlessGone(resource, seen, () => {
        for (let event = watch.next(); event; event = watch.next()) {
          if (event.type === 'BOOKMARK') assert.fail('nobody asked for a bookmark')
          const { object } = event
          told.push([event.type, keyOf(object), Number(object.metadata!.resourceVersion), noteOf(object)])
        }
        return true
      })
      if (whole) {
        assert.deepEqual(told, this.#model.between(RESOURCES[resource], seen, now, SELECTIONS[selection]!))
        watcher.seen = now
      } else {
        assert.deepEqual(told, [], 'who is behind is told at once')
        watch.close()
      }
      return whole === true
    })
  }

  /** Another process has the journal; who watches and lists goes on there. */
  #restart(): void {
    for (const { watch } of this.#watchers) watch.close()
    this.#store = this.#open()
    const before = this.#watchers
    this.#watchers = []
    for (const { resource, selection, seen } of before) this.#watch(resource, selection, seen, false)
  }
}

test('lists, pages and watches of random histories are what a model of them says, over restarts and a past that is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const history = new History()
      for (const one of steps) await history.run(one)
      await history.end()
    }),
    { numRuns: 60 },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { KernelError } from '#kernel/kernel-error.ts'
import type { Mending } from './edits.ts'
import type { Edit, Target, Told } from './target.ts'
import { TargetLoop, type Turn } from './target-loop.ts'

const LOOK_MS = 10_000

/** Keeps numbers by name. It refuses, loses answers and is edited as a test tells it. */
class Numbers implements Target<string> {
  wanted = new Map<string, number>()
  held = new Map<string, number>()
  /** What we take it to hold. */
  #known = new Map<string, number>()
  readonly log: string[] = []
  refuses = (_key: string): string | undefined => undefined
  fails: Error | undefined
  losesAnswers = false
  tellsKeys = true

  adopt(): Iterable<string> {
    if (this.fails !== undefined) throw this.fails
    this.log.push('adopt')
    this.#known = new Map(this.held)
    return [...this.wanted.keys(), ...[...this.held.keys()].filter((key) => !this.wanted.has(key))]
  }

  read(): readonly Edit<string>[] {
    // Networks know what each key should be; of tables it is known what was written.
    const right = this.tellsKeys ? this.wanted : this.#known
    const keys = new Set([...right.keys(), ...this.held.keys()])
    const edited = [...keys].filter((key) => this.held.get(key) !== right.get(key))
    if (edited.length === 0) return []
    return this.tellsKeys ? edited.map((key) => ({ key, found: [`${key} was changed`] })) : [{ found: ['something'] }]
  }

  write(keys: readonly string[], told: Told<string>): void {
    if (this.fails !== undefined) throw this.fails
    for (const key of keys) {
      const reason = this.refuses(key)
      if (reason !== undefined) {
        told.refused(key, new Error(reason))
        continue
      }
      const value = this.wanted.get(key)
      if (this.held.get(key) !== value) this.log.push(`write ${key}`)
      for (const map of [this.held, this.#known]) value === undefined ? map.delete(key) : map.set(key, value)
      if (this.losesAnswers) {
        this.losesAnswers = false
        throw new KernelError('NFT_ANSWER_LOST', { operation: 'write', object: key })
      }
      told.written([key])
    }
  }
}

function start({ synced }: { readonly synced?: Promise<unknown> } = {}) {
  const clock = new HandClock(0)
  const target = new Numbers()
  const [refusals, faults, mendings, turns]: [string[], string[], Mending<string>[], Turn[]] = [[], [], [], []]
  const loop = new TargetLoop({
    target,
    clock,
    synced,
    onRefusal: ({ key, error, retryAt }) => refusals.push(`${key}: ${error.message}, again at ${retryAt}`),
    onFault: (error, retryAt) => faults.push(`${error.message}, again at ${retryAt}`),
    onMending: (mending) => mendings.push(mending),
    onTurn: (turn) => turns.push(turn),
  })
  const want = (key: string, value: number) => {
    target.wanted.set(key, value)
    loop.changed([key])
  }
  return { clock, target, loop, want, refusals, faults, mendings, turns }
}

test('what changes in one tick is written in one turn, and only that', async () => {
  const { target, loop, want, turns } = start()
  want('a', 1)
  want('b', 2)
  await loop.ready
  assert.deepEqual([target.log, turns.length], [['adopt', 'write a', 'write b'], 1])
  want('a', 3)
  await Promise.resolve()
  assert.deepEqual(target.log.slice(3), ['write a'])
  assert.deepEqual(
    turns.map(({ full }) => full),
    [true, false],
  )
  loop.stop()
})

test('nothing is written before all that should be is told; then what nobody wants any more goes last', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { target, loop, want } = start({ synced: promise })
  target.held.set('left', 1)
  want('a', 1)
  loop.flush()
  await Promise.resolve()
  assert.deepEqual(target.log, [])
  resolve()
  await loop.ready
  assert.deepEqual(target.log, ['adopt', 'write a', 'write left'])
  assert.deepEqual([...target.held], [['a', 1]])
  loop.stop()
})

test('what is refused is tried again by itself, ever more seldom up to thirty seconds, and told once', () => {
  const { clock, target, loop, want, refusals } = start()
  const tries: number[] = []
  target.tellsKeys = false
  target.refuses = (key) => {
    if (key !== 'bad') return undefined
    tries.push(clock.now())
    return 'no room'
  }
  target.wanted.set('bad', 1)
  want('good', 2)
  loop.flush()
  assert.deepEqual([...target.held], [['good', 2]])
  clock.advance(200_000)
  const gaps = [...new Set(tries)].map((at, index, all) => at - (all[index - 1] ?? 0)).slice(1)
  assert.deepEqual(gaps.slice(0, 9), [100, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000])
  assert.deepEqual(refusals, ['bad: no room, again at 100'])
  assert.deepEqual(
    loop.state().refused.map(({ key }) => key),
    ['bad'],
  )
  target.refuses = () => undefined
  clock.advance(30_000)
  assert.deepEqual([target.held.get('bad'), loop.state().refused], [1, []])
  loop.stop()
})

test('what is refused twice makes what is known doubted, once', () => {
  const { clock, target, loop, want } = start()
  target.refuses = () => 'no'
  want('bad', 1)
  loop.flush()
  clock.advance(99)
  assert.deepEqual(target.log, ['adopt'])
  clock.advance(5000)
  assert.deepEqual(target.log, ['adopt', 'adopt'])
  loop.stop()
})

test('a refusal after somebody else has changed something is not the key’s own fault: all is adopted anew', () => {
  const { target, loop, want, refusals } = start()
  want('a', 1)
  loop.flush()
  target.tellsKeys = false
  target.held.set('foreign', 9)
  let refusing = true
  target.refuses = (key) => {
    if (key !== 'b' || !refusing) return undefined
    refusing = false
    return 'it is there already'
  }
  want('b', 2)
  loop.flush()
  assert.deepEqual(
    [refusals, [...target.held].sort()],
    [
      [],
      [
        ['a', 1],
        ['b', 2],
      ],
    ],
  )
  loop.stop()
})

test('where an answer is lost all is adopted and written again in the same turn', () => {
  const { target, loop, want, turns } = start()
  want('a', 1)
  loop.flush()
  target.losesAnswers = true
  want('a', 2)
  loop.flush()
  assert.deepEqual(target.log, ['adopt', 'write a', 'write a', 'adopt'])
  assert.deepEqual([target.held.get('a'), loop.state().pending, turns.at(-1)?.full], [2, 0, true])
  loop.stop()
})

test('where nothing can be written everything waits, a second at most, and it is told once for each reason', async () => {
  const { clock, target, loop, want, faults } = start()
  target.fails = new Error('no tables')
  want('a', 1)
  loop.flush()
  assert.deepEqual([faults, loop.state().fault?.message], [['no tables, again at 100'], 'no tables'])
  clock.advance(10_000)
  assert.equal(faults.length, 1)
  target.fails = undefined
  clock.advance(1000)
  await loop.ready
  assert.deepEqual([target.held.get('a'), loop.state().fault], [1, undefined])
  loop.stop()
})

test('what somebody else changes is found within ten seconds and put right, and only that is written', () => {
  const { clock, target, loop, want, mendings } = start()
  want('a', 1)
  want('b', 2)
  loop.flush()
  target.held.set('a', 7)
  clock.advance(LOOK_MS - 1)
  assert.equal(target.held.get('a'), 7)
  clock.advance(1)
  assert.deepEqual([target.held.get('a'), target.log.slice(3)], [1, ['write a']])
  assert.deepEqual(mendings, [{ edit: { key: 'a', found: ['a was changed'] }, error: undefined }])
  assert.equal(loop.state().mended, 1)
  loop.stop()
})

test('an edit of which nobody can tell whose it is makes all be adopted', () => {
  const { clock, target, loop, want } = start()
  want('a', 1)
  loop.flush()
  target.tellsKeys = false
  target.held.delete('a')
  clock.advance(LOOK_MS)
  assert.deepEqual([target.log.slice(2), loop.state().mended], [['adopt', 'write a'], 1])
  loop.stop()
})

test('look() puts right at once and says what it was; what cannot be put right is told once, and lasts until it is right', () => {
  const { target, loop, want, mendings } = start()
  want('a', 1)
  loop.flush()
  target.held.set('a', 7)
  target.refuses = () => 'EPERM'
  const texts = () => loop.look().map(({ edit, error }) => `${edit.found.join()}: ${error?.message}`)
  assert.deepEqual([texts(), texts()], [['a was changed: EPERM'], ['a was changed: EPERM']])
  assert.deepEqual([mendings.length, loop.state().broken.length, loop.state().mended], [1, 1, 0])
  // By another hand.
  target.held.set('a', 1)
  assert.deepEqual([texts(), loop.state().broken, loop.state().refused], [[], [], []])
  loop.stop()
})

test('a loop that is stopped leaves what is there, writes nothing more and holds no timer', async () => {
  const { clock, target, loop, want } = start()
  want('a', 1)
  loop.flush()
  loop.stop()
  want('a', 2)
  loop.flush()
  await Promise.resolve()
  clock.advance(60_000)
  assert.deepEqual([target.held.get('a'), clock.pending, loop.look()], [1, 0, []])
})

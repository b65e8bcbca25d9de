import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Release, Seats } from './seats.ts'

const NEVER = new AbortController().signal

/** Seats, and who sits: names in the order in which they were seated. */
const make = (limits: ConstructorParameters<typeof Seats>[0]) => {
  const seats = new Seats({ patience: 10_000, ...limits })
  const seated: string[] = []
  const releases = new Map<string, Release>()
  const come = (user: string, id: string, gone = NEVER): Promise<boolean> => {
    const sit = (release: Release | undefined): boolean => {
      if (release) {
        seated.push(id)
        releases.set(id, release)
      }
      return release !== undefined
    }
    const free = seats.take(user)
    return free ? Promise.resolve(sit(free)) : seats.wait(user, gone).then(sit)
  }
  const leave = async (id: string): Promise<void> => {
    releases.get(id)!()
    await Promise.resolve()
    await Promise.resolve()
  }
  return { seats, seated, come, leave }
}

test('a user has so many seats, and who comes more often waits until one of them is free', async () => {
  const { seats, seated, come, leave } = make({ all: 10, each: 2, waiting: 5 })
  for (const id of ['a1', 'a2', 'a3', 'a4']) void come('a', id)
  void come('b', 'b1')
  assert.deepEqual(seated, ['a1', 'a2', 'b1'])
  await leave('a2')
  assert.deepEqual(seated, ['a1', 'a2', 'b1', 'a3'])
  await leave('b1')
  assert.deepEqual(seated.length, 4)
  await leave('a1')
  await leave('a1')
  assert.deepEqual(seated, ['a1', 'a2', 'b1', 'a3', 'a4'])
  assert.equal(seats.taken, 2)
})

test('where no seat is left, users are seated in turns', async () => {
  const { seated, come, leave } = make({ all: 2, each: 2, waiting: 9 })
  for (const id of ['a1', 'a2', 'a3', 'a4', 'a5']) void come('a', id)
  for (const id of ['b1', 'b2']) void come('b', id)
  void come('c', 'c1')
  for (const id of ['a1', 'a2', 'a3', 'b1', 'c1']) await leave(id)
  assert.deepEqual(seated, ['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'b2'])
})

test('where too many of a user wait the next is refused, and others are not', async () => {
  const { come, leave, seated } = make({ all: 9, each: 1, waiting: 1 })
  assert.equal(await come('a', 'a1'), true)
  const waiting = come('a', 'a2')
  assert.equal(await come('a', 'a3'), false)
  assert.equal(await come('b', 'b1'), true)
  await leave('a1')
  assert.equal(await waiting, true)
  assert.deepEqual(seated, ['a1', 'b1', 'a2'])
})

test('nobody waits for ever, and who has gone takes no seat', async () => {
  const { come, leave, seats, seated } = make({ all: 1, each: 1, waiting: 9, patience: 20 })
  await come('a', 'a1')
  assert.equal(await come('b', 'b1'), false)
  const gone = new AbortController()
  const left = come('b', 'b2', gone.signal)
  const patient = come('c', 'c1')
  gone.abort()
  assert.equal(await left, false)
  assert.equal(await come('b', 'b3', gone.signal), false)
  await leave('a1')
  assert.equal(await patient, true)
  assert.deepEqual(seated, ['a1', 'c1'])
  await leave('c1')
  assert.equal(seats.taken, 0)
})

test('who comes later does not go ahead of who waits', async () => {
  const { come, leave, seated } = make({ all: 9, each: 1, waiting: 9 })
  void come('a', 'a1')
  void come('a', 'a2')
  const third = come('a', 'a3')
  await leave('a1')
  void come('a', 'a4')
  await leave('a2')
  await third
  assert.deepEqual(seated, ['a1', 'a2', 'a3'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Owners } from './owners.ts'

const ADDRESS = '10.0.0.1'
const owner = (since: number) => ({ text: ADDRESS, since })

test('of two that have one address the one that was made last has it, in whatever order they are told', () => {
  const [old, young] = [owner(1), owner(2)]
  for (const order of [
    [old, young],
    [young, old],
  ]) {
    const owners = new Owners<typeof old>()
    for (const one of order) owners.add(one)
    assert.equal(owners.now(ADDRESS), young)
    owners.remove(young)
    assert.equal(owners.now(ADDRESS), old)
    owners.remove(old)
    assert.equal(owners.now(ADDRESS), undefined)
  }
})

test('of three each may go first, and who is told twice has it once', () => {
  const all = [owner(1), owner(2), owner(3)] as const
  for (const gone of all) {
    const owners = new Owners<(typeof all)[number]>()
    for (const one of [...all, ...all]) owners.add(one)
    assert.equal(owners.now(ADDRESS), all[2])
    owners.remove(gone)
    owners.remove(gone)
    const rest = all.filter((one) => one !== gone)
    assert.equal(owners.now(ADDRESS), rest[1])
    owners.remove(rest[1]!)
    assert.equal(owners.now(ADDRESS), rest[0])
  }
})

test('of two that were made at the same time the one that is told last has it', () => {
  const [one, other] = [owner(1), owner(1)]
  const owners = new Owners<typeof one>()
  owners.add(one)
  owners.add(other)
  assert.equal(owners.now(ADDRESS), other)
})

test('who has not been told has nothing to give back', () => {
  const owners = new Owners<ReturnType<typeof owner>>()
  owners.remove(owner(1))
  const one = owner(1)
  owners.add(one)
  owners.remove(owner(1))
  assert.equal(owners.now(ADDRESS), one)
})

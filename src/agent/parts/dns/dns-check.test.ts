import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HandClock } from '#clock/testing/hand-clock.ts'
import { settle } from '../../testing/loopback-network.ts'
import { DnsCheck } from './dns-check.ts'

const start = () => {
  const clock = new HandClock()
  const silent = new Set<string>()
  const logged: string[] = []
  let fault: Error | undefined
  const check = new DnsCheck({
    addresses: ['a', 'b'],
    isAnswering: async (address) => {
      if (fault) throw fault
      return !silent.has(address)
    },
    clock,
    log: (message, error) => logged.push(`${message}: ${(error as Error).message}`),
  })
  const fail = (error: Error | undefined) => {
    fault = error
  }
  return { clock, silent, logged, check, fail }
}

test('it is asked every ten seconds; who gives no answer is named, and is not when it answers again', async () => {
  const { check, silent, clock } = start()
  silent.add('b')
  clock.advance(9_999)
  await settle()
  assert.deepEqual(check.silent, [])
  clock.advance(1)
  await settle()
  assert.deepEqual(check.silent, ['b'])
  silent.clear()
  clock.advance(10_000)
  await settle()
  assert.deepEqual(check.silent, [])
  check.close()
  assert.equal(clock.pending, 0)
})

test('where nobody can be asked, no address is said to answer, and it is asked again', async () => {
  const { check, fail, clock, logged } = start()
  fail(new Error('no descriptor'))
  clock.advance(10_000)
  await settle()
  assert.deepEqual([check.silent, logged], [['a', 'b'], ['DNS cannot be asked: no descriptor']])
  fail(undefined)
  clock.advance(10_000)
  await settle()
  assert.deepEqual(check.silent, [])
  check.close()
})

test('what was closed while it asked says nothing, and asks no more', async () => {
  const { check, silent, clock } = start()
  silent.add('a')
  clock.advance(10_000)
  check.close()
  await settle()
  assert.deepEqual([check.silent, clock.pending], [[], 0])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Edit, Target, Told } from '#reconciler/target/target.ts'
import { NetworkKeeper, type NetworkOwner } from './network-keeper.ts'

const node: ApiObject = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }

/** One network, `n1`, that somebody changes, and that may not let itself be put right. */
class BrokenNetwork implements Target<string> {
  found: readonly string[] = []
  refusal: Error | undefined
  adopt(): Iterable<string> {
    return []
  }
  read(): readonly Edit<string>[] {
    return this.found.length === 0 ? [] : [{ key: 'n1', found: this.found }]
  }
  write(keys: readonly string[], told: Told<string>): void {
    for (const key of keys) {
      if (this.refusal !== undefined) told.refused(key, this.refusal)
      else {
        this.found = []
        told.written([key])
      }
    }
  }
}

const start = (owner: NetworkOwner | undefined = { who: 'n1', about: node }) => {
  const clock = new HandClock()
  const told: string[] = []
  const logged: string[] = []
  const network = new BrokenNetwork()
  const keeper = new NetworkKeeper({
    target: network,
    ownerOf: () => owner,
    events: {
      record: (about, type, reason, text) => void told.push(`${about.metadata?.name} ${type} ${reason}: ${text}`),
    },
    clock,
    log: (message) => logged.push(message),
  })
  return { clock, told, logged, network, keeper }
}
const WRONG = ['link eth0 is down', 'route 0.0.0.0/0 is missing']
const MENDED = 'n1: link eth0 is down, route 0.0.0.0/0 is missing; put right'
const BROKEN = 'n1: link eth0 is down, route 0.0.0.0/0 is missing; cannot be put right: EPERM'

test('it looks every ten seconds, puts right, and tells what it found in the log and as an Event', () => {
  const { clock, told, logged, network, keeper } = start()
  clock.advance(10_000)
  assert.deepEqual([told, logged], [[], []])
  network.found = WRONG
  clock.advance(10_000)
  assert.deepEqual(logged, [MENDED])
  assert.deepEqual(told, [`n1 Warning NetworkMended: ${MENDED}`])
  assert.deepEqual([keeper.lasting, network.found], [[], []])
  network.found = WRONG
  clock.advance(10_000)
  assert.equal(told.length, 2, 'somebody did it again')
  keeper.close()
  assert.equal(clock.pending, 0)
})

test('what cannot be put right lasts, is told once, and is tried again until it is right', () => {
  const { clock, told, logged, network, keeper } = start()
  network.found = WRONG
  network.refusal = new Error('EPERM')
  assert.deepEqual([keeper.look(), keeper.look()], [[BROKEN], [BROKEN]])
  assert.deepEqual([keeper.lasting, logged], [[BROKEN], [BROKEN]])
  assert.deepEqual(told, [`n1 Warning NetworkBroken: ${BROKEN}`])
  network.refusal = undefined
  clock.advance(60_000)
  assert.deepEqual([keeper.look(), keeper.lasting, network.found], [[], [], []])
  assert.deepEqual(logged, [BROKEN, MENDED])
  network.found = WRONG
  network.refusal = new Error('EPERM')
  keeper.look()
  assert.equal(told.length, 3, 'broken again, and told again')
  keeper.close()
})

test('what is of no object is told in the log alone; of what is kept no more nothing is told', () => {
  const nobodys = start({ who: 'n1', about: undefined })
  nobodys.network.found = WRONG
  nobodys.keeper.look()
  assert.deepEqual([nobodys.told, nobodys.logged], [[], [MENDED]])
  nobodys.keeper.close()
  const clock = new HandClock()
  const logged: string[] = []
  const network = new BrokenNetwork()
  const keeper = new NetworkKeeper({
    target: network,
    ownerOf: () => undefined,
    events: { record: () => assert.fail('an Event of nobody') },
    clock,
    log: (message) => logged.push(message),
  })
  network.found = WRONG
  assert.deepEqual([keeper.look(), logged, keeper.lasting], [[], [], []])
  keeper.close()
})

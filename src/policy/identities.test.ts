import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Identities, type Identity, type Traits } from './identities.ts'
import { nodePeer, podPeer } from './peer.ts'
import { NONE, portsOf } from './traffic.ts'

const pods = (name: string) => podPeer({ namespaces: { name }, pods: [] })
const [A, B] = [pods('a'), pods('b')]
const web = { name: 'web', protocol: 'TCP', port: 80 } as const
const dns = { name: 'dns', protocol: 'UDP', port: 53 } as const
const traits = (more: Partial<Traits> = {}): Traits => ({
  family: 'IPv4',
  peers: [],
  limited: [],
  limit: NONE,
  ports: [],
  ...more,
})
const setup = () => {
  const told: number[] = []
  const identities = new Identities(({ number }) => told.push(number))
  const take = (more: Partial<Traits>) => identities.take(traits(more)) as Identity
  return { identities, told, take }
}

test('of whom no policy speaks has no identity, and none is given back', () => {
  const { identities, told } = setup()
  assert.equal(identities.take(traits()), undefined)
  identities.giveBack(undefined)
  assert.deepEqual([identities.size, told], [0, []])
})

test('two of which all is the same are one, in whatever order it is told', () => {
  const { identities, take, told } = setup()
  const one = take({ peers: [A, B], ports: [web, dns] })
  assert.equal(take({ peers: [B, A], ports: [dns, web] }), one)
  assert.deepEqual([identities.size, told], [1, [one.number]])
})

test('whatever differs makes another', () => {
  const { identities, take } = setup()
  const all = [
    take({ peers: [A] }),
    take({ peers: [A], family: 'IPv6' }),
    take({ peers: [B] }),
    take({ peers: [A, B] }),
    take({ peers: [A], ports: [web] }),
    take({ peers: [A], ports: [{ ...web, port: 81 }] }),
    take({ peers: [A], ports: [{ ...web, protocol: 'UDP' }] }),
    take({ limited: [A], limit: portsOf('UDP', 53, 53) }),
    take({ limited: [A], limit: portsOf('UDP', 54, 54) }),
    take({ peers: [B], limited: [A], limit: portsOf('UDP', 53, 53) }),
  ]
  assert.equal(new Set(all.map(({ number }) => number)).size, all.length)
  assert.equal(identities.size, all.length)
})

test('a number follows from what it stands for: the same on every node, in whatever order the classes come', () => {
  const [one, other] = [setup(), setup()]
  const first = one.take({ peers: [A] }).number
  other.take({ peers: [B], ports: [web] })
  assert.equal(other.take({ peers: [A] }).number, first)
  assert.ok(Number.isInteger(first) && first > 0 && first <= 0xffffffff)
  // What a kernel holds of before an update is adopted by it.
  assert.equal(first, 2_835_457_925)
})

test('it is there as long as somebody has it, who takes it last is told of as who took it first, and then it is gone', () => {
  const { identities, take, told } = setup()
  const one = take({ peers: [A], limited: [B], limit: portsOf('UDP'), ports: [web] })
  take({ peers: [A], limited: [B], limit: portsOf('UDP'), ports: [web] })
  assert.deepEqual([[...identities.of(A.key)], [...identities.of(B.key)], [...identities.named]], [[one], [one], [one]])
  identities.giveBack(one)
  assert.equal(identities.size, 1)
  identities.giveBack(one)
  assert.deepEqual([[...identities.of(A.key)], [...identities.of(B.key)], [...identities.named]], [[], [], []])
  assert.deepEqual([identities.size, told], [0, [one.number, one.number]])
  identities.giveBack(one)
  assert.equal(told.length, 2, 'once')
})

test('of a peer those are known that are one of it, and only those that have ports with names are named', () => {
  const { identities, take } = setup()
  const [one, both] = [take({ peers: [A] }), take({ peers: [A, B] })]
  assert.deepEqual([...identities.of(A.key)], [one, both])
  assert.deepEqual([...identities.of(B.key)], [both])
  assert.deepEqual([...identities.named], [])
  identities.giveBack(both)
  assert.deepEqual([[...identities.of(A.key)], [...identities.of(B.key)]], [[one], []])
})

test('two classes in use never have one number: the later has the next, and keeps it when the first is gone', () => {
  // Of these two the numbers would be the same.
  const [left, right] = ['k160575', 'k1624010'].map((key) => nodePeer([{ key, operator: 'exists', values: [] }]))
  assert.equal(setup().take({ peers: [right!] }).number, setup().take({ peers: [left!] }).number)
  const { identities, take } = setup()
  const [one, other] = [take({ peers: [left!] }), take({ peers: [right!] })]
  assert.equal(other.number, one.number + 1)
  identities.giveBack(one)
  assert.equal(take({ peers: [right!] }).number, other.number)
  assert.equal(take({ peers: [left!] }).number, one.number)
})

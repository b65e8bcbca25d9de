import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answersOn, isOutward, type NodeLink } from './link-choice.ts'
import { type Contest, nextMove, placeInLine } from './succession.ts'

const contest = (more: Partial<Contest>): Contest => ({
  amFit: true,
  hasFit: true,
  place: 0,
  holder: { isMe: false, isFit: true },
  since: 0,
  heardAt: undefined,
  askedSince: undefined,
  canJudge: true,
  unheardTakes: 0,
  ...more,
})
const NOBODY = { holder: undefined }
const UNFIT = { holder: { isMe: false, isFit: false } }

test('an address that nobody has is taken by the first in line, who has listened for another that answers', () => {
  assert.equal(nextMove(contest(NOBODY), 0), 'watch')
  assert.equal(nextMove(contest({ ...NOBODY, askedSince: 0 }), 800), 'watch')
  assert.equal(nextMove(contest({ ...NOBODY, askedSince: 0 }), 900), 'take')
  assert.equal(nextMove(contest({ ...NOBODY, askedSince: 0, heardAt: 800 }), 2000), 'watch', 'another balancer answers')
  assert.equal(nextMove(contest({ ...NOBODY, askedSince: 0, heardAt: 800 }), 2400), 'take', 'it has stopped')
  assert.equal(nextMove(contest({ ...NOBODY, place: 2, askedSince: 0 }), 900), 'rest')
})

test('a holder that may not have it any more is followed at once, by the second where the first does nothing', () => {
  assert.equal(nextMove(contest(UNFIT), 0), 'take')
  assert.equal(nextMove(contest({ ...UNFIT, place: 1 }), 400), 'rest')
  assert.equal(nextMove(contest({ ...UNFIT, place: 1 }), 500), 'take')
  assert.equal(nextMove(contest({ ...UNFIT, place: 400 }), 5000), 'take')
  assert.equal(nextMove(contest({ ...UNFIT, amFit: false }), 9999), 'rest')
})

test('a holder that answered and is silent is gone after 1.6 s, for the second in line a second later', () => {
  const heard = { askedSince: 0, heardAt: 1000 }
  assert.equal(nextMove(contest(heard), 2599), 'watch')
  assert.equal(nextMove(contest(heard), 2600), 'take')
  assert.equal(nextMove(contest({ ...heard, place: 1 }), 3599), 'watch')
  assert.equal(nextMove(contest({ ...heard, place: 1 }), 3600), 'take')
  assert.equal(nextMove(contest({ ...heard, place: 2 }), 99_999), 'rest', 'no more ask than must')
})

test('who was never heard may be out of hearing: it is waited ten seconds for, and twice as long each time', () => {
  assert.equal(nextMove(contest({ askedSince: 0 }), 9999), 'watch')
  assert.equal(nextMove(contest({ askedSince: 0 }), 10_000), 'take')
  assert.equal(nextMove(contest({ askedSince: 0, canJudge: false }), 900_000), 'watch')
  assert.equal(nextMove(contest({ askedSince: 0, unheardTakes: 2 }), 39_999), 'watch')
  assert.equal(nextMove(contest({ askedSince: 0, unheardTakes: 99 }), 600_000), 'take')
})

test('who has it answers until another has followed, and lets go where nobody may have it', () => {
  const mine = { holder: { isMe: true, isFit: false }, amFit: false }
  assert.equal(nextMove(contest(mine), 0), 'hold')
  assert.equal(nextMove(contest({ ...mine, hasFit: false }), 0), 'release')
})

test('the line is the same for all, differs by address, and puts preferred nodes first', () => {
  const nodes = ['n1', 'n2', 'n3', 'n4']
  const line = (address: string, weights?: ReadonlyMap<string, number>) =>
    nodes.toSorted(
      (left, right) => placeInLine(address, left, nodes, weights) - placeInLine(address, right, nodes, weights),
    )
  const first = new Map(nodes.map((name) => [name, 0]))
  for (let index = 0; index < 1000; index++) {
    const [name] = line(`192.0.2.${index}`)
    first.set(name!, first.get(name!)! + 1)
  }
  for (const count of first.values()) assert.ok(count > 150 && count < 350, `${[...first.values()]}`)
  assert.deepEqual(nodes.map((name) => placeInLine('192.0.2.1', name, nodes)).sort(), [0, 1, 2, 3])
  assert.equal(line('192.0.2.1', new Map([['n3', 5]]))[0], 'n3')
  assert.equal(
    line(
      '192.0.2.1',
      new Map([
        ['n3', 5],
        ['n1', 9],
      ]),
    )
      .slice(0, 2)
      .join(),
    'n1,n3',
  )
})

test('links lead outward that have a network; links of pods, bridges of programs, tunnels and ports do not', () => {
  const link: NodeLink = {
    index: 2,
    name: 'eth0',
    mac: '02:00:00:00:00:01',
    isUp: true,
    isPort: false,
    kind: undefined,
    addresses: ['192.0.2.5/24', 'fe80::1/64'],
  }
  const not = (more: Partial<NodeLink>) => isOutward({ ...link, ...more })
  assert.ok(isOutward(link))
  assert.ok(isOutward({ ...link, kind: 'veth', addresses: ['2001:db8::5/64'] }))
  const others = [
    { isUp: false },
    { isPort: true },
    { kind: 'vxlan' },
    { name: 'docker0' },
    { name: 'cali12345' },
    { mac: '' },
    { mac: '00:00:00:00:00:00' },
    { addresses: ['fe80::1/64'] },
    { addresses: ['10.1.1.1/32'] },
    { addresses: [] },
  ]
  for (const more of others) assert.equal(not(more), false, JSON.stringify(more))
  assert.equal(answersOn({ ...link, isPort: true, addresses: [] }, ['eth0']), true, 'one that is named is taken')
  assert.equal(answersOn(link, ['eth1']), false)
  assert.equal(answersOn({ ...link, isUp: false }, ['eth0']), false)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LinkVoice } from './link-voice.ts'
import { formatMac } from './mac.ts'
import { decodeNeighbour, neighbourAnnouncement, neighbourProbe, neighbourReply, solicitedNode } from './ndp.ts'

const US = { name: 'eth0', mac: '02:00:00:00:00:01', linkLocal: 'fe80::1', isRouter: true }
const THEIRS = '02:00:00:00:00:02'
const VIP = '2001:db8::1:2345:6789'
const NO_FLAGS = { router: false, solicited: false, override: false }
const question = (source: string) => neighbourProbe(VIP, { mac: THEIRS, linkLocal: source, isRouter: false })

test('who asks is answered by name, with the flags of a solicited answer that counts before all others', () => {
  const asked = decodeNeighbour(question('fe80::2'))!
  assert.deepEqual(asked, {
    type: 'solicitation',
    sourceMac: THEIRS,
    source: 'fe80::2',
    destination: solicitedNode(VIP),
    target: VIP,
    linkAddress: THEIRS,
    flags: NO_FLAGS,
  })
  const frame = neighbourReply(asked, US)
  assert.equal(formatMac(frame.subarray(0, 6)), THEIRS)
  assert.deepEqual(decodeNeighbour(frame), {
    type: 'advertisement',
    sourceMac: US.mac,
    source: VIP,
    destination: 'fe80::2',
    target: VIP,
    linkAddress: US.mac,
    flags: { router: true, solicited: true, override: true },
  })
  assert.equal(decodeNeighbour(neighbourReply(asked, { ...US, isRouter: false }))?.flags.router, false)
})

test('who looks for a duplicate is answered before all nodes, unsolicited (RFC 4861, 7.2.4)', () => {
  const frame = neighbourReply(decodeNeighbour(question('::'))!, US)
  const answer = decodeNeighbour(frame)!
  assert.equal(formatMac(frame.subarray(0, 6)), '33:33:00:00:00:01')
  assert.deepEqual([answer.destination, answer.flags.solicited, answer.flags.override], ['ff02::1', false, true])
})

test('an announcement goes to all nodes, a probe to the group of the address or to one that was heard', () => {
  const announced = decodeNeighbour(neighbourAnnouncement(VIP, US))!
  assert.deepEqual(
    [announced.destination, announced.flags],
    ['ff02::1', { router: true, solicited: false, override: true }],
  )
  assert.equal(solicitedNode(VIP), 'ff02::1:ff45:6789')
  const everybody = neighbourProbe(VIP, US)
  assert.equal(formatMac(everybody.subarray(0, 6)), '33:33:ff:45:67:89')
  assert.equal(decodeNeighbour(everybody)?.destination, 'ff02::1:ff45:6789')
  assert.equal(decodeNeighbour(neighbourProbe(VIP, US, THEIRS))?.destination, VIP)
})

test('a message that a router may have forwarded, whose sum is wrong or whose options lie is not believed', () => {
  const good = question('fe80::2')
  for (const [at, value] of [
    [12, 8],
    [14, 0x40],
    [20, 6],
    [21, 254],
    [54, 137],
    [55, 1],
    [56, 1],
    [62, 0xff],
    [79, 0],
    [79, 9],
  ] as const) {
    const bad = good.slice()
    bad[at] = value
    assert.equal(decodeNeighbour(bad), undefined, `octet ${at}`)
  }
  for (let length = 0; length < good.length; length++)
    assert.equal(decodeNeighbour(good.subarray(0, length)), undefined)
})

test('property: octets at random are never believed to be more than they are, and break nothing', () => {
  let state = 7
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const voice = new LinkVoice(US, () => true)
  const seeds = [...voice.probe('192.0.2.1', undefined), ...voice.probe(VIP, undefined), ...voice.announce(VIP)]
  let answered = 0
  for (let round = 0; round < 5000; round++) {
    const frame = Uint8Array.from(seeds[random(seeds.length)]!)
    for (let changes = random(4); changes > 0; changes--) frame[random(frame.length)] = random(256)
    const { reply } = voice.hear(frame.subarray(0, random(4) === 0 ? random(frame.length) : frame.length))
    if (!reply) continue
    answered++
    assert.ok(reply.length === 42 || decodeNeighbour(reply)?.type === 'advertisement')
  }
  assert.ok(answered > 0)
})

test('a voice does not answer itself, hears others, and speaks no IPv6 on a link without it', () => {
  const voice = new LinkVoice(US, (address) => address === VIP)
  const other = new LinkVoice({ ...US, mac: THEIRS, linkLocal: 'fe80::2' }, () => false)
  for (const frame of [...voice.probe(VIP, undefined), ...voice.announce(VIP)]) assert.deepEqual(voice.hear(frame), {})
  const [answer] = other.probe(VIP, undefined).flatMap((frame) => voice.hear(frame).reply ?? [])
  assert.deepEqual(other.hear(answer!), { answer: { address: VIP, mac: US.mac } })
  assert.deepEqual(
    voice.announce('192.0.2.1').map((frame) => other.hear(frame)),
    Array(2).fill({ answer: { address: '192.0.2.1', mac: US.mac } }),
  )
  const four = new LinkVoice({ ...US, linkLocal: undefined }, () => true)
  assert.deepEqual([four.announce(VIP), four.probe(VIP, undefined), four.announce('192.0.2.1').length], [[], [], 2])
})

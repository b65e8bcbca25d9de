import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arpAnnouncements, arpProbe, arpReply, decodeArp } from './arp.ts'
import { formatMac } from './mac.ts'

const OURS = '02:00:00:00:00:01'
const THEIRS = '02:00:00:00:00:02'

test('a question is answered to who asked, by the address and the link that were asked for', () => {
  const asked = Buffer.from(
    `ffffffffffff020000000002${'0806'}0001080006040001${'020000000002c0000207'}000000000000c00002c8`,
    'hex',
  )
  const reply = arpReply(decodeArp(asked)!, OURS)
  assert.equal(
    Buffer.from(reply).toString('hex'),
    `020000000002020000000001${'0806'}0001080006040002${'020000000001c00002c8'}020000000002c0000207`,
  )
  assert.deepEqual(decodeArp(reply), {
    operation: 'reply',
    senderMac: OURS,
    senderAddress: '192.0.2.200',
    targetMac: THEIRS,
    targetAddress: '192.0.2.7',
  })
})

test('an address is announced to all in both forms; a probe leaves no address behind', () => {
  const forms = arpAnnouncements('192.0.2.200', OURS).map((frame) => [
    formatMac(frame.subarray(0, 6)),
    decodeArp(frame)!,
  ])
  assert.deepEqual(
    forms.map(([to, packet]) => [to, (packet as { operation: string }).operation]),
    [
      ['ff:ff:ff:ff:ff:ff', 'request'],
      ['ff:ff:ff:ff:ff:ff', 'reply'],
    ],
  )
  for (const [, packet] of forms) {
    const { senderAddress, targetAddress } = packet as { senderAddress: string; targetAddress: string }
    assert.deepEqual([senderAddress, targetAddress], ['192.0.2.200', '192.0.2.200'])
  }
  const probe = arpProbe('192.0.2.200', OURS, THEIRS)
  assert.equal(formatMac(probe.subarray(0, 6)), THEIRS)
  assert.equal(decodeArp(probe)?.senderAddress, '0.0.0.0')
})

test('what is no ARP of IPv4 on Ethernet is not read, whatever its octets are', () => {
  const good = arpProbe('192.0.2.200', OURS)
  for (const [at, value] of [
    [12, 9],
    [15, 2],
    [16, 9],
    [18, 8],
    [19, 16],
    [21, 3],
    [22, 3],
  ] as const) {
    const bad = good.slice()
    bad[at] = value
    assert.equal(decodeArp(bad), undefined, `octet ${at}`)
  }
  for (let length = 0; length < good.length; length++) assert.equal(decodeArp(good.subarray(0, length)), undefined)
  assert.ok(decodeArp(Buffer.concat([good, Buffer.alloc(18)])), 'padding is no harm')
})

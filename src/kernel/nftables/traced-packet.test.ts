import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeTrace, type TraceMessage, tracedPackets } from './traced-packet.ts'

const TYPE = (10 << 8) | 17

/**
 * As Linux 6.18 told of one SYN to 10.99.0.1:80: our mark, a jump, a goto, a translation, and a base chain without
 * rules (payloads of NFT_MSG_TRACE).
 */
const RECORDED = [
  '0200000008000f00000000020800040000000003080006003cc779ea0f000200707265726f7574696e67000013000100666169726c6561642d747261636500000c00030000000000000000030c00050008000100ffffffff08000a000000000206000b0000010000180008004500003c8d214000400698d40a6200010a6300011800090093fa0050f43712dc00000000a002faf014f5000012000700be2bb0609cf256f04e382ebf08000000',
  '0200000008000f00000000020800040000000001080006003cc779ea0f000200707265726f7574696e67000013000100666169726c6561642d747261636500000800100000000001',
  '0200000008000f00000000020800040000000003080006003cc779ea0b0002006e61742d696e00000900010077616c6b000000000c00030000000000000000081c00050008000100fffffffd0d00020073657276696365730000000008000a000000000206000b0000010000180008004500003c8d214000400698d40a6200010a6300011800090093fa0050f43712dc00000000a002faf014f5000012000700be2bb0609cf256f04e382ebf08000000080015000000000805001300000000000800120088e46a45',
  '0200000008000f00000000020800040000000003080006003cc779ea0d0002007365727669636573000000000900010077616c6b000000000c00030000000000000000071800050008000100fffffffc0b00020063686f6f73650000',
  '0200000008000f00000000020800040000000003080006003cc779ea0b00020063686f6f736500000900010077616c6b000000000c00030000000000000000060c0005000800010000000001',
  '0200000008000f00000000020800040000000003080006003cc779ea0a00020067756172640000000900010077616c6b000000000c00050008000100ffffffff08000a000000000206000b0000010000180008004500003c8d214000400698d40a6200010a6200021800090093fa1f90f43712dc00000000a002faf014f5000012000700be2bb0609cf256f04e382ebf08000000080015000000000805001300000000000800120088e46a450800140000000120',
  '0200000008000f00000000020800040000000001080006003cc779ea0a00020067756172640000000900010077616c6b000000000800100000000001',
]
const messages = RECORDED.map((hex) => decodeTrace({ type: TYPE, payload: Buffer.from(hex, 'hex') }) as TraceMessage)

test('recorded messages are decoded: tables, chains, handles, verdicts and where a jump leads', () => {
  const step = (
    chain: string,
    type: string,
    verdict: string,
    ruleHandle: number | undefined = undefined,
    target: string | undefined = undefined,
  ) => ({ table: 'walk', chain, ruleHandle, type, verdict, target })
  assert.deepEqual(tracedPackets(messages), [
    {
      port: 0x93fa,
      steps: [
        step('nat-in', 'rule', 'jump', 8, 'services'),
        step('services', 'rule', 'goto', 7, 'choose'),
        step('choose', 'rule', 'accept', 6),
        step('guard', 'return', 'continue'),
        step('guard', 'policy', 'accept'),
      ],
    },
  ])
})

test('packets on their way at once are kept apart by their id, and begin with our mark', () => {
  const other = messages.map((message) => ({ ...message, id: 7 }))
  const mixed = messages.flatMap((message, index) => [message, other[index] as TraceMessage])
  const packets = tracedPackets(mixed)
  assert.equal(packets.length, 2)
  assert.deepEqual(packets[0], packets[1])
  assert.equal(tracedPackets([...messages, ...messages]).length, 2, 'an id may be used again')
  assert.deepEqual(tracedPackets(messages.slice(2)), [], 'whose beginning was lost is not told')
})

test('a message of another kind, or one that is cut off, is none', () => {
  const payload = Buffer.from(RECORDED[0] as string, 'hex')
  assert.equal(decodeTrace({ type: TYPE - 1, payload }), undefined)
  for (let length = 0; length < 40; length++)
    assert.equal(decodeTrace({ type: TYPE, payload: payload.subarray(0, length) }), undefined)
})

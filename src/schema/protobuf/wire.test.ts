import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { planOf } from '../plan.ts'
import { decodeProtobuf, encodeEnveloped, encodeWatchFrame, type ProtobufError, unwrapUnknown } from '../protobuf.ts'
import { Everything, Nested, Probe, Service } from '../testing/messages.ts'
import { decodeWatchFrames, encodeProtobuf } from '../testing/protobuf.ts'

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Any number as a varint, negative ones in 64 bits. */
const varint = (value: bigint): string => {
  let hex = ''
  for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
    const last = rest < 128n
    hex += (Number(rest & 127n) | (last ? 0 : 128)).toString(16).padStart(2, '0')
    if (last) return hex
  }
}

/** What the bytes hold, besides kind and apiVersion. */
const read = (hex: string): object => {
  const { kind: _, apiVersion: __, ...rest } = decodeProtobuf(Everything, fromHex(hex)).object as any
  return rest
}
const refusal = (hex: string): string => {
  try {
    decodeProtobuf(Everything, fromHex(hex))
  } catch (error) {
    return `${(error as ProtobufError).code} ${(error as Error).message}`
  }
  return 'taken'
}

/** What is always there: values that have a zero of their own. */
const ZERO = { size: '0', port: 0 }
const MIN_SAFE = -9_007_199_254_740_991n

test('each type is read in every form that a writer may choose, and a zero says nothing', () => {
  const cases: readonly (readonly [string, object])[] = [
    ['', {}],
    ['0a00', {}],
    ['0a0161', { text: 'a' }],
    ['0a0161 0a0162', { text: 'b' }],
    ['0a0161 0a00', {}],
    ['8a808080808080808000 0161', { text: 'a' }],
    ['1000', {}],
    ['1001', { flag: true }],
    [`10${varint(1n << 63n)}`, { flag: true }],
    [`18${varint(-1n)}`, { small: -1 }],
    ['18ffffffff0f', { small: -1 }],
    [`18${varint(-2_147_483_648n)}`, { small: -2_147_483_648 }],
    [`18${varint(2_147_483_647n)}`, { small: 2_147_483_647 }],
    [`20${varint(-MIN_SAFE)}`, { large: 9_007_199_254_740_991 }],
    [`20${varint(MIN_SAFE)}`, { large: -9_007_199_254_740_991 }],
    [`20${varint(1n << 31n)}`, { large: 2_147_483_648 }],
    [`20${varint(1n << 32n)}`, { large: 4_294_967_296 }],
    ['29 000000000000e0bf', { real: -0.5 }],
    ['29 0000000000000000', {}],
    ['32 0201ff', { bytes: 'Af8=' }],
    ['3a00', {}],
    ['3a02 0801', { when: '1970-01-01T00:00:01Z' }],
    ['3a06 0801 1001 1801', { when: '1970-01-01T00:00:01Z' }],
    [`420a 0801 10${varint(999_999_999n)} 1800`, { exactly: '1970-01-01T00:00:01.999999Z' }],
    [`4202 1000`, { exactly: '1970-01-01T00:00:00.000000Z' }],
    ['5200', {}],
    ['5202 0a00', {}],
    ['5207 0a03302e35 1001', { size: '500m' }],
    ['5a00', {}],
    ['5a02 1050', { port: 80 }],
    ['5a06 0800 1050 1a00', { port: 80 }],
    ['5a06 0801 1a026162', { port: 'ab' }],
    ['5a04 0801 1050', { port: '' }],
    ['5a04 2001 1050', { port: 80 }],
    ['5a06 22021a01 1050', { port: 80 }],
    ['6200', {}],
    ['6202 0a00', {}],
    ['6206 0a027b7d 1001', { raw: {} }],
    ['6a04 0a025b5d', { json: [] }],
    ['7204 0a027b7d', { managed: {} }],
    ['7a00', { words: [] }],
    ['7a08 0a0178 1001 0a0179', { words: ['x', 'y'] }],
    ['8001 01 8001 02', { numbers: [1, 2] }],
    ['8201 03 01027f', { numbers: [1, 2, 127] }],
    ['8201 00', { numbers: [] }],
    ['8a01 00', { parts: [{ name: '' }] }],
    ['9201 00', { byName: { '': { name: '' } } }],
    ['9201 0a 0a016b 1801 1203 0a016e', { byName: { k: { name: 'n' } } }],
    ['9201 0c 0a016b 1a020a78 1203 0a016e', { byName: { k: { name: 'n' } } }],
    ['9201 05 0a016b 1200 9201 03 0a016a', { byName: { k: { name: '' }, j: { name: '' } } }],
    ['9a01 03 0a0162', { blobs: { b: '' } }],
    ['9a01 06 0a0162 120101', { blobs: { b: 'AQ==' } }],
  ]
  for (const [hex, object] of cases) assert.deepEqual(read(hex), { ...ZERO, ...object }, hex)
})

test('fields come out in the order of the table, whatever their order on the wire', () => {
  const { object } = decodeProtobuf(Everything, fromHex('1801 0a0161'))
  assert.deepEqual(Object.keys(object), ['kind', 'apiVersion', 'text', 'small', 'size', 'port'])
})

test('fields of an inlined message are read into the message that it stands in, and written from there', () => {
  const probe = { httpGet: { path: '/', port: 80 }, periodSeconds: 3 }
  const bytes = encodeProtobuf(Probe, probe as Probe)
  assert.equal(toHex(bytes), '0a0d120b0a012f1206080010501a002003')
  assert.deepEqual(decodeProtobuf(Probe, bytes).object, probe)
})

test('a field that the table does not have is passed over in each wire type, and named once', () => {
  const unknown = { message: 'Everything', number: 99 }
  for (const field of ['9806 00', '9806 ff01', '9906 0102030405060708', '9a06 020a00', '9d06 01020304']) {
    const { object, unknown: found } = decodeProtobuf(Everything, fromHex(`${field} 0a0161 ${field}`))
    assert.deepEqual([(object as any).text, found], ['a', [unknown]], field)
  }
  const many = Array.from({ length: 150 }, (_, at) => `${varint(BigInt((at + 200) << 3))}00`).join('')
  const { unknown: found } = decodeProtobuf(Everything, fromHex(many))
  assert.deepEqual(
    found,
    Array.from({ length: 100 }, (_, at) => ({ message: 'Everything', number: at + 200 })),
  )
})

test('bytes that are no message are refused, with a code and the reason', () => {
  const TOO_LONG = 'PROTOBUF_MALFORMED a varint is longer than ten bytes'
  const past = 'PROTOBUF_RANGE an int64 is past 2^53'
  const years = 'holds a time outside of the years 0 to 9999'
  const eleven = `${'80'.repeat(10)}01`
  const truncated = (at: number): string => `PROTOBUF_TRUNCATED the message ends at byte ${at}, inside of a value`
  const cases: readonly (readonly [string, string])[] = [
    ['0b', 'PROTOBUF_MALFORMED Everything.text has wire type 3, not 2'],
    ['0801', 'PROTOBUF_MALFORMED Everything.text has wire type 0, not 2'],
    ['1a0101', 'PROTOBUF_MALFORMED Everything.small has wire type 2, not 0'],
    ['0001', 'PROTOBUF_MALFORMED Everything has a field of number 0'],
    ['9b06', 'PROTOBUF_MALFORMED wire type 3 is not in use'],
    ['9c06', 'PROTOBUF_MALFORMED wire type 4 is not in use'],
    [eleven, TOO_LONG],
    [`10${eleven}`, TOO_LONG],
    [`18${eleven}`, TOO_LONG],
    [`20${eleven}`, TOO_LONG],
    [`9806${eleven}`, TOO_LONG],
    [`20${varint(-MIN_SAFE + 1n)}`, past],
    [`20${varint(MIN_SAFE - 1n)}`, past],
    ['0a', truncated(1)],
    ['0a0261', truncated(3)],
    ['0aff01', truncated(3)],
    ['29 00000000000000', truncated(8)],
    ['9d06 010203', truncated(5)],
    ['9906 01020304050607', truncated(9)],
    ['3a02 08', truncated(3)],
    ['3a01 08 0a0161', truncated(3)],
    ['8a0102 0a01', truncated(5)],
    ['8201 01 80', truncated(4)],
    ['5203 0a0178', REGULAR_QUANTITY],
    ['6203 0a017b', 'PROTOBUF_MALFORMED raw holds bytes that are no JSON'],
    [`3a07 08${varint(253_402_300_800n)}`, `PROTOBUF_MALFORMED when ${years}`],
    [`3a0b 08${varint(-62_167_219_201n)}`, `PROTOBUF_MALFORMED when ${years}`],
    [`3a0b 10${varint(-1n)}`, `PROTOBUF_MALFORMED when ${years}`],
    [`4206 10${varint(1_000_000_000n)}`, `PROTOBUF_MALFORMED exactly ${years}`],
  ]
  for (const [hex, message] of cases) assert.equal(refusal(hex), message, hex)
})
const REGULAR_QUANTITY =
  "PROTOBUF_MALFORMED size: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

test('messages nest two hundred levels deep and no deeper', () => {
  const nested = (levels: number): Uint8Array => {
    let bytes: Uint8Array = new Uint8Array(0)
    for (let level = 1; level < levels; level++) {
      const head = fromHex(`e201${varint(BigInt(bytes.length))}`)
      bytes = Uint8Array.from([...head, ...bytes])
    }
    return bytes
  }
  assert.equal(planOf(Nested).byNumber[28]?.name, 'not')
  assert.equal(JSON.stringify(decodeProtobuf(Nested, nested(200)).object).split('not').length, 200)
  assert.throws(() => decodeProtobuf(Nested, nested(201)), {
    code: 'PROTOBUF_TOO_DEEP',
    message: 'messages nest deeper than 200',
  })
  // Beside each other they are not deep.
  const beside = 'e20100'.repeat(300)
  assert.deepEqual(decodeProtobuf(Nested, fromHex(beside)).object, { not: {} })
})

test('an object of which nothing is set is written with the zeros of Go’s value types', () => {
  const empty = { kind: 'Everything', apiVersion: 'test/v1' } as Everything
  assert.equal(
    toHex(encodeProtobuf(Everything, empty)),
    '0a00 1000 1800 2000 290000000000000000 3200 3a00 4200 52030a0130 5a06080010001a00 6200 7a00'.replaceAll(' ', ''),
  )
})

test('null among the items of a list or map stands for the zero of its type', () => {
  const bare = toHex(encodeProtobuf(Everything, {} as Everything))
  for (const [object, hex] of [
    [{ numbers: [null, 3] }, '800100 800103'],
    [{ parts: [null] }, '8a0104 0a001200'],
    [{ byName: { b: null, a: null } }, '920109 0a016112040a001200 920109 0a016212040a001200'],
    [{ blobs: { b: null } }, '9a0105 0a01621200'],
    [{ numbers: null, byName: null, json: null }, ''],
  ] as const)
    assert.equal(toHex(encodeProtobuf(Everything, object as never)), bare + hex.replaceAll(' ', ''))
})

test('a value that has no form on the wire is refused by the name of its field, and the next object is written clean', () => {
  const web = { metadata: { name: 'web' } } as Service
  const before = encodeEnveloped(Service, web)
  for (const [object, message] of [
    [{ bytes: 'x' }, 'bytes is no base64'],
    [{ small: 1.5 }, 'small is 1.5, which is no integer'],
    [{ large: 2 ** 53 }, 'large is 9007199254740992, which is no integer'],
    [{ port: 0.5 }, 'port is 0.5, which is no integer'],
    [{ numbers: [1, 'a'] }, 'numbers is a, which is no integer'],
    [{ when: 'banana' }, 'when is banana, which is no time'],
    [{ exactly: '2026-01-32T00:00:00Z' }, 'exactly is 2026-01-32T00:00:00Z, which is no time'],
  ] as const) {
    assert.throws(() => encodeEnveloped(Everything, object as never), { code: 'PROTOBUF_VALUE', message })
    assert.deepEqual(encodeEnveloped(Service, web), before)
  }
})

test('texts are written in UTF-8 whatever their length, and read as they were', () => {
  const characters = ['a', 'b', 'c', 'd', '\u0000', '\u007f', '\u0080', 'é', '€', '🚢']
  const plain = fc.array(fc.constantFrom(...characters.slice(0, 6)), { maxLength: 120 })
  const text = fc.oneof(plain, fc.array(fc.constantFrom(...characters), { maxLength: 60 })).map((some) => some.join(''))
  fc.assert(
    fc.property(text, (name) => {
      const bytes = encodeProtobuf(Service, { metadata: { labels: { [`k${name}`]: name } } } as unknown as Service)
      const utf8 = Buffer.from(name)
      assert.ok(Buffer.from(bytes).includes(utf8))
      const { labels } = (decodeProtobuf(Service, bytes).object as any).metadata
      assert.deepEqual(labels, { [`k${name}`]: name })
    }),
    { numRuns: 100 },
  )
  const [bom, lone] = ['\ufeffa', 'a\ud800b']
  const back = decodeProtobuf(Service, encodeProtobuf(Service, { metadata: { name: bom, namespace: lone } } as Service))
  assert.deepEqual((back.object as any).metadata, { name: bom, namespace: 'a\ufffdb' })
})

test('every whole number is written as a varint, a negative one in ten bytes', () => {
  const written = (large: number): string => toHex(encodeProtobuf(Everything, { large } as Everything))
  const [head, tail] = written(0).split('2000')
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.integer({ min: -200, max: 20_000 })), (large) => {
      assert.equal(written(large), `${head}20${varint(BigInt(large))}${tail}`)
    }),
    { numRuns: 100 },
  )
  for (const large of [1, 127, 128, 16_383, 16_384, -1])
    assert.equal(written(large), `${head}20${varint(BigInt(large))}${tail}`)
})

test('an object larger than any before it is written whole, and so is a small one after it', () => {
  for (const length of [20_000, 200_000, 2_000_000]) {
    const numbers = Array.from({ length: 10 }, (_, at) => at)
    const object = { text: 'ab'.repeat(length / 2), numbers } as unknown as Everything
    const { text, numbers: back } = decodeProtobuf(Everything, encodeProtobuf(Everything, object)).object as any
    assert.deepEqual([text === object.text, back], [true, numbers])
  }
  assert.deepEqual(read(toHex(encodeProtobuf(Everything, { text: 'a' } as Everything))), {
    ...ZERO,
    text: 'a',
    words: [],
  })
})

test('the length before a frame has four bytes, the large ones first', () => {
  const enveloped = new Uint8Array(0x1_2345)
  const [frame] = decodeWatchFrames(encodeWatchFrame('ADDED', enveloped))
  assert.deepEqual([frame!.type, frame!.enveloped.length], ['ADDED', 0x1_2345])
  assert.equal(toHex(frame!.frame.subarray(0, 4)), (frame!.frame.length - 4).toString(16).padStart(8, '0'))
})

test('an envelope is opened whatever else stands in it', () => {
  const parts = ['0a0d 0a027631 120753657276696365', '1203 0a0161', '1a04 677a6970', '2201 78', '2801']
  const opened = unwrapUnknown(fromHex(`6b387300 ${parts.join('')}`))
  assert.deepEqual(opened, {
    apiVersion: 'v1',
    kind: 'Service',
    raw: fromHex('0a0161'),
    contentEncoding: 'gzip',
    contentType: 'x',
  })
  assert.deepEqual(unwrapUnknown(fromHex('6b387300 0a06 1801 0a027631')).apiVersion, 'v1')
  for (const bytes of ['', '6b3873', '6b387301', '7b387300'])
    assert.throws(() => unwrapUnknown(fromHex(bytes)), {
      code: 'PROTOBUF_ENVELOPE',
      message: 'the body does not begin with k8s\\0, as Kubernetes protobuf does',
    })
})

test('an envelope says the kind of the object, of its message, or what the caller says', () => {
  const named = (object: object, kind: unknown = Service): readonly string[] => {
    const { apiVersion, kind: word } = unwrapUnknown(encodeEnveloped(kind as typeof Service, object as Service))
    return [apiVersion, word]
  }
  assert.deepEqual(named({}), ['v1', 'Service'])
  assert.deepEqual(named({ apiVersion: 'v2', kind: 'Other' }), ['v2', 'Other'])
  assert.deepEqual(named({}, Probe), ['', 'Probe'])
  const { apiVersion, kind } = unwrapUnknown(encodeEnveloped(Service, {} as Service, ['a/v1', 'B']))
  assert.deepEqual([apiVersion, kind], ['a/v1', 'B'])
})

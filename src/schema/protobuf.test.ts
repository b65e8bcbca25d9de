import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, encodeJson } from './json.ts'
import { decodeProtobuf, encodeEnveloped, encodeWatchFrame, ProtobufError, unwrapUnknown } from './protobuf.ts'
import { Everything, Pod, Service } from './testing/messages.ts'
import { decodeWatchFrames, encodeProtobuf } from './testing/protobuf.ts'

const pod = decodeJson(Pod, {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', labels: { app: 'web' }, finalizers: ['a', 'b'], creationTimestamp: '2026-01-02T03:04:05Z' },
  spec: {
    volumes: [{ name: 'v', hostPath: { path: '/srv' } }],
    containers: [
      {
        name: 'c',
        args: ['--verbose', ''],
        ports: [{ containerPort: 80, protocol: 'TCP' }],
        env: [{ name: 'A', value: '1' }],
        limits: { cpu: '100m', memory: '64Mi' },
        readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 3 },
      },
    ],
  },
}).object
const web = decodeJson(Service, {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', labels: { a: 'b' } },
  spec: { ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP' }], selector: { app: 'web' } },
}).object

const refusal = (error: unknown): boolean => error instanceof ProtobufError

test('a message cut off at any byte is read to a whole field or refused with a code', () => {
  const raw = encodeProtobuf(Pod, pod)
  let refused = 0
  for (let length = 0; length < raw.length; length++) {
    try {
      decodeProtobuf(Pod, raw.subarray(0, length))
    } catch (error) {
      assert.ok(refusal(error), `${length}: ${error}`)
      refused++
    }
  }
  assert.ok(refused > raw.length - 10)
})

test('random bytes, and random changes to a message, are read or refused with a code', () => {
  const raw = encodeProtobuf(Service, web)
  const attempt = (bytes: Uint8Array): void => {
    try {
      encodeProtobuf(Service, decodeProtobuf(Service, bytes).object)
    } catch (error) {
      assert.ok(refusal(error), String(error))
    }
  }
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), attempt), { numRuns: 300 })
  fc.assert(
    fc.property(fc.integer({ min: 0, max: raw.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const changed = raw.slice()
      changed[at] = byte
      attempt(changed)
    }),
    { numRuns: 500 },
  )
})

test('what was encoded decodes to the same object', () => {
  const text = fc.oneof(
    fc.constantFrom('__proto__', 'constructor'),
    fc
      .array(fc.constantFrom('a', 'b', '"', '\\', '\u0000', 'é', '€', '🚢'), { minLength: 1 })
      .map((some) => some.join('')),
  )
  fc.assert(
    fc.property(
      fc.record({
        labels: fc.dictionary(text, text, { minKeys: 1 }),
        generation: fc.integer({ min: 1 }),
        port: fc.integer(),
        replicas: fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
      }),
      ({ labels, generation, port, replicas }) => {
        // Assigned one by one, since a literal would take __proto__ for the prototype.
        const object = {
          kind: 'Service',
          apiVersion: 'v1',
          metadata: { generation, deletionGracePeriodSeconds: replicas, labels },
          spec: { ports: [{ port, targetPort: 'x' }], clusterIP: '10.0.0.1' },
          status: { loadBalancer: {} },
        } as const
        const decoded = decodeProtobuf(Service, encodeProtobuf(Service, object)).object
        assert.deepEqual(Object.entries(decoded.metadata?.labels ?? {}).sort(), Object.entries(labels).sort())
        assert.equal(encodeJson(Service, decoded), encodeJson(Service, object))
      },
    ),
    { numRuns: 200 },
  )
})

test('unknown fields are named by message and number, once', () => {
  const bytes = Uint8Array.of(0x12, 0x06, 0xc8, 0x3e, 0x01, 0xc8, 0x3e, 0x02)
  assert.deepEqual(decodeProtobuf(Service, bytes).unknown, [{ message: 'ServiceSpec', number: 1001 }])
})

test('integers past 2^53, wrong wire types and foreign bodies are refused with their codes', () => {
  const refuse = (code: string, ...bytes: number[]): void =>
    assert.throws(() => decodeProtobuf(Service, Uint8Array.from(bytes)), { code })
  refuse('PROTOBUF_RANGE', 0x0a, 0x0a, 0x38, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
  refuse('PROTOBUF_MALFORMED', 0x08, 0x01)
  refuse('PROTOBUF_MALFORMED', 0x00, 0x01)
  refuse('PROTOBUF_TRUNCATED', 0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f)
  assert.throws(() => unwrapUnknown(new TextEncoder().encode('{"kind":"Pod"}')), { code: 'PROTOBUF_ENVELOPE' })
})

const everything = decodeJson(Everything, {
  kind: 'Everything',
  apiVersion: 'test/v1',
  text: 'a',
  flag: true,
  small: -1,
  large: 9007199254740991,
  real: 0.5,
  bytes: 'AQI=',
  when: '2026-01-02T03:04:05Z',
  exactly: '2026-01-02T03:04:05.000006Z',
  size: '100m',
  port: 'http',
  raw: { kind: 'X', a: [1] },
  json: [null, { b: false }],
  managed: { 'f:a': {} },
  words: ['x', 'y'],
  numbers: [1, 2],
  parts: [{ name: 'n', value: 'v' }],
  byName: { k: { name: 'n', value: 'v' }, a: { name: 'm', value: '' } },
  blobs: { b: 'AA==' },
}).object

test('a value of every type is written in the order of its numbers, maps by their keys, and read as it was', () => {
  const bytes = encodeProtobuf(Everything, everything)
  assert.equal(
    Buffer.from(bytes).toString('hex'),
    [
      '0a0161100118ffffffffffffffffff0120ffffffffffffff0f29000000000000e03f320201023a0808a5ebdcca0610004209',
      '08a5ebdcca0610f02e52060a043130306d5a0a080110001a046874747062160a147b226b696e64223a',
      '2258222c2261223a5b315d7d6a140a125b6e756c6c2c7b2262223a66616c73657d5d720c0a0a7b22663a61223a7b7d7d7a06',
      '0a01780a01798001018001028a01060a016e12017692010a0a016112050a016d120092010b0a016b12060a016e1201769a01',
      '060a0162120100',
    ].join(''),
  )
  const { object, unknown } = decodeProtobuf(Everything, bytes)
  assert.deepEqual(unknown, [])
  assert.equal(encodeJson(Everything, object), encodeJson(Everything, everything))
})

test('an envelope names the kind and holds the message; a frame of a watch holds an envelope and its length', () => {
  const raw = encodeProtobuf(Service, web)
  const enveloped = encodeEnveloped(Service, web)
  assert.deepEqual(unwrapUnknown(enveloped), {
    apiVersion: 'v1',
    kind: 'Service',
    raw,
    contentEncoding: '',
    contentType: '',
  })
  const frame = encodeWatchFrame('ADDED', enveloped)
  assert.equal(new DataView(frame.buffer, frame.byteOffset).getUint32(0), frame.length - 4)
  assert.deepEqual(decodeWatchFrames(frame), [{ type: 'ADDED', enveloped, frame }])
})

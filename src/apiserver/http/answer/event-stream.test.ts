import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import type { ApiObject } from '#api/resource.ts'
import { memoryJournal } from '../../storage/memory-journal.ts'
import { openWatch, type StoredEvent } from '../../storage/reading/watch.ts'
import { Store } from '../../storage/store.ts'
import { writerOf } from '../../testing/writer.ts'
import { EventStream } from './event-stream.ts'

const turns = async (): Promise<void> => {
  for (let count = 0; count < 4; count++) await new Promise((resolve) => setImmediate(resolve))
}
const object = (name: string, octets = 10): ApiObject =>
  ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { x: 'x'.repeat(octets) } }) as never

/** A client that takes what is written only when `read` is called. */
class Client extends Writable {
  readonly #taken: Buffer[] = []
  #waiting: { readonly bytes: Buffer; readonly done: () => void } | undefined

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#waiting = { bytes, done }
  }

  /** All that was written before this. */
  read(): void {
    for (let left = this.writableLength; left > 0 && this.#waiting; ) {
      const { bytes, done } = this.#waiting
      this.#waiting = undefined
      left -= bytes.length
      this.#taken.push(bytes)
      done()
    }
  }

  /** Octets that were written, read or not. */
  get octets(): number {
    return this.#taken.reduce((sum, { length }) => sum + length, 0) + this.writableLength
  }

  /** All that was written, which is read then. */
  get text(): string {
    while (this.writableLength > 0) this.read()
    return Buffer.concat(this.#taken).toString()
  }
}

const open = (encode?: (event: StoredEvent) => Uint8Array) => {
  const store = new Store(memoryJournal(1), { limits: { bytes: 4 << 20, changes: 10_000, age: 60_000 } })
  const configMaps = { group: '', plural: 'configmaps' }
  const collection = store.collection(configMaps)
  const write = writerOf(store, configMaps)
  const client = new Client()
  const faults: unknown[] = []
  const start = (): EventStream => {
    const watch = openWatch(collection, {}, {}, () => stream.pump())
    const stream: EventStream = new EventStream({
      response: client as unknown as ServerResponse,
      watch,
      revision: () => store.revision,
      encode: encode ?? ((event) => Buffer.from(`${JSON.stringify(event)}\n`)),
      encodeError: ({ status }) => Buffer.from(`ERROR ${status.code} ${status.message}\n`),
      report: (error) => faults.push(error),
    })
    return stream
  }
  return { store, collection, write, client, faults, start }
}

/** What may be encoded ahead of a client, and one event of the tests. */
const MOST = 256 * 1024 + 110_000

test('bounds: what is there already is written no faster than the client reads it', async () => {
  const { write, client, start } = open()
  for (let count = 0; count < 100; count++) await write.put(`x${count}`, object(`x${count}`, 100_000))
  start()
  await turns()
  assert.ok(client.octets > 200_000 && client.octets < MOST, `${client.octets}`)
  const half = client.octets
  client.read()
  assert.ok(client.octets > half)
  assert.ok(client.writableLength < MOST, `${client.writableLength}`)
  assert.equal(client.text.trim().split('\n').length, 100)
})

test('a client that never reads holds a fixed number of octets, and is cut once what it should read is forgotten', async () => {
  const { store, write, client, start } = open()
  start()
  for (let count = 0; count < 100 && !client.destroyed; count++) {
    await write.put('x', object('x', 100_000))
    await turns()
    assert.ok(client.writableLength < MOST, `${client.writableLength}`)
    assert.ok(store.windowBytes <= 4 << 20)
  }
  assert.equal(client.destroyed, true)
})

test('a bookmark comes after all that it stands for', async () => {
  const { write, client, start } = open()
  const stream = start()
  await turns()
  await write.put('x', object('x'))
  stream.bookmark()
  const types = client.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as StoredEvent)
  assert.deepEqual(
    types.map(({ type }) => type),
    ['ADDED', 'BOOKMARK'],
  )
  assert.equal(types[1]!.type === 'BOOKMARK' && types[1]!.revision, 2)
})

test('an event that cannot be written ends its stream with an ERROR, and is reported', async () => {
  const { collection, write, client, faults, start } = open(() => {
    throw new TypeError('no form on the wire')
  })
  start()
  await write.put('x', object('x'))
  await turns()
  assert.match(client.text, /^ERROR 500 Internal error occurred: no form on the wire\n$/)
  assert.equal(client.writableEnded, true)
  assert.equal(collection.watchers, 0)
  assert.equal(faults.length, 1)
})

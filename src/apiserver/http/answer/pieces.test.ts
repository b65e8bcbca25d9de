import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { after, before, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { ConfigMapList } from '#api/core/configmap/message.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { decodeProtobuf, encodeEnveloped, unwrapUnknown } from '#schema/protobuf.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { answers } from '../budgets.ts'

const faults: unknown[] = []
let server: TestServer
before(async () => {
  server = await startTestServer({ onError: (error) => faults.push(error) })
  for (let index = 0; index < 60; index++) {
    const data = { text: `${index} äöü漢 ${'x'.repeat(50_000)}` }
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m-${100 + index}` }, data }
    await server.client.create(configMaps, object as never, { namespace: 'default' })
  }
})
after(() => server.close())

const ask = async (path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> => {
  const call = get({ socketPath: server.socketPath, path, headers })
  return ((await once(call, 'response')) as [IncomingMessage])[0]
}

const whole = async (response: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const LIST = '/api/v1/namespaces/default/configmaps'

test('bounds: a large list comes whole, as it is, compressed and indented', async () => {
  const plain = await ask(LIST)
  assert.equal(plain.headers['content-length'], undefined)
  assert.equal(plain.headers['cache-control'], 'no-cache, private')
  const bytes = await whole(plain)
  const text = bytes.toString()
  assert.ok(text.endsWith(']}\n'))
  const list = JSON.parse(text)
  assert.deepEqual(
    list.items.map((item: { metadata: { name: string } }) => item.metadata.name),
    Array.from({ length: 60 }, (_, index) => `m-${100 + index}`),
  )
  assert.ok(list.items[59].data.text.startsWith('59 äöü漢 xxx'))
  const packed = await ask(LIST, { 'accept-encoding': 'gzip' })
  assert.deepEqual([packed.headers['content-encoding'], packed.headers.vary], ['gzip', 'Accept-Encoding'])
  const small = await whole(packed)
  assert.ok(small.length < bytes.length / 10)
  assert.ok(gunzipSync(small).equals(bytes))
  const pretty = await whole(await ask(`${LIST}?pretty=1`))
  assert.equal(pretty.toString(), `${JSON.stringify(list, null, 2)}\n`.trimEnd())
})

test('a small list is sent in one go', async () => {
  const response = await ask(`${LIST}?limit=1`)
  const bytes = await whole(response)
  assert.equal(response.headers['content-length'], String(bytes.length))
  assert.ok(bytes.toString().endsWith(']}\n'))
})

test('bounds: who reads nothing of a large list holds a bounded part of it, and others are answered meanwhile', async () => {
  const slow = await Promise.all([ask(LIST), ask(LIST), ask(LIST, { 'accept-encoding': 'gzip' })])
  assert.ok(answers.held <= 3 * 256 * 1024 && answers.held > 0, `${answers.held}`)
  assert.equal((await whole(await ask(`${LIST}/m-100`))).length > 50_000, true)
  const bytes = await whole(slow[0]!)
  assert.equal(JSON.parse(bytes.toString()).items.length, 60)
  for (const response of slow) response.destroy()
  while (answers.held > 0) await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(faults, [])
})

test('a list is of the moment when it was asked for, whatever is written while it is sent', async () => {
  const response = await ask(LIST)
  await server.client.delete(configMaps, 'm-159', { namespace: 'default' })
  const { items, metadata } = JSON.parse((await whole(response)).toString())
  assert.equal(items.length, 60)
  const later = await server.client.list(configMaps, { namespace: 'default' })
  assert.ok(Number(metadata.resourceVersion) < Number(later.resourceVersion))
  assert.equal(later.items.length, 59)
})

test('bounds: a large list as protobuf comes in pieces, which together are the one message', async () => {
  const accept = 'application/vnd.kubernetes.protobuf'
  const large = await ask(LIST, { accept })
  assert.equal(large.headers['content-length'], undefined)
  const bytes = await whole(large)
  const { object } = decodeProtobuf(ConfigMapList, unwrapUnknown(bytes).raw)
  assert.ok(bytes.equals(encodeEnveloped(ConfigMapList, object)))
  assert.equal(object.items!.length, 59)
  assert.equal(object.items![58]!.metadata?.name, 'm-158')
  const small = await ask(`${LIST}?limit=1`, { accept })
  assert.equal(small.headers['content-length'], String((await whole(small)).length))
})

test('bounds: clients that read at their own pace, of other lists at the same time, have each their own', async () => {
  const asked = ['', '?limit=20', '?fieldSelector=metadata.name%21%3Dm-101', '', '?limit=40']
  const responses = await Promise.all(asked.map((query) => ask(`${LIST}${query}`)))
  const texts = await Promise.all(
    responses.map(async (response, index) => {
      const parts: Buffer[] = []
      for await (const part of response as AsyncIterable<Buffer>) {
        parts.push(part)
        await new Promise((resolve) => setTimeout(resolve, index))
      }
      return Buffer.concat(parts).toString()
    }),
  )
  for (const [index, text] of texts.entries()) {
    const again = (await whole(await ask(`${LIST}${asked[index]}`))).toString()
    // A token says when it was given.
    assert.equal(JSON.parse(text).items.length, JSON.parse(again).items.length)
    assert.deepEqual(JSON.parse(text).items, JSON.parse(again).items)
  }
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { rawRequest, requestBytes } from '#apiserver/testing/raw-request.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'

let server: TestServer
const faults: unknown[] = []
before(async () => {
  server = await startTestServer({ onError: (error) => faults.push(error) })
})
after(() => server.close())

const MAPS = '/api/v1/namespaces/default/configmaps'
const ask = async (method: string, path: string, type: string, body = '') => {
  const headers: Record<string, string> = body === '' ? {} : { 'Content-Type': type }
  // Where one of these takes minutes, the time of the test is over.
  const answer = await rawRequest(server.socketPath, requestBytes(method, path, headers, body), 50_000)
  assert.deepEqual(faults, [])
  return { status: answer.status, text: answer.body.toString() }
}
const post = (type: string, body: string) => ask('POST', `${MAPS}?dryRun=All`, type, body)
const patch = (kind: string, name: string, body: unknown) =>
  ask(
    'PATCH',
    `${MAPS}/${name}?dryRun=All`,
    `application/${kind}+json`,
    typeof body === 'string' ? body : JSON.stringify(body),
  )
const many = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index))

test('a YAML body of 100,000 anchors is 413 at once, a cyclic one 400', async () => {
  const anchors = many(100_000, (index) => `- &a${index} x\n- *a${index}`).join('\n')
  const large = await post('application/yaml', anchors)
  assert.equal(large.status, 413)
  assert.match(large.text, /"reason":"RequestEntityTooLarge"/)
  const cyclic = await post('application/yaml', 'metadata: &a\n  labels: *a\n')
  assert.equal(cyclic.status, 400)
  assert.match(cyclic.text, /error converting YAML to JSON: yaml: line 2: anchor 'a' value contains itself/)
})

test('a doubled key in YAML is warned of, or refused where validation is strict', async () => {
  const body = 'metadata:\n  name: doubled\ndata:\n  a: "1"\n  a: "2"\n'
  const bytes = requestBytes('POST', `${MAPS}?dryRun=All`, { 'Content-Type': 'application/yaml' }, body)
  const warned = await rawRequest(server.socketPath, bytes)
  assert.equal(warned.status, 201)
  assert.match(warned.head, /Warning: 299 - "line 5: key \\"a\\" already set in map"/)
  const strict = await ask('POST', `${MAPS}?dryRun=All&fieldValidation=Strict`, 'application/yaml', body)
  assert.equal(strict.status, 400)
  assert.match(
    strict.text,
    /strict decoding error: yaml: unmarshal errors:\\n {2}line 5: key \\"a\\" already set in map/,
  )
})

test('JSON that nests without end is 400, as a body and as each kind of patch', async () => {
  await post('application/json', JSON.stringify({ metadata: { name: 'nested' } }))
  await ask('POST', MAPS, 'application/json', JSON.stringify({ metadata: { name: 'nested' } }))
  const deep = `{"data":${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}}`
  assert.equal((await post('application/json', deep)).status, 400)
  for (const kind of ['merge-patch', 'strategic-merge-patch'])
    assert.equal((await patch(kind, 'nested', deep)).status, 400)
  const operations = `[{"op":"add","path":"/data","value":${deep}}]`
  assert.equal((await patch('json-patch', 'nested', operations)).status, 400)
})

test('a JSON patch has at most 10,000 operations, copies are counted, and none costs a copy of the whole', async () => {
  const data = Object.fromEntries(many(20_000, (index) => [`k${index}`, 'v']))
  await ask('POST', MAPS, 'application/json', JSON.stringify({ metadata: { name: 'patched' }, data }))
  const add = (index: number) => ({ op: 'add', path: `/data/n${index}`, value: 'v' })
  assert.equal((await patch('json-patch', 'patched', many(10_001, add))).status, 413)
  assert.equal((await patch('json-patch', 'patched', many(10_000, add))).status, 200)
  const double = many(40, (index) => ({ op: 'copy', from: '/data', path: `/data/c${index}` }))
  assert.equal((await patch('json-patch', 'patched', double)).status, 422)
})

test('lists that are merged by key, as sets and in an order are not compared item by item', async () => {
  const finalizers = many(30_000, (index) => `example.com/f${index}`)
  await ask('POST', MAPS, 'application/json', JSON.stringify({ metadata: { name: 'merged', finalizers } }))
  const change = {
    metadata: {
      finalizers: finalizers.map((one) => `${one}x`),
      '$setElementOrder/finalizers': finalizers.map((one) => `${one}x`),
    },
  }
  assert.equal((await patch('strategic-merge-patch', 'merged', change)).status, 200)
  const removal = { metadata: { '$deleteFromPrimitiveList/finalizers': finalizers } }
  assert.equal((await patch('strategic-merge-patch', 'merged', removal)).status, 200)
  const owner = (index: number) => ({ apiVersion: 'v1', kind: 'Pod', name: `p${index}`, uid: `u${index}` })
  const owners = { metadata: { ownerReferences: many(30_000, owner) } }
  assert.equal((await patch('strategic-merge-patch', 'merged', owners)).status, 200)
})

test('selectors, paths and quantities of any length are read in one pass, and too many requirements are refused', async () => {
  for (let index = 0; index < 50; index++) {
    const object = { metadata: { name: `labelled-${index}`, labels: { a: 'x1' } } }
    await ask('POST', MAPS, 'application/json', JSON.stringify(object))
  }
  const values = many(50_000, (index) => `x${index}`).join(',')
  const chosen = await ask('GET', `${MAPS}?labelSelector=a%20in%20(${values})`, '')
  assert.equal(JSON.parse(chosen.text).items.length, 50)
  const requirements = many(1001, (index) => `!a${index}`).join(',')
  assert.match(
    (await ask('GET', `${MAPS}?labelSelector=${requirements}`, '')).text,
    /at most 1000 requirements, not 1001/,
  )
  assert.equal((await ask('GET', `${'/'.repeat(900_000)}x`, '')).status, 404)
  const limits = { cpu: `${'1'.repeat(1_000_000)}!` }
  const pod = { metadata: { name: 'large' }, spec: { containers: [{ name: 'c', image: 'i', resources: { limits } }] } }
  const refused = await ask('POST', '/api/v1/namespaces/default/pods', 'application/json', JSON.stringify(pod))
  assert.equal(refused.status, 400)
  assert.match(refused.text, /quantities must match the regular expression/)
})

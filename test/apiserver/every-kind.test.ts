import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, before, test } from 'node:test'
import { ask } from '#apiserver/testing/ask.ts'
import { samples } from '#apiserver/testing/samples.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'

// What Kubernetes' own end-to-end tests ask of the API of each kind, whatever the kind: its life from creation to
// deletion in every verb, as a watcher sees it, with its parts, in each encoding.

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const NAMES: Readonly<Record<string, (n: number) => string>> = {
  'networking.k8s.io/v1/ipaddresses': (n) => `10.96.200.${n}`,
}

/** What stays after its deletion: its controller has to let it go. */
const HELD: ReadonlySet<string> = new Set(['v1/namespaces', 'v1/persistentvolumeclaims', 'v1/persistentvolumes'])

/** Of these the server itself says something as soon as they are there. */
const JUDGED: ReadonlySet<string> = new Set(['flowcontrol.apiserver.k8s.io/v1/flowschemas'])

const send = (line: string, body?: object, headers: Record<string, string> = {}) =>
  ask(server.socketPath, line, body, { headers })

const watched = (path: string): { readonly events: any[]; end(): void } => {
  const events: any[] = []
  let rest = ''
  const call = request({ socketPath: server.socketPath, path }, (response) => {
    response.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n')
      rest = lines.pop() ?? ''
      events.push(...lines.map((line) => JSON.parse(line)))
    })
    response.on('error', () => {})
  })
  call.on('error', () => {}).end()
  return { events, end: () => call.destroy() }
}

const until = async (done: () => boolean): Promise<void> => {
  for (let i = 0; i < 200 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 5))
}

const served = async (): Promise<readonly { path: string; list: any[] }[]> => {
  const { body } = await send('GET /apis')
  const groups = body.groups.flatMap((group: any) => group.versions.map((one: any) => one.groupVersion))
  const paths = ['api/v1', ...groups.map((one: string) => `apis/${one}`)]
  return Promise.all(paths.map(async (path) => ({ path, list: (await send(`GET /${path}`)).body.resources })))
}

test('each kind that can be made has a life in every verb', async (t) => {
  for (const { path, list } of await served())
    for (const kind of list.filter(({ name, verbs }) => !name.includes('/') && verbs.includes('deletecollection'))) {
      const key = `${path.replace(/^apis?\//, '')}/${kind.name}`
      // Their names are of what they declare.
      if (key.startsWith('apiextensions.k8s.io') || key.startsWith('apiregistration.k8s.io')) continue
      await t.test(key, () => live(path, key, kind, list))
    }
})

const live = async (path: string, key: string, kind: any, list: any[]): Promise<void> => {
  const sample = samples[key]
  assert.ok(sample, 'the kind has a sample')
  const apiVersion = path.replace(/^apis?\//, '')
  const all = `/${path}/${kind.name}`
  const base = kind.namespaced ? `/${path}/namespaces/default/${kind.name}` : all
  const name = (n: number): string => NAMES[key]?.(n) ?? `sample-${n}`
  const object = (n: number, labels = {}) => ({
    apiVersion,
    kind: kind.kind,
    metadata: { name: name(n), labels: { life: 'one', 'ipaddress.kubernetes.io/managed-by': 'sample', ...labels } },
    ...sample,
  })
  const one = `${base}/${name(1)}`
  const selector = 'labelSelector=life%3Done'

  const start = await send(`GET ${all}?${selector}`)
  assert.equal(start.status, 200)
  assert.deepEqual(start.body.items, [])
  const watch = watched(`${all}?watch=1&${selector}&resourceVersion=${start.body.metadata.resourceVersion}`)
  try {
    const dry = await send(`POST ${base}?dryRun=All`, object(1))
    assert.equal(dry.status, 201, JSON.stringify(dry.body))
    const unknown = await send(`POST ${base}?fieldValidation=Strict`, { ...object(1), sampled: 1 })
    assert.equal(unknown.status, 400, JSON.stringify(unknown.body))
    assert.match(unknown.body.message, /strict decoding error: unknown field "sampled"/)
    const made = await send(`POST ${base}?fieldManager=maker`, object(1))
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.deepEqual([made.body.apiVersion, made.body.kind], [apiVersion, kind.kind])
    for (const field of ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields'])
      assert.ok(made.body.metadata[field], field)
    assert.equal((await send(`POST ${base}`, object(1))).body.reason, 'AlreadyExists')
    let writes = 6
    if (JUDGED.has(key)) {
      await until(() => watch.events.length === 2)
      writes++
    } else assert.deepEqual((await send(`GET ${one}`)).body, made.body)
    for (const accept of ['application/vnd.kubernetes.protobuf', 'application/yaml'])
      assert.equal((await send(`GET ${one}`, undefined, { accept })).status, 200, accept)
    const as = (what: string) => ({ accept: `application/json;as=${what};v=v1;g=meta.k8s.io` })
    const table = await send(`GET ${base}?${selector}`, undefined, as('Table'))
    assert.deepEqual([table.body.kind, table.body.rows.length], ['Table', 1])
    const partial = await send(`GET ${all}?${selector}`, undefined, as('PartialObjectMetadataList'))
    assert.equal(partial.body.items[0].metadata.uid, made.body.metadata.uid)

    const patched = await send(`PATCH ${one}`, { metadata: { annotations: { merged: 'yes' } } })
    assert.equal(patched.status, 200, JSON.stringify(patched.body))
    const strategic = await send(
      `PATCH ${one}`,
      { metadata: { annotations: { strategic: 'yes' } } },
      { 'content-type': 'application/strategic-merge-patch+json' },
    )
    assert.equal(strategic.status, 200, JSON.stringify(strategic.body))
    const json = await send(
      `PATCH ${one}`,
      [{ op: 'add', path: '/metadata/annotations/json', value: 'yes' }] as object,
      { 'content-type': 'application/json-patch+json' },
    )
    assert.equal(json.status, 200, JSON.stringify(json.body))
    assert.deepEqual(
      { merged: 'yes', strategic: 'yes', json: 'yes' },
      Object.fromEntries(
        Object.entries(json.body.metadata.annotations).filter(([name]) => /merged|strategic|json/.test(name)),
      ),
    )
    const stale = {
      ...json.body,
      metadata: { ...json.body.metadata, resourceVersion: made.body.metadata.resourceVersion },
    }
    stale.metadata.annotations = { stale: 'yes' }
    assert.equal((await send(`PUT ${one}`, stale)).body.reason, 'Conflict')
    const next = { ...json.body, metadata: { ...json.body.metadata, annotations: { put: 'yes' } } }
    const put = await send(`PUT ${one}`, next)
    assert.equal(put.status, 200, JSON.stringify(put.body))
    assert.equal(put.body.metadata.annotations.put, 'yes')
    const applied = await send(
      `PATCH ${one}?fieldManager=applier`,
      { apiVersion, kind: kind.kind, metadata: { name: name(1), labels: { applied: 'yes' } } },
      { 'content-type': 'application/apply-patch+yaml' },
    )
    assert.equal(applied.status, 200, JSON.stringify(applied.body))
    assert.equal(applied.body.metadata.labels.applied, 'yes')
    assert.ok(applied.body.metadata.managedFields.some((entry: any) => entry.manager === 'applier'))

    if (list.some(({ name }) => name === `${kind.name}/status`)) {
      const status = await send(`GET ${one}/status`)
      assert.equal(status.body.metadata.uid, made.body.metadata.uid)
      const marked = await send(`PATCH ${one}/status`, { metadata: { annotations: { status: 'yes' } } })
      assert.equal(marked.status, 200, JSON.stringify(marked.body))
      assert.equal(marked.body.metadata.annotations.status, 'yes', 'metadata goes with a status')
      const whole = await send(`PUT ${one}/status`, marked.body)
      assert.equal(whole.status, 200, JSON.stringify(whole.body))
      writes++
    }
    if (list.some(({ name }) => name === `${kind.name}/scale`)) {
      const scale = await send(`GET ${one}/scale`)
      assert.equal(scale.body.kind, 'Scale')
      const scaled = await send(`PATCH ${one}/scale`, { spec: { replicas: 3 } })
      assert.equal(scaled.body.spec?.replicas, 3, JSON.stringify(scaled.body))
      writes++
    }

    const kept = await send(`DELETE ${one}?dryRun=All`)
    assert.equal(kept.status, 200, JSON.stringify(kept.body))
    assert.equal((await send(`GET ${one}`)).status, 200)
    const wrong = await send(`DELETE ${one}`, { preconditions: { uid: 'another' } })
    assert.equal(wrong.body.reason, 'Conflict', JSON.stringify(wrong.body))
    const gone = await send(`DELETE ${one}?propagationPolicy=Background`)
    assert.ok(gone.status === 200 || gone.status === 202, JSON.stringify(gone.body))
    if (HELD.has(key)) return
    assert.equal((await send(`GET ${one}`)).body.reason, 'NotFound')

    await until(() => watch.events.at(-1)?.type === 'DELETED')
    assert.deepEqual(
      watch.events.map(({ type }) => type),
      ['ADDED', ...Array(writes - 1).fill('MODIFIED'), 'DELETED'],
    )
    if (!kind.verbs.includes('deletecollection')) return
    for (const n of [2, 3]) {
      const more = await send(`POST ${base}`, object(n))
      assert.equal(more.status, 201, JSON.stringify(more.body))
    }
    const other = await send(`POST ${base}`, object(4, { life: 'two' }))
    assert.equal(other.status, 201, JSON.stringify(other.body))
    const swept = await send(`DELETE ${base}?${selector}&propagationPolicy=Background`)
    assert.equal(swept.status, 200, JSON.stringify(swept.body))
    assert.deepEqual((await send(`GET ${all}?${selector}`)).body.items, [])
    // And nothing else.
    const left = await send(`DELETE ${base}/${name(4)}?propagationPolicy=Background`)
    assert.equal(left.status, 200, JSON.stringify(left.body))
  } finally {
    watch.end()
  }
}

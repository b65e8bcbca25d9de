import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { builtInKinds } from '#api/kinds.ts'
import { groupVersion } from '#api/resource.ts'
import { ask } from '#apiserver/testing/ask.ts'
import { startTestServer, type TestServer } from '#apiserver/testing/test-server.ts'

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'api.md'), 'utf8')
const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

interface Row {
  readonly kind: string
  readonly verbs: readonly string[]
  readonly parts: readonly string[]
  readonly absent: readonly string[]
  readonly acts: string
}

const listed = (cell: string): readonly string[] => (cell === '' ? [] : cell.split(', ')).toSorted()

/** By group, version and resource, as the page has them. */
const documented = (): ReadonlyMap<string, Row> => {
  const rows = new Map<string, Row>()
  let at = ''
  for (const line of page.slice(0, page.indexOf('\n## Not here')).split('\n')) {
    at = /^### (\S+)$/.exec(line)?.[1] ?? at
    const [, resource = '', kind = '', verbs = '', parts = '', absent = '', acts = ''] = line
      .split('|')
      .map((cell) => cell.trim())
    if (kind === '' || resource === 'resource' || resource.startsWith('-')) continue
    assert.ok(!rows.has(`${at}/${resource}`), `${resource} of ${at} stands once`)
    rows.set(`${at}/${resource}`, {
      kind,
      verbs: verbs === 'all' ? ALL : listed(verbs),
      parts: listed(parts),
      absent: listed(absent),
      acts,
    })
  }
  return rows
}

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

test('docs/api.md has each kind that the API names in discovery, with its verbs and parts, and no other', async () => {
  const accept = 'application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io'
  const served = new Map<string, Pick<Row, 'kind' | 'verbs' | 'parts'>>()
  for (const path of ['/api', '/apis']) {
    const { body } = await ask(server.socketPath, `GET ${path}`, undefined, { headers: { accept } })
    for (const { metadata, versions } of body.items)
      for (const { version, resources } of versions)
        for (const { resource, responseKind, verbs, subresources = [] } of resources) {
          const group = metadata.name ? `${metadata.name}/${version}` : version
          const parts = subresources.map((part: { subresource: string }) => part.subresource).toSorted()
          served.set(`${group}/${resource}`, { kind: responseKind.kind, verbs: verbs.toSorted(), parts })
        }
  }
  const rows = documented()
  assert.deepEqual([...rows.keys()].toSorted(), [...served.keys()].toSorted())
  for (const [name, { kind, verbs, parts }] of rows) assert.deepEqual({ kind, verbs, parts }, served.get(name), name)
})

test('docs/api.md says of which kinds a part is not here, and on which nothing acts', () => {
  const rows = documented()
  for (const { resource, unserved = {}, isInert = false } of builtInKinds) {
    const name = `${groupVersion(resource)}/${resource.plural}`
    const { absent, acts } = rows.get(name)!
    assert.deepEqual(absent, Object.keys(unserved).toSorted(), name)
    assert.equal(acts.startsWith('nothing'), isInert, `${name}: ${acts}`)
  }
})

test('what docs/api.md says is not here is not', () => {
  const rows = [...page.slice(page.indexOf('\n## Not here')).matchAll(/^\| (\S*v1) \| ([^|]+) \|/gm)]
  assert.ok(rows.length > 0)
  const served = new Set(builtInKinds.map(({ resource }) => `${groupVersion(resource)}/${resource.plural}`))
  for (const [, group, resources = ''] of rows)
    for (const resource of resources.trim().split(', ')) assert.ok(!served.has(`${group}/${resource}`), resource)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Kind } from '#api/catalogue/kind.ts'
import { builtInKinds as kinds } from '#api/kinds.ts'
import { describing } from './descriptions.ts'
import { openApiV2, openApiV2Protobuf, openApiV3 } from './documents.ts'

const of = (group: string): readonly Kind[] => kinds.filter(({ resource }) => resource.group === group)
const words = await describing(kinds)
const PREFIX = 'io.k8s.api.core.v1.'

describe('the OpenAPI v3 document of the core group', () => {
  const document = openApiV3(of(''), words) as any

  test('gives every write operation a kind and the fieldValidation parameter, or kubectl would validate by itself', () => {
    let writes = 0
    for (const item of Object.values<any>(document.paths))
      for (const method of ['post', 'put', 'patch']) {
        const operation = item[method]
        if (operation === undefined || operation['x-kubernetes-action'] === 'connect') continue
        writes++
        assert.equal(typeof operation['x-kubernetes-group-version-kind'].kind, 'string')
        assert.ok(
          operation.parameters.some((entry: any) => entry.name === 'fieldValidation'),
          operation.operationId,
        )
      }
    assert.ok(writes > 20)
  })

  test('carries patch keys, so that apply can delete an element of a list', () => {
    const { ports } = document.components.schemas[`${PREFIX}ServiceSpec`].properties
    assert.equal(ports['x-kubernetes-patch-merge-key'], 'port')
    assert.equal(ports['x-kubernetes-patch-strategy'], 'merge')
    assert.deepEqual(ports['x-kubernetes-list-map-keys'], ['port', 'protocol'])
  })

  test('names kinds as a list on schemas and wraps references in allOf', () => {
    const service = document.components.schemas[`${PREFIX}Service`]
    assert.deepEqual(service['x-kubernetes-group-version-kind'], [{ group: '', kind: 'Service', version: 'v1' }])
    assert.deepEqual(service.properties.spec.allOf, [{ $ref: `#/components/schemas/${PREFIX}ServiceSpec` }])
    assert.deepEqual(service.properties.spec.default, {})
  })

  test('has a schema for every reference and no schema that nothing refers to', () => {
    const text = JSON.stringify(document)
    const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!))
    assert.deepEqual([...referred].sort(), Object.keys(document.components.schemas).sort())
  })
})

test('the v2 document has no defaults, and its protobuf form holds every definition and path', () => {
  const document = openApiV2(kinds, words)
  assert.doesNotMatch(JSON.stringify(document.definitions), /"default":(?!\{)/)
  const bytes = openApiV2Protobuf(kinds, words)
  const fields = readMessage(bytes)
  assert.equal(text(fields.get(1)![0]!), '2.0')
  const paths = readMessage(fields.get(8)![0]!)
    .get(2)!
    .map((entry) => text(readMessage(entry).get(1)![0]!))
  assert.deepEqual(paths, Object.keys(document.paths))
  const definitions = readMessage(fields.get(9)![0]!).get(1)!
  assert.deepEqual(
    definitions.map((entry) => text(readMessage(entry).get(1)![0]!)),
    Object.keys(document.definitions),
  )
  const ports = definitions
    .map((entry) => readMessage(entry))
    .find((entry) => text(entry.get(1)![0]!) === `${PREFIX}ServicePort`)!
  assert.deepEqual(readMessage(ports.get(2)![0]!).get(19)!.map(text), ['port'])
})

/**
 * Folder of a real API server's documents, by the names that they are fetched under; they are too large to keep here.
 */
const RECORDED = process.env.FAIRLEAD_RECORDED_OPENAPI ?? ''
const skip = RECORDED === '' && 'FAIRLEAD_RECORDED_OPENAPI names no folder of recorded documents'
test('schemas are those of a real API server, descriptions apart', { skip }, () => {
  const files = [
    ['', 'v3-api_v1.json'],
    ['apps', 'v3-apis_apps_v1.json'],
    ['discovery.k8s.io', 'v3-apis_discovery.k8s.io_v1.json'],
    ['networking.k8s.io', 'v3-apis_networking.k8s.io_v1.json'],
    ['apiextensions.k8s.io', 'v3-apis_apiextensions.k8s.io_v1.json'],
  ] as const
  const differences: string[] = []
  const compare = (ours: any, theirs: any, where: string): void => {
    for (const [name, schema] of Object.entries<any>(ours)) {
      const plain = JSON.parse(
        JSON.stringify(schema, (key, value) =>
          key === 'description' && typeof value === 'string' ? undefined : value,
        ),
      )
      // A kind of the machinery is served by other groups there too.
      delete plain['x-kubernetes-group-version-kind']
      const real = { ...theirs[name] }
      delete real['x-kubernetes-group-version-kind']
      try {
        assert.deepEqual(plain, real)
      } catch {
        const fields = new Set([...Object.keys(plain.properties ?? {}), ...Object.keys(real.properties ?? {})])
        const changed = [...fields].filter(
          (field) =>
            JSON.stringify(sorted(plain.properties?.[field])) !== JSON.stringify(sorted(real.properties?.[field])),
        )
        differences.push(`${where} ${name}: ${changed.join(' ') || JSON.stringify([plain, real]).slice(0, 300)}`)
      }
    }
  }
  for (const [group, file] of files)
    compare(
      (openApiV3(of(group), words) as any).components.schemas,
      JSON.parse(readFileSync(`${RECORDED}/${file}`, 'utf8')).components.schemas,
      file,
    )
  compare(
    openApiV2(kinds, words).definitions,
    JSON.parse(readFileSync(`${RECORDED}/openapi-v2.json`, 'utf8')).definitions,
    'v2',
  )
  // What has no description there is referred to without allOf.
  assert.deepEqual(
    differences.filter((entry) => !entry.endsWith('.IngressRule: http')),
    [],
  )
})

const sorted = (value: any): any =>
  value && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, sorted(value[key])]),
      )
    : value

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const readMessage = (bytes: Uint8Array): Map<number, Uint8Array[]> => {
  const fields = new Map<number, Uint8Array[]>()
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    if ((tag & 7) === 0) {
      varint()
      continue
    }
    assert.equal(tag & 7, 2)
    const length = varint()
    assert.ok(at + length <= bytes.length)
    const field = tag >> 3
    fields.set(field, [...(fields.get(field) ?? []), bytes.subarray(at, at + length)])
    at += length
  }
  return fields
}

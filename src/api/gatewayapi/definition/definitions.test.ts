import assert from 'node:assert/strict'
import { test } from 'node:test'
import { customResourceDefinition } from '#api/apiextensions/customresourcedefinition/kind.ts'
import { validateDefinition } from '#api/apiextensions/customresourcedefinition/validate/definition.ts'
import { fieldErrorText } from '#api/validation/field-error.ts'
import type { JsonSchema } from '#schema/structural/json-schema.ts'
import { gatewayDefinitions } from './definitions.ts'

const all = gatewayDefinitions()
const byKind = new Map(all.map((one) => [one.spec.names.kind, one]))
const schemaOf = (kind: string, version = 'v1'): JsonSchema =>
  byKind.get(kind)!.spec.versions!.find(({ name }) => name === version)!.schema!.openAPIV3Schema as JsonSchema
/** The schema of a field: `spec.rules[].name`. */
const at = (kind: string, path: string, version?: string): JsonSchema =>
  path.split('.').reduce(
    (schema, part) => {
      const inner = schema.properties![part.replace('[]', '')]!
      return part.endsWith('[]') ? (inner.items as JsonSchema) : inner
    },
    schemaOf(kind, version),
  )

for (const definition of all)
  test(`the definition of ${definition.spec.names.kind} is valid, though no start looks`, () => {
    const whole: any = structuredClone(definition)
    customResourceDefinition.defaults?.(whole)
    assert.deepEqual(
      validateDefinition(customResourceDefinition.prepare?.create?.(whole) ?? whole).map((error) =>
        fieldErrorText(error),
      ),
      [],
    )
  })

test('clients find the names, versions, columns and marks of release v1.5.1, experimental channel', () => {
  const facts = all.map(({ metadata, spec }) => {
    const versions = spec.versions!.map(({ name, storage, deprecated, subresources, additionalPrinterColumns = [] }) =>
      [
        storage ? `*${name}` : name,
        ...(deprecated ? ['old'] : []),
        ...(subresources?.status ? ['status'] : []),
        additionalPrinterColumns.map((column) => column.name).join(','),
      ].join(' '),
    )
    assert.equal(metadata?.annotations?.['gateway.networking.k8s.io/bundle-version'], 'v1.5.1')
    assert.equal(metadata?.annotations?.['gateway.networking.k8s.io/channel'], 'experimental')
    assert.match(metadata?.annotations?.['api-approved.kubernetes.io'] ?? '', /^https:/)
    assert.equal(metadata?.name, `${spec.names.plural}.gateway.networking.k8s.io`)
    assert.deepEqual(spec.names.categories, ['gateway-api'])
    return [spec.names.kind, spec.scope, spec.names.shortNames?.join() ?? '', ...versions]
  })
  assert.deepEqual(facts, [
    [
      'GatewayClass',
      'Cluster',
      'gc',
      '*v1 status Controller,Accepted,Age,Description',
      'v1beta1 status Controller,Accepted,Age,Description',
    ],
    [
      'Gateway',
      'Namespaced',
      'gtw',
      '*v1 status Class,Address,Programmed,Age',
      'v1beta1 status Class,Address,Programmed,Age',
    ],
    ['ListenerSet', 'Namespaced', 'lset', '*v1 status Accepted,Programmed,Age'],
    ['HTTPRoute', 'Namespaced', '', '*v1 status Hostnames,Age', 'v1beta1 status Hostnames,Age'],
    ['GRPCRoute', 'Namespaced', '', '*v1 status Hostnames,Age'],
    ['TLSRoute', 'Namespaced', '', '*v1 status Age', 'v1alpha2 old status Age', 'v1alpha3 old status Age'],
    ['TCPRoute', 'Namespaced', '', '*v1alpha2 status Age'],
    ['UDPRoute', 'Namespaced', '', '*v1alpha2 status Age'],
    ['ReferenceGrant', 'Namespaced', 'refgrant', 'v1 Age', '*v1beta1 Age'],
    ['BackendTLSPolicy', 'Namespaced', 'btlspolicy', '*v1 status Age', 'v1alpha3 old status Age'],
  ])
})

test('what is not written is what the API says that it is', () => {
  const defaults: readonly (readonly [kind: string, path: string, value: unknown, version?: string])[] = [
    ['Gateway', 'spec.listeners[].allowedRoutes', { namespaces: { from: 'Same' } }],
    ['Gateway', 'spec.listeners[].allowedRoutes.namespaces.from', 'Same'],
    ['Gateway', 'spec.listeners[].tls.mode', 'Terminate'],
    ['Gateway', 'spec.listeners[].tls.certificateRefs[].kind', 'Secret'],
    ['Gateway', 'spec.allowedListeners.namespaces.from', 'None'],
    ['Gateway', 'spec.addresses[].type', 'IPAddress'],
    ['Gateway', 'spec.tls.frontend.default.validation.mode', 'AllowValidOnly'],
    ['ListenerSet', 'spec.parentRef.kind', 'Gateway'],
    ['HTTPRoute', 'spec.rules', [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }]],
    ['HTTPRoute', 'spec.rules[].matches', [{ path: { type: 'PathPrefix', value: '/' } }]],
    ['HTTPRoute', 'spec.parentRefs[].group', 'gateway.networking.k8s.io'],
    ['HTTPRoute', 'spec.rules[].backendRefs[].weight', 1],
    ['HTTPRoute', 'spec.rules[].backendRefs[].group', ''],
    ['HTTPRoute', 'spec.rules[].backendRefs[].kind', 'Service'],
    ['HTTPRoute', 'spec.rules[].filters[].requestRedirect.statusCode', 302],
    ['HTTPRoute', 'spec.rules[].filters[].cors.maxAge', 5],
    ['HTTPRoute', 'spec.rules[].sessionPersistence.cookieConfig.lifetimeType', 'Session'],
    ['GRPCRoute', 'spec.rules', undefined],
    ['GRPCRoute', 'spec.rules[].matches[].method.type', 'Exact'],
    ['TCPRoute', 'spec.rules[].backendRefs[].weight', 1, 'v1alpha2'],
  ]
  for (const [kind, path, value, version] of defaults) assert.deepEqual(at(kind, path, version).default, value, path)
  const [pending] = at('GatewayClass', 'status.conditions').default as readonly { readonly reason: string }[]
  assert.equal(pending?.reason, 'Pending')
})

test('timeouts are described as they are kept: until an answer has begun', () => {
  for (const name of ['request', 'backendRequest'])
    assert.match(at('HTTPRoute', `spec.rules[].timeouts.${name}`).description ?? '', /begun.*504; 0s: an hour/)
})

test('how much there may be of it, and who owns which part of a list, is as the API says', () => {
  const limits: readonly (readonly [kind: string, path: string, is: JsonSchema, version?: string])[] = [
    ['Gateway', 'spec.listeners', { minItems: 1, maxItems: 64, 'x-kubernetes-list-map-keys': ['name'] }],
    ['Gateway', 'spec.addresses', { maxItems: 16, 'x-kubernetes-list-type': 'atomic' }],
    ['Gateway', 'status.listeners[].conditions', { maxItems: 8, 'x-kubernetes-list-map-keys': ['type'] }],
    ['HTTPRoute', 'spec.parentRefs', { maxItems: 32, 'x-kubernetes-list-type': 'atomic' }],
    ['HTTPRoute', 'spec.hostnames[]', { minLength: 1, maxLength: 253 }],
    ['HTTPRoute', 'spec.rules', { minItems: 1, maxItems: 16 }],
    ['HTTPRoute', 'spec.rules[].matches', { maxItems: 64 }],
    ['HTTPRoute', 'spec.rules[].matches[].headers', { maxItems: 16, 'x-kubernetes-list-map-keys': ['name'] }],
    ['HTTPRoute', 'spec.rules[].backendRefs[].weight', { minimum: 0, maximum: 1_000_000 }],
    ['HTTPRoute', 'spec.rules[].filters[].cors.allowMethods', { maxItems: 9, 'x-kubernetes-list-type': 'set' }],
    ['HTTPRoute', 'spec.rules[].retry.codes[]', { type: 'integer', minimum: 400, maximum: 599 }],
    ['HTTPRoute', 'spec.rules[].timeouts.request', { pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' }],
    ['HTTPRoute', 'status.parents[].conditions', { minItems: 1, maxItems: 8 }],
    ['GRPCRoute', 'spec.rules', { maxItems: 16 }],
    ['TLSRoute', 'spec.hostnames', { minItems: 1, maxItems: 16 }],
    ['TLSRoute', 'spec.rules', { minItems: 1, maxItems: 1 }],
    ['TLSRoute', 'spec.rules', { minItems: 1, maxItems: 16 }, 'v1alpha2'],
    ['ReferenceGrant', 'spec.from', { minItems: 1, maxItems: 16, 'x-kubernetes-list-type': 'atomic' }, 'v1beta1'],
    ['BackendTLSPolicy', 'spec.targetRefs', { minItems: 1, maxItems: 16 }],
    ['BackendTLSPolicy', 'spec.validation.subjectAltNames', { maxItems: 5 }],
  ]
  for (const [kind, path, is, version] of limits) {
    const schema = at(kind, path, version) as Record<string, unknown>
    for (const [name, value] of Object.entries(is)) assert.deepEqual(schema[name], value, `${path} ${name}`)
  }
  assert.deepEqual(schemaOf('ReferenceGrant').required, undefined)
  assert.deepEqual(schemaOf('TLSRoute', 'v1alpha2').properties!.spec!.required, ['rules'])
})

test('kubectl explain has a word for each field', () => {
  const bare: string[] = []
  const look = (path: string, { properties = {}, items }: JsonSchema): void => {
    for (const [name, schema] of Object.entries(properties)) {
      if (!['apiVersion', 'kind', 'metadata'].includes(name) || path.includes('.'))
        if (!schema.description) bare.push(`${path}.${name}`)
      look(`${path}.${name}`, schema)
    }
    if (items !== undefined) look(path, items as JsonSchema)
  }
  for (const { spec } of all)
    for (const { name, schema } of spec.versions!)
      look(`${spec.names.kind}/${name}`, schema!.openAPIV3Schema as JsonSchema)
  assert.deepEqual(bare, [])
})

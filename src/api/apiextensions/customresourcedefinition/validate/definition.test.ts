import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type FieldError, fieldErrorText } from '#api/validation/field-error.ts'
import { validateDefinition, validateDefinitionUpdate } from './definition.ts'
import { validateDefinitionStatus } from './status.ts'

type Loose = any
const schemaOf = (spec: object = { type: 'object' }, more: object = {}) => ({
  openAPIV3Schema: { type: 'object', properties: { spec }, ...more },
})
const version = (more: object = {}) => ({ name: 'v1', served: true, storage: true, schema: schemaOf(), ...more })
const NAMES = { plural: 'dials', singular: 'dial', kind: 'Dial', listKind: 'DialList' }
const definition = (spec: Loose = {}, { metadata = {}, status = {} }: Loose = {}): Loose => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'dials.lab.example', resourceVersion: '1', ...metadata },
  spec: {
    group: 'lab.example',
    scope: 'Namespaced',
    names: NAMES,
    versions: [version()],
    conversion: { strategy: 'None' },
    ...spec,
  },
  status: { storedVersions: ['v1'], ...status },
})
const names = (more: object) => ({ names: { ...NAMES, ...more } })
const one = (more: object) => ({ versions: [version(more)] })
const two = (first: object, second: object) => ({
  versions: [version(first), version({ name: 'v2', storage: false, ...second })],
})

/** What is told, without the long words of what a name is. */
const told = (errors: readonly FieldError[]): readonly string[] =>
  errors.map((error) =>
    fieldErrorText(error).replace(/a (?:DNS-1035 label|lowercase RFC 1123 subdomain) must .*'\)$/, 'no name'),
  )
const wrong = (spec: object, more: object = {}) => told(validateDefinition(definition(spec, more)))
const changed = (spec: object, old: object = {}, more: object = {}, oldMore: object = {}) =>
  told(validateDefinitionUpdate(definition(spec, more), definition(old, oldMore)))
const WHERE = 'spec.versions[0]'

test('a definition is named by what it declares: words, and a domain', () => {
  assert.deepEqual(wrong({}), [])
  assert.deepEqual(wrong({ group: '' }, { metadata: { name: 'dials.' } }), [
    'metadata.name: Invalid value: "dials.": no name',
    'spec.group: Required value',
  ])
  assert.deepEqual(wrong({ group: 'Lab.x' }, { metadata: { name: 'dials.Lab.x' } }), [
    'metadata.name: Invalid value: "dials.Lab.x": no name',
    'spec.group: Invalid value: "Lab.x": no name',
  ])
  assert.deepEqual(wrong({ group: 'lab' }, { metadata: { name: 'dials.lab' } }), [
    'spec.group: Invalid value: "lab": should be a domain with at least one dot',
  ])
  assert.deepEqual(wrong({}, { metadata: { name: 'knobs.lab.example' } }), [
    'metadata.name: Invalid value: "knobs.lab.example": must be spec.names.plural+"."+spec.group',
  ])
  assert.deepEqual(wrong({ scope: '' }), ['spec.scope: Required value'])
  assert.deepEqual(wrong({ scope: 'Both' }), [
    'spec.scope: Unsupported value: "Both": supported values: "Cluster", "Namespaced"',
  ])
  assert.deepEqual(wrong({ scope: 'Cluster' }), [])
  const absent = wrong(names({ plural: '', singular: '', kind: '', listKind: '' }))
  const required = ['plural', 'singular', 'kind', 'listKind'].map((name) => `spec.names.${name}: Required value`)
  assert.deepEqual(absent.slice(1), required)
  const odd = {
    plural: 'D',
    singular: '1d',
    kind: 'D_',
    listKind: '-L',
    shortNames: ['n', 'N'],
    categories: ['all', 'B'],
  }
  assert.deepEqual(wrong(names(odd)).slice(1), [
    'spec.names.plural: Invalid value: "D": no name',
    'spec.names.singular: Invalid value: "1d": no name',
    'spec.names.kind: Invalid value: "D_": may have mixed case, but should otherwise match: no name',
    'spec.names.listKind: Invalid value: "-L": may have mixed case, but should otherwise match: no name',
    'spec.names.shortNames[1]: Invalid value: "N": no name',
    'spec.names.categories[1]: Invalid value: "B": no name',
  ])
  assert.deepEqual(wrong(names({ listKind: 'Dial' })), [
    'spec.names.listKind: Invalid value: "Dial": kind and listKind may not be the same',
  ])
})

test('of its versions each has a name of its own and a schema, and one is stored', () => {
  const stored = 'must have exactly one version marked as storage version'
  const gone = wrong({ versions: [] })
  assert.equal(gone[0], `spec.versions: Invalid value: null: ${stored}`)
  assert.match(
    gone[1]!,
    /^status\.storedVersions\[0\]: Invalid value: "v1": missing from spec\.versions; v1 was previously/,
  )
  assert.deepEqual(wrong({ versions: undefined }), gone)
  const rest =
    '"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null'
  const shown = (name: string, isStored: boolean) =>
    `{"Name":"${name}","Served":true,"Storage":${isStored},"Deprecated":false,${rest}}`
  assert.deepEqual(wrong(two({ storage: false }, {})), [
    `spec.versions: Invalid value: [${shown('v1', false)},${shown('v2', false)}]: ${stored}`,
  ])
  assert.deepEqual(wrong(two({}, { storage: true })), [
    `spec.versions: Invalid value: [${shown('v1', true)},${shown('v2', true)}]: ${stored}`,
    'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
  ])
  assert.deepEqual(wrong(two({}, { name: 'v1' })), [
    `spec.versions: Invalid value: [${shown('v1', true)},${shown('v1', false)}]: must contain unique version names`,
  ])
  assert.deepEqual(wrong(one({ name: 'V1' }), { status: { storedVersions: ['V1'] } }), [
    `${WHERE}.name: Invalid value: "V1": no name`,
    'spec.version: Invalid value: "V1": no name',
  ])
  for (const schema of [undefined, {}])
    assert.deepEqual(wrong(one({ schema })), [`${WHERE}.schema.openAPIV3Schema: Required value`])
  assert.deepEqual(wrong(two({}, { schema: undefined })), ['spec.versions[1].schema.openAPIV3Schema: Required value'])
})

test('where all versions are of one mind, what is wrong with it is told once', () => {
  const columns = { additionalPrinterColumns: [{ name: 'N', type: 'string', jsonPath: 'x' }] }
  const why = 'Invalid value: "x": must be a simple json path starting with .'
  assert.deepEqual(wrong(two(columns, columns)), [`spec.additionalPrinterColumns[0].JSONPath: ${why}`])
  assert.deepEqual(wrong(two({}, columns)), [`spec.versions[1].additionalPrinterColumns[0].JSONPath: ${why}`])
  const scale = { subresources: { scale: { specReplicasPath: '.spec.r', statusReplicasPath: 'x' } } }
  assert.deepEqual(wrong(two(scale, scale)), [`spec.subresources.scale.statusReplicasPath: ${why}`])
  assert.deepEqual(wrong(two(scale, {})), [`${WHERE}.subresources.scale.statusReplicasPath: ${why}`])
  const nullable = { schema: schemaOf({ type: 'object' }, { nullable: true }) }
  const root = 'schema.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root'
  assert.deepEqual(wrong(two(nullable, nullable)), [`spec.validation.${root.slice(7)}`])
  assert.deepEqual(wrong(two({}, nullable)), [`spec.versions[1].${root}`])
  const field = { selectableFields: [{ jsonPath: '.spec.x' }] }
  const lost = 'Invalid value: ".spec.x": is an invalid path: does not refer to a valid field'
  assert.deepEqual(wrong(two(field, field)), [`spec.selectableFields[0].jsonPath: ${lost}`])
})

test('a warning stands at a deprecated version, is short, and can be printed', () => {
  const at = `${WHERE}.deprecationWarning: Invalid value:`
  const warned = (deprecationWarning: string, deprecated = true) => wrong(one({ deprecated, deprecationWarning }))
  assert.deepEqual(warned('é'.repeat(128)), [])
  assert.deepEqual(warned('x', false), [`${at} "x": can only be set for deprecated versions`])
  assert.deepEqual(warned(''), [`${at} "": must not be an empty string`])
  assert.deepEqual(warned(`a${'é'.repeat(128)}`), [`${at} "a${'é'.repeat(128)}": must be <= 256 characters long`])
  assert.deepEqual(warned('é\na\tb'), [
    `${at} "é\\na\\tb": must only contain printable UTF-8 characters; non-printable character found at index 2`,
  ])
})

test('a schema whose status is a subresource says at its root what an object is, and no more', () => {
  const status = { subresources: { status: {} } }
  const limited = { schema: schemaOf({ type: 'object' }, { title: 't', description: 'd', maxProperties: 3 }) }
  assert.deepEqual(wrong(one(limited)), [])
  const [only, ...others] = wrong(one({ ...status, ...limited }))
  assert.match(
    only!,
    /^spec\.validation\.openAPIV3Schema: Invalid value: \{"ID":"".*: only \[Description Type .*\] fields are allowed at the root of the schema if the status subresource is enabled$/,
  )
  assert.deepEqual(others, [])
  const list = { schema: { openAPIV3Schema: { type: 'array', items: { type: 'string' } } } }
  const at = 'spec.validation.openAPIV3Schema.type: Invalid value: "array":'
  assert.deepEqual(wrong(one({ ...status, ...list })), [
    `${at} only "object" is allowed as the type at the root of the schema if the status subresource is enabled`,
    `${at} must be object at the root`,
  ])
  assert.deepEqual(wrong(one(list)), [`${at} must be object at the root`])
})

test('the paths of a scale lie in spec and status', () => {
  const scale = (more: object) =>
    wrong(one({ subresources: { scale: { specReplicasPath: '.spec.r', statusReplicasPath: '.status.r', ...more } } }))
  const at = 'spec.subresources.scale'
  assert.deepEqual(scale({ labelSelectorPath: '.status.s' }), [])
  assert.deepEqual(scale({ labelSelectorPath: '.spec.s' }), [])
  assert.deepEqual(scale({ specReplicasPath: '', statusReplicasPath: '' }), [
    `${at}.specReplicasPath: Required value`,
    `${at}.statusReplicasPath: Required value`,
  ])
  const simple = 'must be a simple json path starting with .'
  assert.deepEqual(scale({ specReplicasPath: 'spec.r', statusReplicasPath: 'x', labelSelectorPath: 'y' }), [
    `${at}.specReplicasPath: Invalid value: "spec.r": ${simple}`,
    `${at}.statusReplicasPath: Invalid value: "x": ${simple}`,
    `${at}.labelSelectorPath: Invalid value: "y": ${simple}`,
  ])
  assert.deepEqual(
    scale({ specReplicasPath: '.status.r', statusReplicasPath: '.spec.r', labelSelectorPath: '.metadata.r' }),
    [
      `${at}.specReplicasPath: Invalid value: ".status.r": should be a json path under .spec`,
      `${at}.statusReplicasPath: Invalid value: ".spec.r": should be a json path under .status`,
      `${at}.labelSelectorPath: Invalid value: ".metadata.r": should be a json path under either .spec or .status`,
    ],
  )
})

test('a column has a name, a type and a path, and may have a format', () => {
  const column = (more: object) => {
    const fine = { name: 'N', type: 'string', jsonPath: '.spec.n' }
    return wrong(one({ additionalPrinterColumns: [fine, { ...fine, ...more }] }))
  }
  const at = 'spec.additionalPrinterColumns[1]'
  for (const type of ['boolean', 'date', 'integer', 'number', 'string']) assert.deepEqual(column({ type }), [])
  for (const format of ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'])
    assert.deepEqual(column({ format }), [])
  const types = 'must be one of boolean,date,integer,number,string'
  assert.deepEqual(column({ name: '', type: '', jsonPath: '' }), [
    `${at}.name: Required value`,
    `${at}.type: Required value: ${types}`,
    `${at}.JSONPath: Required value`,
  ])
  assert.deepEqual(column({ type: 'text', format: 'x', jsonPath: 'spec' }), [
    `${at}.type: Invalid value: "text": ${types}`,
    `${at}.format: Invalid value: "x": must be one of byte,date,date-time,double,float,int32,int64,password`,
    `${at}.JSONPath: Invalid value: "spec": must be a simple json path starting with .`,
  ])
})

test('objects are selected by fields that hold one value, eight at most', () => {
  const text = { type: 'string' }
  const properties = {
    a: text,
    b: { type: 'boolean' },
    i: { type: 'integer' },
    n: { type: 'number' },
    o: { type: 'object', properties: { x: text } },
    l: { type: 'array', items: text },
  }
  const selected = (paths: readonly string[], known: object = properties) =>
    wrong(
      one({
        selectableFields: paths.map((jsonPath) => ({ jsonPath })),
        schema: schemaOf({ type: 'object', properties: known }),
      }),
    )
  assert.deepEqual(selected(['.spec.a', '.spec.b', '.spec.i', '.spec.o.x']), [])
  const at = (index: number) => `spec.selectableFields[${index}].jsonPath:`
  const scalar =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
  assert.deepEqual(
    selected(['', 'spec.a', '.spec.n', '.spec.o', '.spec.l[0]', '.spec.z', '.metadata.name', '.spec.a', '.spec.a']),
    [
      `${at(0)} Required value`,
      `${at(1)} Invalid value: "spec.a": is an invalid path: expected [ or . but got: spec`,
      `${at(2)} Invalid value: ".spec.n": ${scalar}`,
      `${at(3)} Invalid value: ".spec.o": ${scalar}`,
      `${at(4)} Invalid value: ".spec.l[0]": is an invalid path: array notation is not allowed`,
      `${at(5)} Invalid value: ".spec.z": is an invalid path: does not refer to a valid field`,
      `${at(6)} Invalid value: ".metadata.name": is an invalid path: does not refer to a valid field`,
      `${at(8)} Duplicate value: ".spec.a"`,
    ],
  )
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`f${index}`, text]))
  const paths = Object.keys(many).map((name) => `.spec.${name}`)
  assert.deepEqual(selected(paths.slice(0, 8), many), [])
  assert.deepEqual(selected(paths, many), ['spec.selectableFields: Too many: 9: must have at most 8 items'])
  const without = (name: string) => ({ schema: undefined, selectableFields: [{ jsonPath: `.spec.${name}` }] })
  assert.equal(
    wrong(two(without('a'), without('b')))[2],
    `${WHERE}.selectableFields: Invalid value: "": may only be set when \`version.schema.openAPIV3Schema\` is not included`,
  )
})

test('free fields are no longer to be had, and go with neither defaults nor conversion', () => {
  const [free] = wrong({ preserveUnknownFields: true })
  assert.equal(
    free,
    'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
  )
  const defaults = one({ schema: schemaOf({ type: 'string', default: 'x' }) })
  assert.deepEqual(wrong({ preserveUnknownFields: true, ...defaults }), [
    'spec.preserveUnknownFields: Invalid value: true: must be false in order to use defaults in the schema',
    free,
  ])
  const webhook = { clientConfig: { url: 'https://a/b' }, conversionReviewVersions: ['v1'] }
  assert.deepEqual(wrong({ preserveUnknownFields: true, conversion: { strategy: 'Webhook', webhook } }), [
    'spec.conversion.strategy: Invalid value: "Webhook": must be None if spec.preserveUnknownFields is true',
    free,
  ])
  assert.deepEqual(changed({ preserveUnknownFields: true }), [free])
  assert.deepEqual(changed({ preserveUnknownFields: true }, { preserveUnknownFields: true }), [])
})

test('objects are converted by nobody, or by a webhook that can be found', () => {
  const conversion = (given: unknown) => wrong({ conversion: given })
  const asked = (clientConfig: unknown, conversionReviewVersions: readonly string[] = ['v1']) =>
    conversion({ strategy: 'Webhook', webhook: { clientConfig, conversionReviewVersions } })
  const at = 'spec.conversion'
  assert.deepEqual(conversion(undefined), [])
  assert.deepEqual(conversion({ strategy: '' }), [`${at}.strategy: Required value`])
  assert.deepEqual(conversion({ strategy: 'Odd' }), [
    `${at}.strategy: Unsupported value: "Odd": supported values: "None", "Webhook"`,
  ])
  const stray = 'Forbidden: should not be set when strategy is not set to Webhook'
  const webhook = { clientConfig: { url: 'https://a' }, conversionReviewVersions: ['v1'] }
  assert.deepEqual(conversion({ strategy: 'None', webhook }), [
    `${at}.webhookClientConfig: ${stray}`,
    `${at}.conversionReviewVersions: ${stray}`,
  ])
  assert.deepEqual(conversion({ strategy: 'None', webhook: { conversionReviewVersions: [] } }), [])
  assert.deepEqual(conversion({ strategy: 'Webhook' }), [
    `${at}.webhookClientConfig: Required value: required when strategy is set to Webhook`,
    `${at}.conversionReviewVersions: Required value`,
  ])
  const service = { namespace: 'n', name: 's', port: 443, path: '/x' }
  const either = [`${at}.webhookClientConfig: Required value: exactly one of url or service is required`]
  assert.deepEqual(asked({ url: 'https://a/b', service }), either)
  assert.deepEqual(asked({}), either)
  assert.deepEqual(asked({ service }), [])
  assert.deepEqual(asked({ url: 'http://a/b' }), [
    `${at}.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
  ])
  // Kubernetes takes one for the other.
  assert.deepEqual(asked({ service: { ...service, name: '' } }), [
    `${at}.webhookClientConfig.service.namespace: Required value`,
  ])
  const fine = { url: 'https://a/b' }
  assert.deepEqual(asked(fine, ['v1', 'v1', 'V2']), [
    `${at}.conversionReviewVersions[1]: Invalid value: "v1": duplicate version`,
    `${at}.conversionReviewVersions[2]: Invalid value: "V2": no name`,
  ])
  assert.deepEqual(asked(fine, ['v2', 'v1beta1']), [])
  assert.deepEqual(asked(fine, ['v2']), [
    `${at}.conversionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1`,
  ])
  assert.deepEqual(asked(fine, []), [`${at}.conversionReviewVersions: Required value`])
})

const established = { status: { conditions: [{ type: 'Established', status: 'True' }] } }

test('certificates that nobody can read are refused once the definition is established, unless it had such', () => {
  const webhook = { clientConfig: { url: 'https://a/b', caBundle: 'AQ==' }, conversionReviewVersions: ['v1'] }
  const unread = { conversion: { strategy: 'Webhook', webhook } }
  const why =
    'spec.conversion.webhookClientConfig.caBundle: Invalid value: "AQ==": unable to load root certificates: unable to parse bytes as PEM block'
  assert.deepEqual(wrong(unread), [])
  assert.deepEqual(changed(unread), [])
  assert.deepEqual(changed(unread, {}, {}, established), [why])
  assert.deepEqual(changed(unread, unread, {}, established), [])
})

test('in the groups of Kubernetes a definition says who has approved of it', () => {
  const key = 'api-approved.kubernetes.io'
  const at = `metadata.annotations[${key}]`
  const must = `protected groups must have approval annotation "${key}"`
  const more = 'see https://github.com/kubernetes/enhancements/pull/1111'
  const of = (group: string, approval?: string) => ({
    metadata: { name: `dials.${group}`, annotations: approval === undefined ? {} : { [key]: approval } },
  })
  const missing = [`${at}: Required value: ${must}, ${more}`]
  for (const group of ['x.k8s.io', 'k8s.io', 'kubernetes.io']) assert.deepEqual(wrong({ group }, of(group)), missing)
  assert.deepEqual(wrong({ group: 'myk8s.io' }, of('myk8s.io')), [])
  const said = (approval: string) => wrong({ group: 'k8s.io' }, of('k8s.io', approval))
  assert.deepEqual(said(''), missing)
  for (const fine of ['unapproved, x', 'https://a/b']) assert.deepEqual(said(fine), [])
  for (const bad of ['a', 'https:', '//x'])
    assert.deepEqual(said(bad), [
      `${at}: Invalid value: "${bad}": ${must} with either a URL or a reason starting with "unapproved", ${more}`,
    ])
  const group = { group: 'k8s.io' }
  assert.deepEqual(changed(group, group, of('k8s.io', 'x'), of('k8s.io', 'y')), [], 'it was as wrong before')
  assert.deepEqual(changed(group, group, of('k8s.io', ''), of('k8s.io', 'https://a/b')), missing)
})

test('versions in which objects may still be stored stay, and names that were accepted are names', () => {
  const stored = (storedVersions: unknown) => wrong({}, { status: { storedVersions } })
  const missing = (index: number) =>
    `status.storedVersions[${index}]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v0 and removes v0 from status.storedVersions`
  assert.deepEqual(stored([]), ['status.storedVersions: Invalid value: []: must have at least one stored version'])
  assert.deepEqual(stored(undefined), [
    'status.storedVersions: Invalid value: null: must have at least one stored version',
  ])
  assert.deepEqual(stored(['v0']), [
    'status.storedVersions: Invalid value: ["v0"]: must have the storage version v1',
    missing(0),
  ])
  assert.deepEqual(stored(['v1', 'v0', 'v0']), [missing(2)])
  const acceptedNames = { plural: 'X', kind: 'K', listKind: 'K' }
  const names = [
    'status.acceptedNames.plural: Invalid value: "X": no name',
    'status.acceptedNames.listKind: Invalid value: "K": kind and listKind may not be the same',
  ]
  assert.deepEqual(wrong({}, { status: { acceptedNames } }), names)
  const status = (next: object) => told(validateDefinitionStatus(definition({}, { status: next }), definition()))
  assert.deepEqual(status({ acceptedNames }), names)
  assert.deepEqual(status({ storedVersions: [] }), [])
})

test('group and plural never change, nor do scope and kind once it is established', () => {
  const immutable = (field: string, value: string) => `spec.${field}: Invalid value: "${value}": field is immutable`
  assert.deepEqual(changed({}), [])
  assert.deepEqual(changed({ scope: 'Cluster', ...names({ kind: 'Knob' }) }), [])
  assert.deepEqual(changed({ scope: 'Cluster', ...names({ kind: 'Knob' }) }, {}, {}, established), [
    immutable('scope', 'Cluster'),
    immutable('names.kind', 'Knob'),
  ])
  assert.deepEqual(changed({ group: 'lab.other', ...names({ plural: 'knobs' }) }), [
    immutable('group', 'lab.other'),
    immutable('names.plural', 'knobs'),
  ])
})

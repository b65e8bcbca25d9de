import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namespaces } from '#api/core/namespace/resource.ts'
import { nodes } from '#api/core/node/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { attributesOf } from './attributes.ts'
import { hooksOf } from './hook.ts'
import { formOf, isSelected } from './matching.ts'
import { ReviewError, readVerdict, requestOf, reviewVersion } from './review.ts'
import { isExempt, matchesRule } from './rules.ts'

type Loose = any
const PODS = { group: '', version: 'v1', plural: 'pods' }
const asked = (more: object = {}): Loose => ({
  operation: 'CREATE',
  resource: PODS,
  subresource: '',
  namespace: 'n',
  ...more,
})
const RULE = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
const fits = (rule: object, more: object = {}) => matchesRule({ ...RULE, ...rule }, asked(more))

test('a rule is about an operation, a group, a version and a resource, or any of them', () => {
  assert.ok(fits({}) && fits({ operations: ['UPDATE', 'CREATE'] }))
  for (const field of ['operations', 'apiGroups', 'apiVersions', 'resources'] as const) {
    assert.ok(fits({ [field]: ['*'] }), field)
    assert.ok(!fits({ [field]: ['other'] }), field)
    assert.ok(!fits({ [field]: [] }) && !fits({ [field]: undefined }), field)
  }
  const status = { subresource: 'status' }
  assert.ok(!fits({}, status) && !fits({ resources: ['*'] }, status) && !fits({ resources: ['pods/log'] }, status))
  for (const one of ['pods/status', 'pods/*', '*/status', '*/*']) assert.ok(fits({ resources: [one] }, status), one)
  for (const one of ['pods/*', '*/*', '*', 'pods']) assert.ok(fits({ resources: [one] }), one)
  for (const one of ['pods/status', '*/status', 'nodes/*']) assert.ok(!fits({ resources: [one] }), one)
})

test('a rule may be about what lies in namespaces, or about what does not', () => {
  const cluster = { namespace: '', resource: { ...PODS, plural: 'nodes' } }
  const own = { namespace: 'n', resource: { ...PODS, plural: 'namespaces' } }
  const of = (scope: string | undefined) =>
    [{}, cluster, own].map((more) => fits({ scope, resources: ['*'] }, more)).join(' ')
  assert.equal(of(undefined), 'true true true')
  assert.equal(of(''), 'true true true')
  assert.equal(of('*'), 'true true true')
  assert.equal(of('Namespaced'), 'true false false')
  assert.equal(of('Cluster'), 'false true true')
  assert.equal(of('Odd'), 'false false false')
})

test('nobody has a say in who has a say', () => {
  const group = 'admissionregistration.k8s.io'
  for (const kind of ['webhookconfigurations', 'admissionpolicies', 'admissionpolicybindings'])
    for (const how of ['mutating', 'validating'])
      assert.ok(isExempt({ group, version: 'v1', plural: `${how}${kind}` }), `${how}${kind}`)
  assert.ok(!isExempt({ group: 'other', version: 'v1', plural: 'validatingwebhookconfigurations' }))
  assert.ok(!isExempt({ group, version: 'v1', plural: 'others' }))
})

test('a hook is told of a request in its own form, or in another that its rules name', () => {
  const other: Loose = { resource: { group: 'old', version: 'v1', plural: 'pods' }, kind: { kind: 'Old' } }
  const kind = { group: '', version: 'v1', kind: 'Pod' }
  const form = (rules: readonly object[], matchPolicy?: string) =>
    formOf(rules as Loose, matchPolicy, { ...asked(), kind }, [other])?.kind.kind
  const old = { ...RULE, apiGroups: ['old'] }
  assert.equal(form([RULE]), 'Pod')
  assert.equal(form([old, RULE]), 'Pod')
  assert.equal(form([old]), 'Old')
  assert.equal(form([old], 'Equivalent'), 'Old')
  assert.equal(form([old], 'Exact'), undefined)
  assert.equal(form([RULE], 'Exact'), 'Pod')
  assert.equal(form([]), undefined)
  const own = formOf([RULE], undefined, { ...asked(), kind }, [])!
  const object = { metadata: {} } as never
  assert.deepEqual([own.show(object), own.take(object)], [object, object])
})

test('a hook is asked of what its selectors hold for', () => {
  const around: Loose = { namespaceLabels: (name: string) => ({ name }), equivalents: [] }
  const labelled = (a: string) => ({ metadata: { labels: { a } } })
  const selected = (selectors: object, more: object = {}) => isSelected(selectors, asked(more), around)
  const objectSelector = { matchLabels: { a: 'x' } }
  assert.ok(selected({}) && selected({ objectSelector: {}, namespaceSelector: { matchExpressions: [] } }))
  assert.ok(selected({ objectSelector }, { object: labelled('x') }))
  assert.ok(selected({ objectSelector }, { object: labelled('y'), oldObject: labelled('x') }))
  assert.ok(!selected({ objectSelector }, { object: labelled('y') }) && !selected({ objectSelector }))
  const exists = { matchExpressions: [{ key: 'a', operator: 'Exists' }] }
  assert.ok(selected({ objectSelector: exists }, { object: labelled('z') }))
  assert.ok(!selected({ objectSelector: exists }, { object: { metadata: {} } }))
  const namespaceSelector = { matchLabels: { name: 'n' } }
  assert.ok(selected({ namespaceSelector }) && !selected({ namespaceSelector }, { namespace: 'm' }))
  assert.ok(selected({ namespaceSelector }, { namespace: '' }), 'what lies in no namespace')
  const own = {
    resource: { ...PODS, plural: 'namespaces' },
    namespace: 'm',
    object: { metadata: { labels: { name: 'n' } } },
  }
  for (const operation of ['CREATE', 'UPDATE']) assert.ok(selected({ namespaceSelector }, { ...own, operation }))
  assert.ok(!selected({ namespaceSelector }, { ...own, operation: 'DELETE' }), 'as it is')
  assert.ok(!selected({ namespaceSelector }, { ...own, subresource: 'status' }))
  const elsewhere = { ...own, resource: { group: 'x', version: 'v1', plural: 'namespaces' } }
  assert.ok(!selected({ namespaceSelector }, elsewhere))
})

test('hooks are asked by the names of their configurations, and each has a name that is its own', () => {
  const webhook = (name: string): Loose => ({ name })
  const hooks = hooksOf([
    { metadata: { name: 'b' }, webhooks: [webhook('x')] },
    { metadata: { name: 'c' } },
    { metadata: { name: 'a' }, webhooks: [webhook('y'), webhook('y')] },
    { webhooks: [webhook('z')] },
  ])
  assert.deepEqual(
    hooks.map(({ id, configuration, index }) => [id, configuration, index]),
    [
      ['/z/0', '', 0],
      ['a/y/0', 'a', 1],
      ['a/y/1', 'a', 2],
      ['b/x/0', 'b', 3],
    ],
  )
})

test('a request says where it lies and with what options it came', () => {
  const caller: Loose = { name: 'rita', groups: [] }
  const told: Loose = { operation: 'CREATE', kind: {}, subresource: '', name: 'x', dryRun: false }
  const meta = { apiVersion: 'meta.k8s.io/v1' }
  assert.equal(attributesOf(pods, { caller, namespace: 'n' }, told).namespace, 'n')
  assert.equal(attributesOf(nodes, { caller, namespace: 'n' }, told).namespace, '')
  assert.equal(attributesOf(namespaces, { caller }, told).namespace, 'x')
  assert.deepEqual(attributesOf(pods, { caller }, told).options, { kind: 'CreateOptions', ...meta })
  const sent = { fieldManager: 'm' }
  assert.deepEqual(attributesOf(pods, { caller, sent }, { ...told, operation: 'UPDATE', dryRun: true }).options, {
    ...{ kind: 'UpdateOptions', ...meta },
    ...{ fieldManager: 'm', dryRun: ['All'] },
  })
  const own = { ...told, operation: 'DELETE', options: { propagationPolicy: 'Orphan' } }
  assert.deepEqual(attributesOf(pods, { caller, sent }, own).options, {
    ...{ kind: 'DeleteOptions', ...meta },
    propagationPolicy: 'Orphan',
  })
  assert.ok(!('options' in attributesOf(pods, { caller, sent }, { ...told, operation: 'CONNECT' })))
})

test('a review names who asks with all that is known of them, and leaves out what is not there', () => {
  const kind = { group: 'g', version: 'v1', kind: 'K' }
  const resource = { group: 'g', version: 'v1', plural: 'ks' }
  const request = (more: object = {}): Loose =>
    requestOf(
      { ...asked(), kind, resource, name: 'x', dryRun: true, caller: { name: 'rita', groups: ['a'] }, ...more },
      { kind, resource },
    )
  const { userInfo, ...plain } = request()
  const gvr = { group: 'g', version: 'v1', resource: 'ks' }
  assert.deepEqual(plain, {
    ...{ kind, resource: gvr, requestKind: kind, requestResource: gvr, name: 'x', namespace: 'n' },
    ...{ operation: 'CREATE', dryRun: true, options: null },
  })
  assert.deepEqual(userInfo, { username: 'rita', groups: ['a'] })
  const caller = { name: 'rita', groups: [], uid: 'u', extra: { k: ['v'] } }
  assert.deepEqual(request({ caller }).userInfo, { username: 'rita', uid: 'u', groups: [], extra: { k: ['v'] } })
  assert.deepEqual(request({ caller: { ...caller, uid: '', extra: {} } }).userInfo, { username: 'rita', groups: [] })
  const part = request({ subresource: 'status', name: '', namespace: '' })
  assert.deepEqual([part.subResource, part.requestSubResource], ['status', 'status'])
  assert.ok(!('name' in part) && !('namespace' in part))
  assert.deepEqual(
    [reviewVersion(['v2', 'v1beta1', 'v1']), reviewVersion(['v2']), reviewVersion()],
    ['v1beta1', undefined, undefined],
  )
})

const review = (response: unknown, more: object = {}) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  response,
  ...more,
})
const encoded = (text: string) => Buffer.from(text).toString('base64')

test('an answer is read with all that it says', () => {
  const read = (response: object, isMutating = true) =>
    readVerdict('u', 'v1', isMutating, review({ uid: 'u', ...response }))
  assert.deepEqual(read({}), { allowed: false, warnings: [], auditAnnotations: {} })
  assert.deepEqual(read({ allowed: true }).allowed, true)
  assert.deepEqual(read({ allowed: 'true' }).allowed, false)
  const full = { allowed: true, status: { message: 'm' }, patch: encoded('[é]'), patchType: 'JSONPatch' }
  assert.deepEqual(read({ ...full, warnings: ['w', 1], auditAnnotations: { a: 'b', c: 1 } }), {
    ...{ allowed: true, result: { message: 'm' }, patch: '[é]', patchType: 'JSONPatch' },
    ...{ warnings: ['w'], auditAnnotations: { a: 'b' } },
  })
  for (const odd of [null, [], 'x']) {
    const { result, warnings, auditAnnotations } = read({ status: odd, warnings: odd, auditAnnotations: odd })
    assert.deepEqual([result, warnings.length, auditAnnotations], [undefined, odd === null ? 0 : 0, {}])
  }
})

test('an answer that is none says what was expected', () => {
  const why = (body: object, isMutating = true, version = 'v1') => {
    try {
      readVerdict('u', version, isMutating, body)
      return ''
    } catch (error) {
      assert.ok(error instanceof ReviewError)
      assert.equal(error.code, 'REVIEW_INVALID')
      return error.message
    }
  }
  const of = (response: object, isMutating?: boolean) => why(review({ uid: 'u', ...response }), isMutating)
  for (const response of [undefined, null, 'x', []]) assert.equal(why(review(response)), 'webhook response was absent')
  assert.equal(of({ uid: 'other' }), 'expected response.uid="u", got "other"')
  assert.equal(of({ uid: 1 }), 'expected response.uid="u", got ""')
  const expected = 'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got'
  const other = (more: object) => why(review({ uid: 'u' }, more))
  assert.equal(
    other({ apiVersion: 'admission.k8s.io/v1beta1' }),
    `${expected} admission.k8s.io/v1beta1, Kind=AdmissionReview`,
  )
  assert.equal(other({ apiVersion: 1, kind: 'Odd' }), `${expected} /, Kind=Odd`)
  assert.equal(other({ kind: 1 }), `${expected} admission.k8s.io/v1, Kind=`)
  const patch = encoded('[]')
  assert.equal(of({ patch }, false), 'validating webhook may not return response.patch')
  assert.equal(of({ patchType: 'JSONPatch' }, false), 'validating webhook may not return response.patchType')
  assert.equal(of({ patch }), 'webhook returned response.patch but not response.patchType')
  assert.equal(of({ patchType: 'JSONPatch' }), 'webhook returned response.patchType but not response.patch')
  assert.equal(of({ patch, patchType: '' }), 'webhook returned invalid response.patchType of ""')
  assert.equal(of({ patch: '*', patchType: 'JSONPatch' }), 'response.patch is not base64')
  assert.equal(why({ response: { allowed: true, patch } }, true, 'v1beta1'), '', 'v1beta1 said less')
  assert.equal(readVerdict('u', 'v1beta1', true, { response: { patch } }).patchType, 'JSONPatch')
})

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { refusals, refusedChange } from '#api/testing/refusals.ts'
import { webhookConfiguration } from '../configuration.ts'

before(() => webhookConfiguration.load())

const rule = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }
const webhook = {
  name: 'w.example.com',
  clientConfig: { url: 'https://127.0.0.1:8443/check' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
}
const validating = (...webhooks: object[]): any => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'c', resourceVersion: '1' },
  webhooks,
})
const mutating = (...webhooks: object[]) => ({ ...validating(...webhooks), kind: 'MutatingWebhookConfiguration' })
const said = (more: object) => refusals(validating({ ...webhook, ...more }))

test('a configuration with webhooks, or with none, is taken', () => {
  assert.deepEqual(refusals(validating(webhook)), [])
  assert.deepEqual(refusals(mutating({ ...webhook, reinvocationPolicy: 'IfNeeded' })), [])
  assert.deepEqual(refusals(validating()), [])
  const service = { namespace: 'n', name: 's', path: '/a/b.c/', port: 8443 }
  assert.deepEqual(said({ clientConfig: { service } }), [])
  assert.deepEqual(said({ rules: [{ ...rule, resources: ['*', 'pods/exec', '*/scale'] }] }), [])
})

test('a webhook has a name of a domain, which no other of its configuration has', () => {
  assert.deepEqual(said({ name: '' }), ['webhooks[0].name: Required value'])
  assert.deepEqual(said({ name: 'a.b' }), [
    'webhooks[0].name: Invalid value: "a.b": should be a domain with at least three segments separated by dots',
  ])
  assert.match(said({ name: 'A.b.c' })[0]!, /^webhooks\[0\]\.name: Invalid value: "A\.b\.c": a lowercase RFC 1123 /)
  assert.deepEqual(refusals(validating(webhook, webhook)), ['webhooks[1].name: Duplicate value: "w.example.com"'])
})

test('a webhook says what it does beside answering, and may be asked in a dry run', () => {
  assert.deepEqual(said({ sideEffects: undefined }), [
    'webhooks[0].sideEffects: Required value: must specify one of None, NoneOnDryRun',
  ])
  assert.deepEqual(said({ sideEffects: 'Some' }), [
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
  ])
})

test('a webhook understands a version of AdmissionReview that is sent', () => {
  const at = 'webhooks[0].admissionReviewVersions'
  assert.deepEqual(said({ admissionReviewVersions: [] }), [`${at}: Required value: must specify one of v1, v1beta1`])
  assert.deepEqual(said({ admissionReviewVersions: ['v2'] }), [
    `${at}: Invalid value: ["v2"]: must include at least one of v1, v1beta1`,
  ])
  assert.deepEqual(said({ admissionReviewVersions: ['v1', 'v1'] }), [
    `${at}[1]: Invalid value: "v1": duplicate version`,
  ])
  assert.match(said({ admissionReviewVersions: ['v1', '1'] })[0]!, /\[1\]: Invalid value: "1": a DNS-1035 label must/)
})

test('a webhook is found by a URL of HTTPS or by a Service, and not by both', () => {
  const at = 'webhooks[0].clientConfig'
  const url = (text: string) => said({ clientConfig: { url: text } })
  const service = (more: object) => said({ clientConfig: { service: { namespace: 'n', name: 's', ...more } } })
  const neither = [`${at}: Required value: exactly one of url or service is required`]
  assert.deepEqual(said({ clientConfig: {} }), neither)
  assert.deepEqual(said({ clientConfig: { url: 'https://a', service: { namespace: 'n', name: 's' } } }), neither)
  const form = 'desired format: https://host[/path]'
  assert.deepEqual(url('http://a/b'), [
    `${at}.url: Invalid value: "http": 'https' is the only allowed URL scheme; ${form}`,
  ])
  assert.deepEqual(url('https:///b'), [`${at}.url: Invalid value: "": host must be specified; ${form}`])
  assert.deepEqual(url('https://me:pw@a/b?c=d#e'), [
    `${at}.url: Invalid value: "me:pw": user information is not permitted in the URL`,
    `${at}.url: Invalid value: "e": fragments are not permitted in the URL`,
    `${at}.url: Invalid value: "c=d": query parameters are not permitted in the URL`,
  ])
  assert.match(url('https://a b')[0]!, /^webhooks\[0\]\.clientConfig\.url: Required value: url must be a valid URL: /)
  assert.deepEqual(service({ namespace: '', name: '' }), [
    `${at}.service.name: Required value`,
    `${at}.service.namespace: Required value`,
  ])
  assert.deepEqual(service({ port: 70_000 }), [
    `${at}.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive`,
  ])
  assert.deepEqual(service({ path: '//' }), [`${at}.service.path: Invalid value: "//": segment[0] may not be empty`])
  assert.deepEqual(service({ path: '/a//b' }), [
    `${at}.service.path: Invalid value: "/a//b": segment[1] may not be empty`,
  ])
  assert.deepEqual(service({ path: 'xa' }), [`${at}.service.path: Invalid value: "xa": must start with a '/'`])
  assert.match(service({ path: '/A' })[0]!, /"\/A": segment\[0\]: a lowercase RFC 1123 subdomain must/)
})

test('a rule says operations, groups, versions and resources, and nothing beside any', () => {
  const at = 'webhooks[0].rules[0]'
  const ruled = (more: object) => said({ rules: [{ ...rule, ...more }] })
  assert.deepEqual(said({ rules: [{}] }), [
    `${at}.operations: Required value`,
    `${at}.apiGroups: Required value`,
    `${at}.apiVersions: Required value`,
    `${at}.resources: Required value`,
  ])
  assert.deepEqual(ruled({ operations: ['*', 'CREATE'] }), [
    `${at}.operations: Invalid value: ["*","CREATE"]: if '*' is present, must not specify other operations`,
  ])
  assert.deepEqual(ruled({ operations: ['READ'] }), [
    `${at}.operations[0]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"`,
  ])
  assert.deepEqual(ruled({ apiGroups: ['*', 'apps'] }), [
    `${at}.apiGroups: Invalid value: ["*","apps"]: if '*' is present, must not specify other API groups`,
  ])
  assert.deepEqual(ruled({ apiVersions: ['*', ''] }), [
    `${at}.apiVersions: Invalid value: ["*",""]: if '*' is present, must not specify other API versions`,
    `${at}.apiVersions[1]: Required value`,
  ])
  assert.deepEqual(ruled({ scope: 'All' }), [
    `${at}.scope: Unsupported value: "All": supported values: "*", "Cluster", "Namespaced"`,
  ])
})

test('the resources of a rule do not say the same twice', () => {
  const at = 'webhooks[0].rules[0].resources'
  const of = (...resources: string[]) => said({ rules: [{ ...rule, resources }] })
  assert.deepEqual(of(''), [`${at}[0]: Required value`])
  assert.deepEqual(of('*/*', 'a'), [
    `${at}: Invalid value: ["*/*","a"]: if '*/*' is present, must not specify other resources`,
  ])
  assert.deepEqual(of('*', 'a'), [
    `${at}: Invalid value: ["*","a"]: if '*' is present, must not specify other resources without subresources`,
  ])
  assert.deepEqual(of('a/*', 'a/x'), [`${at}[1]: Invalid value: "a/x": if 'a/*' is present, must not specify a/x`])
  assert.deepEqual(of('*/x', 'a/x'), [`${at}[1]: Invalid value: "a/x": if '*/x' is present, must not specify a/x`])
})

test('policies, times, selectors and conditions are of their kind', () => {
  const at = 'webhooks[0]'
  assert.deepEqual(said({ failurePolicy: 'Maybe', matchPolicy: 'Some' }), [
    `${at}.failurePolicy: Unsupported value: "Maybe": supported values: "Fail", "Ignore"`,
    `${at}.matchPolicy: Unsupported value: "Some": supported values: "Equivalent", "Exact"`,
  ])
  assert.deepEqual(refusals(mutating({ ...webhook, reinvocationPolicy: 'Often' })), [
    `${at}.reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"`,
  ])
  for (const timeoutSeconds of [0, 31])
    assert.deepEqual(said({ timeoutSeconds }), [
      `${at}.timeoutSeconds: Invalid value: ${timeoutSeconds}: the timeout value must be between 1 and 30 seconds`,
    ])
  assert.equal(said({ namespaceSelector: { matchLabels: { '-': 'x' } } }).length, 1)
  const condition = (expression: string) => said({ matchConditions: [{ name: 'a', expression }] })
  assert.deepEqual(condition("object.metadata.name != 'x' && request.operation == 'CREATE'"), [])
  assert.deepEqual(condition("authorizer.requestResource.check('breakglass').allowed()"), [])
  assert.match(
    condition('... [] bad expression').join(),
    /^webhooks\[0\]\.matchConditions\[0\]\.expression: Invalid value: "\.\.\. \[\] bad expression": compilation failed: ERROR: <input>:1:\d: Syntax error/,
  )
  assert.deepEqual(condition('object.metadata.name'), [
    `${at}.matchConditions[0].expression: Invalid value: "object.metadata.name": must evaluate to bool but got dyn`,
  ])
  assert.match(condition('params.x == 1').join(), /undeclared reference to 'params'/)
  assert.equal(said({ objectSelector: { matchExpressions: [{ key: 'a', operator: 'Is' }] } }).length, 1)
  assert.deepEqual(said({ matchConditions: [{ name: 'a', expression: ' ' }, { name: 'a', expression: 'true' }, {}] }), [
    `${at}.matchConditions[0].expression: Required value`,
    `${at}.matchConditions[1].name: Duplicate value: "a"`,
    `${at}.matchConditions[2].expression: Required value`,
    `${at}.matchConditions[2].name: Required value`,
  ])
  const many = Array.from({ length: 65 }, (_, index) => ({ name: `c${index}`, expression: 'true' }))
  assert.deepEqual(said({ matchConditions: many }), [`${at}.matchConditions: Too many: 65: must have at most 64 items`])
})

test('what a configuration was let keep, it may keep', () => {
  const change = (before: object, after: object) =>
    refusedChange(validating(before), (object) => {
      object.webhooks = [after]
    })
  const old = { ...webhook, sideEffects: 'Some', admissionReviewVersions: ['v2'] }
  assert.deepEqual(change(old, { ...old, timeoutSeconds: 3 }), [])
  assert.deepEqual(change(webhook, { ...webhook, sideEffects: 'Some' }), [
    'webhooks[0].sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"',
  ])
  assert.deepEqual(change(webhook, { ...webhook, admissionReviewVersions: ['v2'] }), [
    'webhooks[0].admissionReviewVersions: Invalid value: ["v2"]: must include at least one of v1, v1beta1',
  ])
  const odd = { ...webhook, objectSelector: { matchLabels: { a: '-' } } }
  assert.deepEqual(change(odd, odd), [])
  assert.equal(change(webhook, odd).length, 1)
  const nameless = { ...webhook, matchConditions: [{ name: '', expression: 'true' }] }
  assert.deepEqual(change(nameless, nameless), [])
  assert.equal(change(webhook, nameless).length, 1)
})

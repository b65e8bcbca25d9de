import assert from 'node:assert/strict'
import { request } from 'node:http'
import { after, afterEach, before, test } from 'node:test'
import { validatingAdmissionPolicies } from '#api/admissionregistration/validatingadmissionpolicy/resource.ts'
import { validatingAdmissionPolicyBindings } from '#api/admissionregistration/validatingadmissionpolicybinding/resource.ts'
import { deployments } from '#api/apps/deployment/resource.ts'
import { configMaps } from '#api/core/configmap/resource.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { ApiError } from '#client/client.ts'
import { ask } from '../testing/ask.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

const scope = { namespace: 'default' }
let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())
afterEach(async () => {
  for (const resource of [validatingAdmissionPolicies, validatingAdmissionPolicyBindings] as any[])
    for (const { metadata } of (await server.client.list(resource)).items)
      await server.client.delete(resource, metadata!.name!)
  for (const { metadata } of (await server.client.list(configMaps, scope)).items)
    await server.client.delete(configMaps, metadata!.name!, scope)
})

const rule = (more: object = {}) => ({
  operations: ['CREATE', 'UPDATE'],
  apiGroups: [''],
  apiVersions: ['v1'],
  resources: ['configmaps'],
  ...more,
})
const policy = (spec: object, name = 'p') =>
  server.client.create(validatingAdmissionPolicies, {
    ...({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' } as const),
    metadata: { name },
    spec: { matchConstraints: { resourceRules: [rule()] }, ...spec },
  } as any)
const bind = (spec: object = {}, name = 'b') =>
  server.client.create(validatingAdmissionPolicyBindings, {
    ...({ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding' } as const),
    metadata: { name },
    spec: { policyName: 'p', validationActions: ['Deny'], ...spec },
  } as any)
let count = 0
const make = (data: Record<string, string> = {}, more: object = {}, namespace = 'default') =>
  server.client.create(
    configMaps,
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `m-${++count}`, ...more }, data },
    { namespace },
  )
const denied = (work: Promise<unknown>, why: string, code = 422, reason = 'Invalid') =>
  assert.rejects(work, (error) => {
    assert.ok(error instanceof ApiError, String(error))
    const message = `ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`
    const { status } = error
    assert.equal(status.message?.replace(/^configmaps "[^"]*" is forbidden: /, ''), message)
    assert.deepEqual([status.code, status.reason, status.details?.causes], [code, reason, [{ message }]])
    return true
  })
const validation = (expression: string, more: object = {}) => ({ validations: [{ expression, ...more }] })

test('a policy that is bound denies what its expression does not hold for, and nothing else', async () => {
  await policy(validation("object.data.a != 'x'"))
  await make({ a: 'x' })
  await bind()
  await denied(make({ a: 'x' }), "failed expression: object.data.a != 'x'")
  const made = await make({ a: 'y' })
  await denied(
    server.client.patch(configMaps, made.metadata!.name!, 'merge', { data: { a: 'x' } }, scope),
    "failed expression: object.data.a != 'x'",
  )
  await server.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x' } })
  await server.client.delete(configMaps, made.metadata!.name!, scope)
})

test('a denial says what its message, or its expression for one, says, and has a reason with its code', async () => {
  await policy({
    validations: [
      { expression: "object.data.n != '1'", message: ' no ones ', reason: 'Forbidden' },
      { expression: "object.data.n != '2'", messageExpression: "'no ' + object.data.n + 's'", reason: 'Unauthorized' },
      { expression: "object.data.n != '3'", messageExpression: "'no ' + object.data.none", message: 'otherwise' },
      { expression: "object.data.n != '4'", messageExpression: "'two\\nlines'" },
    ],
  })
  await bind()
  await denied(make({ n: '1' }), 'no ones', 403, 'Forbidden')
  await denied(make({ n: '2' }), 'no 2s', 401, 'Unauthorized')
  await denied(make({ n: '3' }), 'otherwise')
  await denied(make({ n: '4' }), "failed expression: object.data.n != '4'")
})

test('what cannot be evaluated denies, or is passed over, by the failure policy', async () => {
  const expression = "object.data.none == 'x'"
  await policy(validation(expression))
  await bind()
  await denied(make({ a: 'b' }), `expression '${expression}' resulted in error: no such key: none`)
  await server.client.patch(validatingAdmissionPolicies, 'p', 'merge', { spec: { failurePolicy: 'Ignore' } })
  await make({ a: 'b' })
})

test('variables are named by what comes after them, and fail where they are asked for', async () => {
  await policy({
    variables: [
      { name: 'n', expression: 'int(object.data.n)' },
      { name: 'odd', expression: 'variables.n % 2 == 1' },
      { name: 'broken', expression: 'object.data.none' },
    ],
    validations: [
      { expression: 'variables.n > 1' },
      { expression: 'variables.odd' },
      { expression: "object.data.n != '9' || variables.broken == 'x'" },
    ],
  })
  await bind()
  await make({ n: '3' })
  await denied(make({ n: '1' }), 'failed expression: variables.n > 1')
  await denied(make({ n: '4' }), 'failed expression: variables.odd')
  await denied(
    make({ n: '9' }),
    `expression 'object.data.n != '9' || variables.broken == 'x'' resulted in error: composited variable "broken" fails to evaluate: no such key: none`,
  )
})

test('a request is judged with each of the parameters that a binding finds', async () => {
  const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' }
  await policy({
    paramKind,
    matchConditions: [
      { name: 'not-params', expression: "!has(object.metadata.labels) || !('limit' in object.metadata.labels)" },
    ],
    validations: [{ expression: 'params == null || int(object.data.n) <= int(params.data.max)' }],
  })
  await make({ max: '3' }, { name: 'small', labels: { limit: 'yes' } })
  await make({ max: '5' }, { name: 'large', labels: { limit: 'yes' } })
  const why = 'failed expression: params == null || int(object.data.n) <= int(params.data.max)'
  const paramRef = { name: 'small', parameterNotFoundAction: 'Deny' }
  await bind({ paramRef })
  await make({ n: '3' })
  await denied(make({ n: '4' }), why)
  const rebind = (ref: object) =>
    server.client.patch(validatingAdmissionPolicyBindings, 'b', 'merge', { spec: { paramRef: ref } })
  await rebind({ name: 'large' })
  await make({ n: '4' })
  await rebind({ name: null, selector: { matchLabels: { limit: 'yes' } } })
  await denied(make({ n: '4' }), why)
  await rebind({ selector: { matchLabels: { limit: 'no' } } })
  await denied(
    make({ n: '1' }),
    'failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction',
  )
  await rebind({ parameterNotFoundAction: 'Allow' })
  await make({ n: '9' })
})

test('a kind of parameters that is not served refuses what the policy is about', async () => {
  await policy({ paramKind: { apiVersion: 'x.example.com/v1', kind: 'Foo' }, ...validation('true') })
  await bind({ paramRef: { name: 'a', parameterNotFoundAction: 'Allow' } })
  await assert.rejects(
    make(),
    /ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'x\.example\.com\/v1, Kind=Foo'$/,
  )
})

test('selectors, exclusions, names and conditions say whom a policy and its binding are about', async () => {
  const labels = { team: 'a' }
  for (const [name, given] of [
    ['team-a', labels],
    ['team-b', {}],
  ] as const)
    await server.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: given } })
  const matchConstraints = {
    resourceRules: [rule({ resources: ['*'] })],
    excludeResourceRules: [rule({ resourceNames: ['free'] })],
    objectSelector: { matchExpressions: [{ key: 'skip', operator: 'DoesNotExist' }] },
  }
  await policy({ matchConstraints, ...validation('false', { message: 'no' }) })
  await bind({ matchResources: { namespaceSelector: { matchLabels: labels } } })
  await denied(make({}, {}, 'team-a'), 'no')
  await make({}, {}, 'team-b')
  await make({}, { name: 'free' }, 'team-a')
  await make({}, { labels: { skip: 'x' } }, 'team-a')
})

test('expressions see the request, the namespace, and what whoever asks may do', async () => {
  const expressions = [
    "request.operation == 'CREATE' && request.kind.kind == 'ConfigMap' && request.resource.resource == 'configmaps'",
    "request.userInfo.username == 'system:apiserver' && !request.dryRun && oldObject == null",
    "namespaceObject.metadata.name == 'default' && namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'default'",
    "authorizer.group('').resource('pods').namespace('default').check('create').allowed()",
    "authorizer.requestResource.check('delete').allowed()",
    "!authorizer.serviceAccount('default', 'default').group('').resource('secrets').namespace('default').check('get').allowed()",
  ]
  await policy({ validations: expressions.map((expression) => ({ expression })) })
  await bind()
  await make()
})

test('no policy is asked of questions, on whose answers the cluster stands', async () => {
  const everything = rule({ operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] })
  await policy({
    matchConstraints: { resourceRules: [everything] },
    matchConditions: [{ name: 'asked', expression: "request.kind.kind.endsWith('Review')" }],
    validations: [{ expression: 'false' }],
  })
  await bind()
  for (const [group, plural, kind, spec] of [
    ['authentication.k8s.io', 'tokenreviews', 'TokenReview', { token: 'x' }],
    ['authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview', {}],
    ['authorization.k8s.io', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', { namespace: 'default' }],
    [
      'authorization.k8s.io',
      'selfsubjectaccessreviews',
      'SelfSubjectAccessReview',
      { resourceAttributes: { verb: 'get' } },
    ],
  ] as const) {
    const line = `POST /apis/${group}/v1/${plural}`
    assert.equal((await ask(server.socketPath, line, { apiVersion: `${group}/v1`, kind, spec })).status, 201, kind)
  }
})

test('a binding may warn instead', async () => {
  await policy(validation('false', { message: 'mind' }))
  await bind({ validationActions: ['Warn', 'Audit'] })
  const warning = await new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: server.socketPath,
        method: 'POST',
        path: '/api/v1/namespaces/default/configmaps',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        response.resume()
        resolve([response.statusCode, response.headers.warning])
      },
    )
    call.on('error', reject)
    call.end(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'warned' } }))
  })
  assert.deepEqual(warning, [201, `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': mind"`])
})

test('a Deployment is judged by the number of its replicas, its ReplicaSet is not', async () => {
  const matchConstraints = { resourceRules: [rule({ apiGroups: ['apps'], resources: ['deployments'] })] }
  await policy({
    matchConstraints,
    validations: [
      {
        expression: 'object.spec.replicas > 1',
        messageExpression: "'wants replicas > 1, got ' + object.spec.replicas",
      },
    ],
  })
  await bind()
  const labels = { app: 'd' }
  const deployment = (replicas: number): any => ({
    ...({ apiVersion: 'apps/v1', kind: 'Deployment' } as const),
    metadata: { name: `d-${replicas}` },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  })
  await assert.rejects(
    server.client.create(deployments, deployment(1), scope),
    /deployments\.apps "d-1" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: failed expression: object\.spec\.replicas > 1$/,
  )
  await server.client.create(deployments, deployment(2), scope)
})

test('an expression that cannot be compiled is refused with the policy', async () => {
  const refused = (spec: object, why: RegExp) => assert.rejects(policy(spec), why)
  await refused(
    validation('object.'),
    /spec\.validations\[0\]\.expression: Invalid value: "object\.": compilation failed: ERROR: <input>:1:8/,
  )
  await refused(validation('1 + 1'), /must evaluate to bool but got int/)
  await refused(
    validation('true', { messageExpression: '1' }),
    /messageExpression: Invalid value: "1": must evaluate to string but got int/,
  )
  await refused(
    { ...validation('true'), auditAnnotations: [{ key: 'a', valueExpression: '1' }] },
    /must evaluate to one of \[string null_type\] but got int/,
  )
  await refused(
    { variables: [{ name: 'for', expression: '1' }], ...validation('true') },
    /name is not a valid CEL identifier/,
  )
  await refused({}, /spec\.validations: Required value: validations or auditAnnotations must contain at least one item/)
  await refused(
    { matchConstraints: {}, ...validation('true') },
    /spec\.matchConstraints\.resourceRules: Required value/,
  )
  await assert.rejects(bind({ validationActions: ['Deny', 'Warn'] }), /must not contain both Deny and Warn/)
  await assert.rejects(
    bind({ paramRef: {} }),
    /spec\.paramRef: Required value: one of name or selector must be specified/,
  )
})

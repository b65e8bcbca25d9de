import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { ask } from '../../testing/ask.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
before(async () => {
  server = await startTestServer()
})
after(() => server.close())

const review = async (attributes: object, user = 'system:node:n1', groups = ['system:nodes']) => {
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user, groups, resourceAttributes: { verb: 'list', resource: 'pods', ...attributes } },
  }
  return (await ask(server.socketPath, 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews', body)).body
}
const asked = (...requirements: object[]) => ({ fieldSelector: { requirements } })
const onNode = (operator: string, ...values: string[]) => ({ key: 'spec.nodeName', operator, values })

test('a question may be narrowed by fields, as the list that it asks about', async () => {
  const allowed = async (attributes: object) => (await review(attributes)).status.allowed
  assert.equal(await allowed({}), false)
  assert.equal(await allowed({ fieldSelector: { rawSelector: 'spec.nodeName=n1' } }), true)
  assert.equal(await allowed({ fieldSelector: { rawSelector: 'spec.nodeName=n2' } }), false)
  assert.equal(await allowed(asked(onNode('In', 'n1'))), true)
  assert.equal(await allowed(asked(onNode('In', 'n2'))), false)
  assert.equal(await allowed(asked(onNode('NotIn', 'n1'))), false)
})

test('selectors of a question are checked, but for operators of later versions', async () => {
  const why = async (attributes: object) =>
    (await review(attributes)).details?.causes.map((cause: any) => `${cause.field}: ${cause.message}`)
  const at = 'spec.resourceAttributes'
  assert.deepEqual(await why(asked({ key: '', operator: 'In' })), [
    `${at}.fieldSelector.requirements[0].key: Required value: must be specified`,
    `${at}.fieldSelector.requirements[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
  ])
  assert.deepEqual(await why({ labelSelector: { requirements: [{ key: '-', operator: 'Exists', values: ['a'] }] } }), [
    `${at}.labelSelector.requirements[0].values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
    `${at}.labelSelector.requirements[0].key: Invalid value: "-": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
  ])
  assert.match(
    (await why({ labelSelector: { requirements: [{ key: 'a', operator: 'In', values: ['-'] }] } }))[0],
    /values\[0\]/,
  )
  assert.deepEqual(await why({ fieldSelector: {} }), [
    `${at}.fieldSelector.requirements: Required value: when ${at}.fieldSelector is specified, requirements or rawSelector is required`,
  ])
  const both = { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'Exists' }] }
  assert.deepEqual(await why({ labelSelector: both }), [
    `${at}.labelSelector.rawSelector: Invalid value: "a=b": may not specified at the same time as requirements`,
  ])
  assert.equal(await why(asked({ key: 'a', operator: 'Near', values: ['b'] })), undefined)
})

test('what of a selector cannot be read is told beside the answer', async () => {
  const told = async (attributes: object) => (await review(attributes)).status.evaluationError
  const [fields, labels] = ['spec.resourceAttributes.fieldSelector', 'spec.resourceAttributes.labelSelector']
  const ignored = 'ignored due to parse error'
  assert.equal(
    await told({ fieldSelector: { rawSelector: 'a=b,c!=d' }, labelSelector: { rawSelector: 'a in (b)' } }),
    undefined,
  )
  assert.equal(await told({ fieldSelector: { rawSelector: 'a' } }), `${fields} ${ignored}`)
  assert.equal(
    await told({ fieldSelector: { rawSelector: 'a' }, labelSelector: { rawSelector: '(' } }),
    `${fields} ${ignored}; ${labels} ${ignored}`,
  )
  assert.equal(await told(asked(onNode('In', 'n1', 'n2'))), `${fields} ${ignored}`)
  assert.equal(await told(asked(onNode('In', 'n1'), onNode('Exists'))), `${fields} partially ${ignored}`)
  const label = (operator: string, ...values: string[]) => ({ key: 'a', operator, values })
  const byLabels = (...requirements: object[]) => told({ labelSelector: { requirements } })
  assert.equal(
    await byLabels(label('In', 'b', 'c'), label('Exists'), label('DoesNotExist'), label('NotIn', 'd')),
    undefined,
  )
  assert.equal(await byLabels(label('Near', 'b'), label('Exists')), `${labels} partially ${ignored}`)
})

test('whoever is impersonated is told as they were named: uid, groups in their order, and extra', async () => {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
  const groups = ['system:authenticated', 'developers']
  const headers = { 'impersonate-uid': 'uniq-id', 'impersonate-extra-known-languages': ['python', 'javascript'] }
  const { body: answer } = await ask(
    server.socketPath,
    'POST /apis/authentication.k8s.io/v1/selfsubjectreviews',
    body,
    { user: 'jane-doe', groups, headers },
  )
  assert.deepEqual(answer.status.userInfo, {
    username: 'jane-doe',
    uid: 'uniq-id',
    groups,
    extra: { 'known-languages': ['python', 'javascript'] },
  })
})

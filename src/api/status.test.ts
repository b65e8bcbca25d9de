import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deployments } from '#api/apps/deployment/resource.ts'
import { services } from '#api/core/service/resource.ts'
import { Status } from '#api/meta/status.ts'
import { encodeJson } from '#schema/json.ts'
import * as status from './status.ts'

// Bodies of a recorded 1.36 API server.
test('refusals are worded and ordered as the API server writes them', () => {
  const same = (made: Status, recorded: string): void => assert.equal(encodeJson(Status, made), recorded)
  same(
    status.notFound(services, 'd-sctp'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"services \\"d-sctp\\" not found","reason":"NotFound","details":{"name":"d-sctp","kind":"services"},"code":404}',
  )
  same(
    status.noSuchResource(),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404}',
  )
  same(
    status.conflict(services, 'd-publish'),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Operation cannot be fulfilled on services \\"d-publish\\": the object has been modified; please apply your changes to the latest version and try again","reason":"Conflict","details":{"name":"d-publish","kind":"services"},"code":409}',
  )
  same(
    status.invalid(services, 'bad-two-unnamed-ports', [
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.ports[0].name' },
      { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.ports[1].name' },
    ]),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Service \\"bad-two-unnamed-ports\\" is invalid: [spec.ports[0].name: Required value, spec.ports[1].name: Required value]","reason":"Invalid","details":{"name":"bad-two-unnamed-ports","kind":"Service","causes":[{"reason":"FieldValueRequired","message":"Required value","field":"spec.ports[0].name"},{"reason":"FieldValueRequired","message":"Required value","field":"spec.ports[1].name"}]},"code":422}',
  )
  same(
    status.tooLargeResourceVersion(99999999, 366),
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Timeout: Too large resource version: 99999999, current: 366","reason":"Timeout","details":{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}],"retryAfterSeconds":1},"code":504}',
  )
  same(status.successStatus(201), '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","code":201}')
})

test('a group stands in the message and in the details', () => {
  const { message, details } = status.alreadyExists(deployments, 'web')
  assert.equal(message, 'deployments.apps "web" already exists')
  assert.deepEqual(details, { name: 'web', group: 'apps', kind: 'deployments' })
  assert.match(
    status.preconditionFailed(services, 'a', 'UID', 'x', 'y').message!,
    /^Operation cannot be fulfilled on Service "a": the UID in the precondition \(x\)/,
  )
})

test('every refusal has its code, its reason, and what programs look for in its details', () => {
  const shown = (made: Status): readonly unknown[] => [made.code, made.reason, made.message, made.details]
  const details = { name: 'w', group: 'apps', kind: 'deployments' }
  assert.deepEqual(shown(status.forbidden(deployments, 'w', 'no')), [
    ...[403, 'Forbidden', 'deployments.apps "w" is forbidden: no', details],
  ])
  assert.deepEqual(shown(status.forbidden(services, '', 'no')), [
    ...[403, 'Forbidden', 'services is forbidden: no', { kind: 'services' }],
  ])
  assert.deepEqual(shown(status.notFound(deployments, 'w')), [
    404,
    'NotFound',
    'deployments.apps "w" not found',
    details,
  ])
  assert.deepEqual(shown(status.alreadyExists(deployments, 'w')), [
    ...[409, 'AlreadyExists', 'deployments.apps "w" already exists', details],
  ])
  assert.deepEqual(shown(status.conflict(deployments, 'w', 'no')), [
    ...[409, 'Conflict', 'Operation cannot be fulfilled on deployments.apps "w": no', details],
  ])
  const precondition = (of: 'UID' | 'ResourceVersion'): readonly unknown[] =>
    shown(status.preconditionFailed(deployments, 'w', of, 'x', 'y'))
  const failed = (of: string, how: string): string =>
    `Operation cannot be fulfilled on Deployment "w": the ${of} in the precondition (x) does not match the ${of} in record (y). The object might have been ${how}`
  const ofKind = { ...details, kind: 'Deployment' }
  assert.deepEqual(precondition('UID'), [409, 'Conflict', failed('UID', 'deleted and then recreated'), ofKind])
  assert.deepEqual(precondition('ResourceVersion'), [409, 'Conflict', failed('ResourceVersion', 'modified'), ofKind])
  const causes = [{ message: 'a', field: 'f' }, { message: 'a', field: 'f' }, { message: 'b' }, {}]
  assert.deepEqual(shown(status.invalid(deployments, 'w', causes)), [
    ...[422, 'Invalid', 'Deployment.apps "w" is invalid: [f: a, b, ]', { ...ofKind, causes }],
  ])
  const one = [{ message: 'a', field: 'f' }]
  assert.deepEqual(shown(status.invalid(services, '', one)), [
    ...[422, 'Invalid', 'Service "" is invalid: f: a', { kind: 'Service', causes: one }],
  ])
  const plain: readonly (readonly [Status, number, string, string])[] = [
    [status.badRequest('m'), 400, 'BadRequest', 'm'],
    [status.unauthorized(), 401, 'Unauthorized', 'Unauthorized'],
    [status.notAcceptable(['a', 'b']), 406, 'NotAcceptable', 'only the following media types are accepted: a, b'],
    [status.timeout('m'), 408, 'Timeout', 'm'],
    [status.expired('m'), 410, 'Expired', 'm'],
    [
      status.unsupportedMediaType(['a', 'b']),
      ...([
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: a, b',
      ] as const),
    ],
    [status.serviceUnavailable('m'), 503, 'ServiceUnavailable', 'm'],
  ]
  for (const [made, ...expected] of plain) assert.deepEqual(shown(made), [...expected, undefined])
  assert.deepEqual(shown(status.methodNotAllowed()), [
    ...[405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {}],
  ])
  assert.deepEqual(shown(status.internalError('m')), [
    ...[500, 'InternalError', 'Internal error occurred: m', { causes: [{ message: 'm' }] }],
  ])
  assert.deepEqual(shown(status.tooManyRequests('m')), [
    ...[429, 'TooManyRequests', 'm, please try again later', { retryAfterSeconds: 1 }],
  ])
  assert.deepEqual(shown(status.insufficientStorage('m')), [507, 'InsufficientStorage', 'm', undefined])
  assert.ok(!('reason' in status.failureStatus(500, '', 'm')))
  const success = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }
  assert.deepEqual(status.successStatus(), { ...success, code: 200 })
  assert.deepEqual(status.successStatus(201, { uid: 'u' }), { ...success, details: { uid: 'u' }, code: 201 })
})

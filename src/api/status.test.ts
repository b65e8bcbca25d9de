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

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refusals, rowOf } from '#api/testing/refusals.ts'

const make = (spec: object, name = 'v1.a.example.com'): any => ({
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name },
  spec: { group: 'a.example.com', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10, ...spec },
})
const service = { namespace: 'n', name: 's', port: 443 }

test('an APIService is called by what it is of, and its priorities have bounds', () => {
  assert.deepEqual(refusals(make({})), [])
  assert.deepEqual(refusals(make({ service, caBundle: 'YQ==' })), [])
  assert.deepEqual(refusals(make({ group: '' }, 'v1.')), [])
  assert.deepEqual(refusals(make({}, 'other')), [
    'metadata.name: Invalid value: "other": must be `spec.version+"."+spec.group`: "v1.a.example.com"',
  ])
  assert.deepEqual(refusals(make({ groupPriorityMinimum: 0, versionPriority: 1001 })), [
    'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
    'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
  ])
  assert.deepEqual(refusals(make({ group: '', version: 'v2' }, 'v2.')), [
    'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
  ])
})

test('what is local has nothing of a Service, and a Service is named whole', () => {
  assert.deepEqual(refusals(make({ insecureSkipTLSVerify: true })), [
    'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
  ])
  assert.deepEqual(refusals(make({ service: { port: 70_000 }, insecureSkipTLSVerify: true, caBundle: 'YQ==' })), [
    'spec.service.namespace: Required value',
    'spec.service.name: Required value',
    'spec.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive',
    'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
  ])
})

test('an APIService is printed with who answers for it', () => {
  const conditions = [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }]
  assert.deepEqual(rowOf({ ...make({ service }), status: { conditions } }), [
    'v1.a.example.com',
    'n/s',
    'False (MissingEndpoints)',
    '<unknown>',
  ])
  assert.deepEqual(rowOf(make({})), ['v1.a.example.com', 'Local', 'Unknown', '<unknown>'])
})

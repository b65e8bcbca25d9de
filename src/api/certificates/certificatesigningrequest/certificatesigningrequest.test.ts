import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prepareForUpdate } from '#api/catalogue/prepare.ts'
import { validateUpdate } from '#api/catalogue/validate.ts'
import type { ApiObject } from '#api/resource.ts'
import { created, kindOf, refusals, textsOf } from '#api/testing/refusals.ts'
import { certificateSigningRequestNames, validateCertificateSigningRequest } from './validate.ts'

const csr = (spec: object = {}, status?: object): any => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name: 'rita' },
  spec: { request: 'eA==', signerName: 'example.com/signer', usages: ['client auth'], ...spec },
  ...(status ? { status } : {}),
})

const USAGES =
  '"any", "cert sign", "client auth", "code signing", "content commitment", "crl sign", "data encipherment", "decipher only", "digital signature", "email protection", "encipher only", "ipsec end system", "ipsec tunnel", "ipsec user", "key agreement", "key encipherment", "microsoft sgc", "netscape sgc", "ocsp signing", "s/mime", "server auth", "signing", "timestamping"'

test('a request is for known usages, each once, and for ten minutes or more', () => {
  assert.deepEqual(refusals(csr({ expirationSeconds: 600 })), [])
  assert.deepEqual(refusals(csr({ usages: [] })), ['spec.usages: Required value'])
  assert.deepEqual(refusals(csr({ usages: ['client auth', 'magic', 'client auth'] })), [
    `spec.usages[1]: Unsupported value: "magic": supported values: ${USAGES}`,
    'spec.usages[2]: Duplicate value: "client auth"',
  ])
  assert.deepEqual(refusals(csr({ expirationSeconds: 599 })), [
    'spec.expirationSeconds: Invalid value: 599: may not specify a duration less than 600 seconds (10 minutes)',
  ])
  assert.deepEqual(textsOf(validateCertificateSigningRequest(csr({ usages: [] }), 'no PEM')), [
    'spec.request: Invalid value: "eA==": no PEM',
    'spec.usages: Required value',
  ])
  assert.deepEqual(certificateSigningRequestNames(), [])
})

test('a signer is named by a domain and a path', () => {
  const why = (signerName: string) => refusals(csr({ signerName })).map((text) => text.replace('spec.signerName: ', ''))
  assert.deepEqual(why('example.com/a.b-c'), [])
  assert.deepEqual(why(''), ['Required value'])
  const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'"
  assert.deepEqual(why('example.com'), [`Invalid value: "example.com": ${form}`])
  assert.deepEqual(why('a.b/c/d'), [`Invalid value: "a.b/c/d": ${form}`])
  assert.deepEqual(why('example/a'), [
    'Invalid value: "example": should be a domain with at least two segments separated by dots',
  ])
  assert.match(
    why('Example.com/a')[0]!,
    /^Invalid value: "Example\.com": validating label "Example": a lowercase RFC 1123 label/,
  )
  assert.match(
    why('example.com/_._')[0]!,
    /^Invalid value: "_\._": validating label "_": a lowercase RFC 1123 subdomain/,
  )
  assert.equal(why('example.com/_._').length, 1)
  const label = 'a'.repeat(63)
  const domain = Array(4).fill(label).join('.')
  assert.deepEqual(why(`${domain}/a`), ['Too long: may not be more than 253 bytes'])
  const long = `a.b/${Array(10).fill(label).join('.')}`
  assert.deepEqual(why(long), ['Too long: may not be more than 571 bytes'])
  assert.deepEqual(why('kubernetes.io/legacy-unknown'), [
    'Invalid value: "kubernetes.io/legacy-unknown": the legacy signerName is not allowed via this API version',
  ])
})

/** A write of a part: what is stored, and why not. */
const written = (part: string, before: any, change: (object: any) => void) => {
  const kind = kindOf(before)
  const object = structuredClone(before)
  change(object)
  prepareForUpdate(kind, object as ApiObject, before as ApiObject, part)
  return { object, why: textsOf(validateUpdate(kind, object as ApiObject, before as ApiObject, part)) }
}
const approved = { type: 'Approved', status: 'True' }
const denied = { type: 'Denied', status: 'True' }
const conditions = (...of: object[]) => ({ conditions: of })

test('a request is made by nobody but who sends it, and is undecided then', () => {
  const given = csr(
    { username: 'eve', uid: '1', groups: ['system:masters'], extra: { a: ['b'] } },
    conditions(approved),
  )
  const { spec, status } = created(given) as any
  assert.deepEqual(spec, csr().spec)
  assert.deepEqual(status, {})
})

test('each part of a request is written alone: the labels, the decision, the certificate', () => {
  const before = csr({}, { certificate: 'Yw==', ...conditions({ ...approved, reason: 'a' }) })
  const all = (object: any): void => {
    object.metadata.labels = { a: 'b' }
    object.spec.signerName = 'other.example/x'
    object.status.certificate = 'ZA=='
    object.status.conditions = [
      { ...approved, reason: 'b' },
      { type: 'Own', status: 'False' },
    ]
  }
  const [plain, approval, status] = ['', 'approval', 'status'].map((part) => written(part, before, all))
  for (const { object } of [plain!, approval!, status!]) {
    assert.deepEqual(object.metadata.labels, { a: 'b' })
    assert.deepEqual(object.spec, before.spec)
  }
  assert.deepEqual([plain!.object.status, plain!.why], [before.status, []])
  assert.deepEqual(approval!.object.status.certificate, 'Yw==')
  assert.deepEqual(approval!.object.status.conditions[0].reason, 'b')
  assert.deepEqual(approval!.why, [])
  assert.deepEqual(status!.object.status.conditions, [
    { ...approved, reason: 'a' },
    { type: 'Own', status: 'False' },
  ])
  assert.deepEqual(status!.why, ['status.certificate: Forbidden: updates may not modify existing certificate content'])
  const first = written('status', csr({}, {}), (object) => Object.assign(object.status, { certificate: 'ZA==' }))
  assert.deepEqual([first.object.status.certificate, first.why], ['ZA==', []])
  const early = written('approval', csr({}, {}), (object) => Object.assign(object.status, { certificate: 'ZA==' }))
  assert.deepEqual([early.object.status, early.why], [{}, []])
})

test('a decision is one of two, is True, is not taken back, and is not made by who signs', () => {
  const decide = (part: string, before: object, ...after: object[]) =>
    written(part, csr({}, before), (object) => Object.assign(object.status, conditions(...after))).why
  assert.deepEqual(decide('approval', {}, approved), [])
  assert.deepEqual(decide('approval', {}, denied, approved), [
    'status.conditions[1].type: Invalid value: "Approved": Approved and Denied conditions are mutually exclusive',
  ])
  assert.deepEqual(decide('approval', conditions(denied), denied, approved).length, 1)
  assert.deepEqual(decide('approval', {}, { type: 'Denied', status: 'False' }), [
    'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
  ])
  assert.deepEqual(decide('approval', {}, { type: 'Own', status: 'Maybe' }), [
    'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
  ])
  assert.deepEqual(decide('approval', {}, { type: '' }), [
    'status.conditions[0].type: Required value',
    'status.conditions[0].status: Required value',
  ])
  assert.deepEqual(decide('approval', {}, approved, approved), [
    'status.conditions[1].type: Duplicate value: "Approved"',
  ])
  const failed = { type: 'Failed', status: 'True' }
  assert.deepEqual(decide('approval', conditions(approved, failed)), [
    'status.conditions: Forbidden: updates may not remove a condition of type "Approved"',
    'status.conditions: Forbidden: updates may not remove a condition of type "Failed"',
  ])
  assert.deepEqual(decide('status', {}, approved, denied).slice(1), [
    'status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    'status.conditions: Forbidden: updates may not add a condition of type "Denied"',
  ])
  assert.deepEqual(decide('status', {}, failed), [])
})

import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bytes, field, int32, list, map, oneOf, optional, required, string, strings, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { USAGES } from './usages.ts'

const KeyUsage = oneOf(...USAGES)

class CertificateSigningRequestSpec extends message('CertificateSigningRequestSpec', {
  request: required(1, bytes),
  signerName: required(7, string),
  expirationSeconds: optional(8, int32),
  usages: list(5, KeyUsage, { list: 'atomic' }),
  username: field(2, string),
  uid: field(3, string),
  groups: list(4, string, { list: 'atomic' }),
  extra: map(6, strings),
}) {}

export class CertificateSigningRequestCondition extends message('CertificateSigningRequestCondition', {
  type: required(1, string),
  status: required(6, string),
  reason: field(2, string),
  message: field(3, string),
  lastUpdateTime: field(4, time),
  lastTransitionTime: field(5, time),
}) {}

class CertificateSigningRequestStatus extends message('CertificateSigningRequestStatus', {
  conditions: list(1, CertificateSigningRequestCondition, { keys: ['type'] }),
  certificate: optional(2, bytes),
}) {}

export class CertificateSigningRequest extends object('certificates.k8s.io/v1', 'CertificateSigningRequest', {
  metadata: field(1, ObjectMeta),
  spec: required(2, CertificateSigningRequestSpec),
  status: field(3, CertificateSigningRequestStatus),
}) {}

export class CertificateSigningRequestList extends object('certificates.k8s.io/v1', 'CertificateSigningRequestList', {
  metadata: field(1, ListMeta),
  items: list(2, CertificateSigningRequest, { always: true }),
}) {}

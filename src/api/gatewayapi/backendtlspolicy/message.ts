import { Condition } from '#api/meta/condition.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { LocalObjectReference, ParentReference } from '../shared/references.ts'

const SubjectAltNameType = oneOf('Hostname', 'URI')

export class LocalPolicyTargetReferenceWithSectionName extends message('LocalPolicyTargetReferenceWithSectionName', {
  group: required(1, string),
  kind: required(2, string),
  name: required(3, string),
  sectionName: optional(4, string),
}) {}

export class SubjectAltName extends message('SubjectAltName', {
  type: required(1, SubjectAltNameType),
  hostname: optional(2, string),
  uri: optional(3, string),
}) {}

export class BackendTLSPolicyValidation extends message('BackendTLSPolicyValidation', {
  caCertificateRefs: list(1, LocalObjectReference, { list: 'atomic' }),
  wellKnownCACertificates: optional(2, string),
  hostname: required(3, string),
  subjectAltNames: list(4, SubjectAltName, { list: 'atomic' }),
}) {}

export class BackendTLSPolicySpec extends message('BackendTLSPolicySpec', {
  targetRefs: list(1, LocalPolicyTargetReferenceWithSectionName, { list: 'atomic', required: true }),
  validation: required(2, BackendTLSPolicyValidation),
  options: map(3, string),
}) {}

export class PolicyAncestorStatus extends message('PolicyAncestorStatus', {
  ancestorRef: required(1, ParentReference),
  controllerName: required(2, string),
  conditions: list(3, Condition, { keys: ['type'], required: true }),
}) {}

export class PolicyStatus extends message('PolicyStatus', {
  ancestors: list(1, PolicyAncestorStatus, { list: 'atomic', required: true }),
}) {}

export class BackendTLSPolicy extends object('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', {
  metadata: field(1, ObjectMeta),
  spec: required(2, BackendTLSPolicySpec),
  status: field(3, PolicyStatus),
}) {}

export class BackendTLSPolicyList extends object('gateway.networking.k8s.io/v1', 'BackendTLSPolicyList', {
  metadata: field(1, ListMeta),
  items: list(2, BackendTLSPolicy, { always: true }),
}) {}

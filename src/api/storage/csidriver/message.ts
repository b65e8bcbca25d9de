import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int64, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class TokenRequest extends message('TokenRequest', {
  audience: required(1, string),
  expirationSeconds: optional(2, int64),
}) {}

class CSIDriverSpec extends message('CSIDriverSpec', {
  attachRequired: optional(1, bool),
  podInfoOnMount: optional(2, bool),
  volumeLifecycleModes: list(3, string, { list: 'set' }),
  storageCapacity: optional(4, bool),
  fsGroupPolicy: optional(5, string),
  tokenRequests: list(6, TokenRequest, { list: 'atomic' }),
  requiresRepublish: optional(7, bool),
  seLinuxMount: optional(8, bool),
  nodeAllocatableUpdatePeriodSeconds: optional(9, int64),
  serviceAccountTokenInSecrets: optional(10, bool),
  preventPodSchedulingIfMissing: optional(11, bool),
}) {}

export class CSIDriver extends object('storage.k8s.io/v1', 'CSIDriver', {
  metadata: field(1, ObjectMeta),
  spec: required(2, CSIDriverSpec),
}) {}

export class CSIDriverList extends object('storage.k8s.io/v1', 'CSIDriverList', {
  metadata: field(1, ListMeta),
  items: list(2, CSIDriver, { always: true }),
}) {}

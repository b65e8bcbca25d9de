import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, list, map, oneOf, optional, quantity, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const ResourceQuotaScope = oneOf(
  'Terminating',
  'NotTerminating',
  'BestEffort',
  'NotBestEffort',
  'PriorityClass',
  'CrossNamespacePodAffinity',
  'VolumeAttributesClass',
)
const ScopeSelectorOperator = oneOf('In', 'NotIn', 'Exists', 'DoesNotExist')

class ScopedResourceSelectorRequirement extends message('ScopedResourceSelectorRequirement', {
  scopeName: required(1, ResourceQuotaScope),
  operator: required(2, ScopeSelectorOperator),
  values: list(3, string, { list: 'atomic' }),
}) {}

class ScopeSelector extends message(
  'ScopeSelector',
  {
    matchExpressions: list(1, ScopedResourceSelectorRequirement, { list: 'atomic' }),
  },
  { atomic: true },
) {}

class ResourceQuotaSpec extends message('ResourceQuotaSpec', {
  hard: map(1, quantity),
  scopes: list(2, ResourceQuotaScope, { list: 'atomic' }),
  scopeSelector: optional(3, ScopeSelector),
}) {}

class ResourceQuotaStatus extends message('ResourceQuotaStatus', {
  hard: map(1, quantity),
  used: map(2, quantity),
}) {}

export class ResourceQuota extends object('v1', 'ResourceQuota', {
  metadata: field(1, ObjectMeta),
  spec: field(2, ResourceQuotaSpec),
  status: field(3, ResourceQuotaStatus),
}) {}

export class ResourceQuotaList extends object('v1', 'ResourceQuotaList', {
  metadata: field(1, ListMeta),
  items: list(2, ResourceQuota, { always: true }),
}) {}

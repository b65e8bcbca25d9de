import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, int32, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class QueuingConfiguration extends message('QueuingConfiguration', {
  queues: required(1, int32, { optional: true }),
  handSize: required(2, int32, { optional: true }),
  queueLengthLimit: required(3, int32, { optional: true }),
}) {}

class LimitResponse extends message('LimitResponse', {
  type: required(1, string),
  queuing: optional(2, QueuingConfiguration),
}) {}

class LimitedPriorityLevelConfiguration extends message('LimitedPriorityLevelConfiguration', {
  nominalConcurrencyShares: optional(1, int32, { always: true, optional: true }),
  limitResponse: field(2, LimitResponse),
  lendablePercent: optional(3, int32),
  borrowingLimitPercent: optional(4, int32),
}) {}

class ExemptPriorityLevelConfiguration extends message('ExemptPriorityLevelConfiguration', {
  nominalConcurrencyShares: optional(1, int32),
  lendablePercent: optional(2, int32),
}) {}

class PriorityLevelConfigurationSpec extends message('PriorityLevelConfigurationSpec', {
  type: required(1, string),
  limited: optional(2, LimitedPriorityLevelConfiguration),
  exempt: optional(3, ExemptPriorityLevelConfiguration),
}) {}

class PriorityLevelConfigurationCondition extends message('PriorityLevelConfigurationCondition', {
  type: field(1, string),
  status: field(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

class PriorityLevelConfigurationStatus extends message('PriorityLevelConfigurationStatus', {
  conditions: list(1, PriorityLevelConfigurationCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class PriorityLevelConfiguration extends object(
  'flowcontrol.apiserver.k8s.io/v1',
  'PriorityLevelConfiguration',
  {
    metadata: field(1, ObjectMeta),
    spec: field(2, PriorityLevelConfigurationSpec),
    status: field(3, PriorityLevelConfigurationStatus),
  },
) {}

export class PriorityLevelConfigurationList extends object(
  'flowcontrol.apiserver.k8s.io/v1',
  'PriorityLevelConfigurationList',
  {
    metadata: field(1, ListMeta),
    items: list(2, PriorityLevelConfiguration, { always: true }),
  },
) {}

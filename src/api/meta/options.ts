import { bool, int64, list, optional, string } from '#schema/schema.ts'
import { message, object } from './group.ts'

class Preconditions extends message('Preconditions', {
  uid: optional(1, string),
  resourceVersion: optional(2, string),
}) {}

export class DeleteOptions extends object('v1', 'DeleteOptions', {
  gracePeriodSeconds: optional(1, int64),
  preconditions: optional(2, Preconditions),
  orphanDependents: optional(3, bool),
  propagationPolicy: optional(4, string),
  dryRun: list(5, string, { list: 'atomic' }),
  ignoreStoreReadErrorWithClusterBreakingPotential: optional(6, bool),
}) {}

import { bool, field, int64, list, optional, required, string } from '#schema/schema.ts'
import { message, object } from './group.ts'

export class ApplyOptions extends object('meta.k8s.io/v1', 'ApplyOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  force: required(2, bool),
  fieldManager: required(3, string),
}) {}

export class CreateOptions extends object('meta.k8s.io/v1', 'CreateOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  fieldManager: field(3, string),
  fieldValidation: field(4, string),
}) {}

export class Preconditions extends message('Preconditions', {
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

export class GetOptions extends object('meta.k8s.io/v1', 'GetOptions', {
  resourceVersion: field(1, string),
}) {}

export class ListOptions extends object('meta.k8s.io/v1', 'ListOptions', {
  labelSelector: field(1, string),
  fieldSelector: field(2, string),
  watch: field(3, bool),
  allowWatchBookmarks: field(9, bool),
  resourceVersion: field(4, string),
  resourceVersionMatch: field(10, string),
  timeoutSeconds: optional(5, int64),
  limit: field(7, int64),
  continue: field(8, string),
  sendInitialEvents: optional(11, bool),
  shardSelector: field(15, string),
}) {}

export class Patch extends message('Patch', {}) {}

export class PatchOptions extends object('meta.k8s.io/v1', 'PatchOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  force: optional(2, bool),
  fieldManager: field(3, string),
  fieldValidation: field(4, string),
}) {}

export class TableOptions extends object('meta.k8s.io/v1', 'TableOptions', {
  includeObject: field(1, string),
}) {}

export class UpdateOptions extends object('meta.k8s.io/v1', 'UpdateOptions', {
  dryRun: list(1, string, { list: 'atomic' }),
  fieldManager: field(2, string),
  fieldValidation: field(3, string),
}) {}

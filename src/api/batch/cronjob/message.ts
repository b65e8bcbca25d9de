import { ObjectReference } from '#api/core/references.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, field, int32, int64, list, oneOf, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'
import { JobSpec } from '../job/message.ts'

const ConcurrencyPolicy = oneOf('Allow', 'Forbid', 'Replace')

class JobTemplateSpec extends message('JobTemplateSpec', {
  metadata: field(1, ObjectMeta),
  spec: field(2, JobSpec),
}) {}

export class CronJobSpec extends message('CronJobSpec', {
  schedule: required(1, string),
  timeZone: optional(8, string),
  startingDeadlineSeconds: optional(2, int64),
  concurrencyPolicy: field(3, ConcurrencyPolicy),
  suspend: optional(4, bool),
  jobTemplate: required(5, JobTemplateSpec),
  successfulJobsHistoryLimit: optional(6, int32),
  failedJobsHistoryLimit: optional(7, int32),
}) {}

class CronJobStatus extends message('CronJobStatus', {
  active: list(1, ObjectReference, { list: 'atomic' }),
  lastScheduleTime: optional(4, time),
  lastSuccessfulTime: optional(5, time),
}) {}

export class CronJob extends object('batch/v1', 'CronJob', {
  metadata: field(1, ObjectMeta),
  spec: field(2, CronJobSpec, { required: true }),
  status: field(3, CronJobStatus),
}) {}

export class CronJobList extends object('batch/v1', 'CronJobList', {
  metadata: field(1, ListMeta),
  items: list(2, CronJob, { always: true }),
}) {}

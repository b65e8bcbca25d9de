import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { bool, bytes, field, int32, list, optional, required, string, time } from '#schema/schema.ts'
import { message, object } from '../group.ts'

class ServiceReference extends message('ServiceReference', {
  namespace: field(1, string),
  name: field(2, string),
  port: optional(3, int32),
}) {}

class APIServiceSpec extends message('APIServiceSpec', {
  service: optional(1, ServiceReference),
  group: field(2, string),
  version: field(3, string),
  insecureSkipTLSVerify: field(4, bool),
  caBundle: field(5, bytes),
  groupPriorityMinimum: required(7, int32),
  versionPriority: required(8, int32),
}) {}

class APIServiceCondition extends message('APIServiceCondition', {
  type: required(1, string),
  status: required(2, string),
  lastTransitionTime: field(3, time),
  reason: field(4, string),
  message: field(5, string),
}) {}

class APIServiceStatus extends message('APIServiceStatus', {
  conditions: list(1, APIServiceCondition, { keys: ['type'], patch: 'merge', patchKey: 'type' }),
}) {}

export class APIService extends object('apiregistration.k8s.io/v1', 'APIService', {
  metadata: field(1, ObjectMeta),
  spec: field(2, APIServiceSpec),
  status: field(3, APIServiceStatus),
}) {}

export class APIServiceList extends object('apiregistration.k8s.io/v1', 'APIServiceList', {
  metadata: field(1, ListMeta),
  items: list(2, APIService, { always: true }),
}) {}

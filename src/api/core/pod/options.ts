import { bool, field, int32, int64, list, optional, string, time } from '#schema/schema.ts'
import { object } from '../group.ts'

export class PodAttachOptions extends object('v1', 'PodAttachOptions', {
  stdin: field(1, bool),
  stdout: field(2, bool),
  stderr: field(3, bool),
  tty: field(4, bool),
  container: field(5, string),
}) {}

export class PodExecOptions extends object('v1', 'PodExecOptions', {
  stdin: field(1, bool),
  stdout: field(2, bool),
  stderr: field(3, bool),
  tty: field(4, bool),
  container: field(5, string),
  command: list(6, string, { list: 'atomic', always: true }),
}) {}

export class PodLogOptions extends object('v1', 'PodLogOptions', {
  container: field(1, string),
  follow: field(2, bool),
  previous: field(3, bool),
  sinceSeconds: optional(4, int64),
  sinceTime: optional(5, time),
  timestamps: field(6, bool),
  tailLines: optional(7, int64),
  limitBytes: optional(8, int64),
  insecureSkipTLSVerifyBackend: field(9, bool),
  stream: optional(10, string),
}) {}

export class PodPortForwardOptions extends object('v1', 'PodPortForwardOptions', {
  ports: list(1, int32, { list: 'atomic' }),
}) {}

export class PodProxyOptions extends object('v1', 'PodProxyOptions', {
  path: field(1, string),
}) {}

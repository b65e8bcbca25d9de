import { field, inline, int32, int64, intOrString, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message } from '../../group.ts'

const URIScheme = oneOf('HTTP', 'HTTPS')

export class ExecAction extends message('ExecAction', {
  command: list(1, string, { list: 'atomic' }),
}) {}

class HTTPHeader extends message('HTTPHeader', {
  name: required(1, string),
  value: required(2, string),
}) {}

export class HTTPGetAction extends message('HTTPGetAction', {
  path: field(1, string),
  port: required(2, intOrString),
  host: field(3, string),
  scheme: field(4, URIScheme),
  httpHeaders: list(5, HTTPHeader, { list: 'atomic' }),
}) {}

export class TCPSocketAction extends message('TCPSocketAction', {
  port: required(1, intOrString),
  host: field(2, string),
}) {}

class GRPCAction extends message('GRPCAction', {
  port: required(1, int32),
  service: optional(2, string, { default: '', always: true, optional: true }),
}) {}

class ProbeHandler extends message('ProbeHandler', {
  exec: optional(1, ExecAction),
  httpGet: optional(2, HTTPGetAction),
  tcpSocket: optional(3, TCPSocketAction),
  grpc: optional(4, GRPCAction),
}) {}

export class Probe extends message('Probe', {
  probeHandler: inline(1, ProbeHandler),
  initialDelaySeconds: field(2, int32),
  timeoutSeconds: field(3, int32),
  periodSeconds: field(4, int32),
  successThreshold: field(5, int32),
  failureThreshold: field(6, int32),
  terminationGracePeriodSeconds: optional(7, int64),
}) {}

import { Protocol } from '#api/core/protocol.ts'
import { TypedLocalObjectReference } from '#api/core/references.ts'
import { ListMeta } from '#api/meta/list-meta.ts'
import { ObjectMeta } from '#api/meta/object-meta.ts'
import { field, inline, int32, list, oneOf, optional, required, string } from '#schema/schema.ts'
import { message, object } from '../group.ts'

const PathType = oneOf('Exact', 'Prefix', 'ImplementationSpecific')

class ServiceBackendPort extends message(
  'ServiceBackendPort',
  {
    name: field(1, string),
    number: field(2, int32),
  },
  { atomic: true },
) {}

export class IngressServiceBackend extends message('IngressServiceBackend', {
  name: required(1, string),
  port: field(2, ServiceBackendPort),
}) {}

export class IngressBackend extends message('IngressBackend', {
  service: optional(4, IngressServiceBackend),
  resource: optional(3, TypedLocalObjectReference),
}) {}

export class HTTPIngressPath extends message('HTTPIngressPath', {
  path: field(1, string),
  pathType: optional(3, PathType, { always: true }),
  backend: required(2, IngressBackend),
}) {}

class HTTPIngressRuleValue extends message('HTTPIngressRuleValue', {
  paths: list(1, HTTPIngressPath, { list: 'atomic', always: true }),
}) {}

export class IngressTLS extends message('IngressTLS', {
  hosts: list(1, string, { list: 'atomic' }),
  secretName: field(2, string),
}) {}

class IngressRuleValue extends message('IngressRuleValue', {
  http: optional(1, HTTPIngressRuleValue),
}) {}

export class IngressRule extends message('IngressRule', {
  host: field(1, string),
  ingressRuleValue: inline(2, IngressRuleValue),
}) {}

export class IngressSpec extends message('IngressSpec', {
  ingressClassName: optional(4, string),
  defaultBackend: optional(1, IngressBackend),
  tls: list(2, IngressTLS, { list: 'atomic' }),
  rules: list(3, IngressRule, { list: 'atomic' }),
}) {}

class IngressPortStatus extends message('IngressPortStatus', {
  port: required(1, int32),
  protocol: required(2, Protocol),
  error: optional(3, string),
}) {}

class IngressLoadBalancerIngress extends message('IngressLoadBalancerIngress', {
  ip: field(1, string),
  hostname: field(2, string),
  ports: list(4, IngressPortStatus, { list: 'atomic' }),
}) {}

class IngressLoadBalancerStatus extends message('IngressLoadBalancerStatus', {
  ingress: list(1, IngressLoadBalancerIngress, { list: 'atomic' }),
}) {}

class IngressStatus extends message('IngressStatus', {
  loadBalancer: field(1, IngressLoadBalancerStatus),
}) {}

export class Ingress extends object('networking.k8s.io/v1', 'Ingress', {
  metadata: field(1, ObjectMeta),
  spec: field(2, IngressSpec),
  status: field(3, IngressStatus),
}) {}

export class IngressList extends object('networking.k8s.io/v1', 'IngressList', {
  metadata: field(1, ListMeta),
  items: list(2, Ingress, { always: true }),
}) {}

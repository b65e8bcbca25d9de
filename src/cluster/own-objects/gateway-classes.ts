import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { FirstObject } from '#apiserver/start-objects.ts'

/** Whose Gateways and Ingresses ours are. */
const CONTROLLER = 'fairlead.dev/gateway-controller'
const NAME = 'fairlead'

const gatewayClass: GatewayClass = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: NAME, generation: 1 },
  spec: { controllerName: CONTROLLER, description: 'HAProxy in pods of this cluster' },
}

/** The default one: a manifest that names no class is taken as it is. */
const ingressClass: IngressClass = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: NAME, annotations: { [DEFAULT_CLASS_ANNOTATION]: 'true' } },
  spec: { controller: CONTROLLER },
}

/** Where it is not there yet, gateways are new to a cluster. */
const cameWith = `${gatewayClasses.plural}.${gatewayClasses.group}`

/** The classes that a new cluster begins with, and one that stands from before there were gateways gets. */
export const GATEWAY_CLASSES: readonly FirstObject[] = [
  { resource: gatewayClasses, object: gatewayClass, cameWith },
  { resource: ingressClasses, object: ingressClass, cameWith },
]

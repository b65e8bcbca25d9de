import type { GatewayClass } from '#api/gatewayapi/gatewayclass/message.ts'
import { DEFAULT_CLASS_ANNOTATION } from '#api/networking/ingressclass/default-class.ts'
import type { IngressClass } from '#api/networking/ingressclass/message.ts'
import { GATEWAY_CONTROLLER } from './data-plane.ts'

const NAME = 'fairlead'

/** Whose Gateways are ours. */
export const gatewayClass: GatewayClass = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'GatewayClass',
  metadata: { name: NAME, generation: 1 },
  spec: { controllerName: GATEWAY_CONTROLLER, description: 'HAProxy in pods of this cluster' },
}

/** Whose Ingresses are ours; the default one takes a manifest that names no class as it is. */
export const ingressClass = (isDefault: boolean): IngressClass => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'IngressClass',
  metadata: { name: NAME, ...(isDefault && { annotations: { [DEFAULT_CLASS_ANNOTATION]: 'true' } }) },
  spec: { controller: GATEWAY_CONTROLLER },
})

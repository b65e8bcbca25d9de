import { gatewayClasses } from '#api/gatewayapi/gatewayclass/resource.ts'
import { ingressClasses } from '#api/networking/ingressclass/resource.ts'
import type { FirstObject } from '#apiserver/start-objects.ts'
import { gatewayClass, ingressClass } from '#routes/own-classes.ts'

/** Where it is not there yet, gateways are new to a cluster. */
const cameWith = `${gatewayClasses.plural}.${gatewayClasses.group}`

/** The classes that a new cluster begins with, and one that stands from before there were gateways gets. */
export const GATEWAY_CLASSES: readonly FirstObject[] = [
  { resource: gatewayClasses, object: gatewayClass, cameWith },
  { resource: ingressClasses, object: ingressClass(true), cameWith },
]

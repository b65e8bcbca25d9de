import type { RouteObjects, RouteOptions } from '../route-objects.ts'
import type { News, WantedPort, WantedStatus } from '../routes.ts'
import type { Backend, Certificate, Site } from '../table/table.ts'

/**
 * What Ingresses are decided from. What has been worked out for an Ingress is kept until it, or an object that it names,
 * is another one, and for as long as certificates are looked at by the same functions.
 */
export type IngressObjects = Pick<RouteObjects, 'ingresses' | 'ingressClasses' | 'service' | 'secret' | 'configMap'>

export type IngressOptions = Pick<
  RouteOptions,
  | 'controllerName'
  | 'bindOf'
  | 'addressesOf'
  | 'isLed'
  | 'refusals'
  | 'waiting'
  | 'checkCertificate'
  | 'certificateNames'
>

export interface IngressRouting {
  /** Absent: no Ingress is of our classes. */
  readonly site?: Site
  readonly wantedPorts: readonly WantedPort[]
  readonly backends: ReadonlyMap<string, Backend>
  readonly certificates: ReadonlyMap<string, Certificate>
  /** Of all Ingresses of our classes. */
  readonly statuses: readonly WantedStatus[]
  readonly news: readonly News[]
}

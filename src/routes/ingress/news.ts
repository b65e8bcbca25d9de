import type { News } from '../routes.ts'
import type { Origin } from '../table/table.ts'

/** Why people are told something of an Ingress or of its class; the reasons of our Events. */
export type Reason =
  | 'UnsupportedAnnotation'
  | 'InvalidAnnotation'
  | 'InvalidParameters'
  | 'InvalidPath'
  | 'BackendNotFound'
  | 'UnsupportedBackend'
  | 'CertificateUnusable'
  | 'Conflict'
  | 'HostOwned'
  | 'CanaryUnused'
  | 'ProxyRefused'

export const warning = (object: Origin, reason: Reason, message: string): News => ({
  object,
  type: 'Warning',
  reason,
  message,
})

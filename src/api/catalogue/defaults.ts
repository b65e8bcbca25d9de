import type { ApiObject } from '#api/resource.ts'
import { applyConstantDefaults, type Draft } from '#schema/defaulting.ts'
import type { Kind } from './kind.ts'

/**
 * Fills in, in place, the defaults of Kubernetes 1.36: the message's constants first, then what the kind computes. The
 * object must be the caller's own (just decoded, or a clone): a stored one is shared and must not change.
 */
export const applyDefaults = (kind: Kind, object: ApiObject): void => {
  applyConstantDefaults(kind.resource.message, object)
  kind.defaults?.(object as Draft<ApiObject>)
}

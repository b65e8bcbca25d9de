import type { ParamKind, ParamRef } from '#api/admissionregistration/policy.ts'
import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { Kind } from '#api/catalogue/kind.ts'
import type { ApiObject } from '#api/resource.ts'
import { selects } from '#objects/label-selector.ts'
import type { Reader } from '../registry/reader.ts'

/** A policy or a binding that cannot be put to use as it is; what comes of it is said by the policy's failurePolicy. */
export class ConfigurationError extends Error {
  readonly code = 'POLICY_MISCONFIGURED'
  /** It is the policy that cannot, and no binding. */
  readonly isPolicys: boolean
  constructor(message: string, isPolicys = false) {
    super(message)
    this.name = 'ConfigurationError'
    this.isPolicys = isPolicys
  }
}

/** The kind that a policy's parameters are of. Throws ConfigurationError. */
export const kindOfParams = (catalogue: Catalogue, { apiVersion = '', kind = '' }: ParamKind): Kind => {
  const found = catalogue.findKind(apiVersion, kind)
  if (found === undefined)
    throw new ConfigurationError(
      `failed to find resource referenced by paramKind: '${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}'`,
      true,
    )
  return found
}

/**
 * The parameters with which a policy is held against a request in a namespace, once each; undefined stands for none at
 * all. Throws ConfigurationError.
 */
export const paramsFor = (
  kind: Kind | undefined,
  ref: ParamRef | undefined,
  namespace: string,
  reader: Reader,
): readonly (ApiObject | undefined)[] => {
  if (kind === undefined || ref === undefined) return [undefined]
  const { resource } = kind
  if (!resource.namespaced && ref.namespace)
    throw new ConfigurationError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const where = resource.namespaced ? ref.namespace || namespace : undefined
  if (where === '')
    throw new ConfigurationError(
      'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    )
  const named = ref.name ? reader.find(resource, where, ref.name) : undefined
  const found = ref.name
    ? named === undefined
      ? []
      : [named]
    : reader.all(resource, where).filter(({ metadata }) => selects(ref.selector, metadata?.labels))
  if (found.length === 0 && ref.parameterNotFoundAction === 'Deny')
    throw new ConfigurationError('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found
}

import { type FieldError, forbidden, notSupported, required, tooLong } from '#api/validation/field-error.ts'
import { immutable, validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkDomainPrefixedPath, checkForm, dnsLabel, dnsSubdomain } from '#api/validation/names.ts'
import { byteLength } from '#objects/label-form.ts'
import { checkReference } from '../object-reference.ts'
import type { IngressClass, IngressClassParametersReference } from './message.ts'

const LONGEST_CONTROLLER = 250
const SCOPES = ['Cluster', 'Namespace']

export const validateIngressClassCreate = (ingressClass: IngressClass): readonly FieldError[] => {
  const { controller, parameters } = ingressClass.spec ?? {}
  return [
    ...validateMetadata(ingressClass.metadata, false, dnsSubdomain),
    ...(byteLength(controller ?? '') > LONGEST_CONTROLLER ? [tooLong('spec.controller', LONGEST_CONTROLLER)] : []),
    ...checkDomainPrefixedPath(controller, 'spec.controller'),
    ...(parameters ? validateParameters(parameters, 'spec.parameters') : []),
  ]
}

export const validateIngressClassUpdate = (ingressClass: IngressClass, old: IngressClass): readonly FieldError[] => [
  ...validateMetadataUpdate(ingressClass.metadata, old.metadata),
  ...(ingressClass.spec?.controller === old.spec?.controller
    ? []
    : [immutable('spec.controller', ingressClass.spec?.controller ?? '')]),
  ...validateIngressClassCreate(ingressClass),
]

const validateParameters = (parameters: IngressClassParametersReference, path: string): readonly FieldError[] => {
  const errors = checkReference(parameters, path)
  const { scope, namespace } = parameters
  if (scope === undefined) return [...errors, required(`${path}.scope`)]
  if (!SCOPES.includes(scope)) return [...errors, notSupported(`${path}.scope`, scope, SCOPES)]
  const at = `${path}.namespace`
  if (scope === 'Cluster')
    return namespace === undefined ? errors : [...errors, forbidden(at, "`parameters.scope` is set to 'Cluster'")]
  if (namespace === undefined) return [...errors, required(at, "`parameters.scope` is set to 'Namespace'")]
  return [...errors, ...checkForm(dnsLabel, namespace, at)]
}

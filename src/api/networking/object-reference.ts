import { type FieldError, required } from '#api/validation/field-error.ts'
import { checkForm, dnsSubdomain, pathSegment } from '#api/validation/names.ts'

interface Reference {
  readonly apiGroup?: string
  readonly kind: string
  readonly name: string
}

/** Checks what names an object of any kind: a backend of an Ingress, the parameters of its class. */
export const checkReference = ({ apiGroup, kind, name }: Reference, path: string): readonly FieldError[] => [
  ...(apiGroup === undefined ? [] : checkForm(dnsSubdomain, apiGroup, `${path}.apiGroup`)),
  ...(kind ? checkForm(pathSegment, kind, `${path}.kind`) : [required(`${path}.kind`, 'kind is required')]),
  ...(name ? checkForm(pathSegment, name, `${path}.name`) : [required(`${path}.name`, 'name is required')]),
]

import type { Service } from '#api/core-v1.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import type { FieldError } from './field-error.ts'
import { validateMetadata, validateMetadataUpdate } from './metadata.ts'
import { dnsSubdomain } from './names.ts'
import { validateServiceCreate, validateServiceStatusUpdate, validateServiceUpdate } from './service.ts'

interface KindValidation {
  readonly create: (object: never) => readonly FieldError[]
  readonly update: (object: never, old: never) => readonly FieldError[]
  readonly status?: (object: never, old: never) => readonly FieldError[]
}

const byKind: { readonly [kind: string]: KindValidation } = {
  Service: {
    create: (service: Service) => validateServiceCreate(service),
    update: (service: Service, old: Service) => validateServiceUpdate(service, old),
    status: (service: Service, old: Service) => validateServiceStatusUpdate(service, old),
  },
}

const validationOf = (resource: Pick<Resource, 'group' | 'kind'>): KindValidation | undefined =>
  byKind[resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`]

/** Checks an object, defaulted and prepared (`#api/strategy`), at creation. No errors: it may be stored. */
export const validateCreate = <T extends ApiObject>(resource: Resource<T>, object: T): readonly FieldError[] =>
  validationOf(resource)?.create(object as never) ??
  validateMetadata(object.metadata, resource.namespaced, dnsSubdomain)

/** Checks an update against what is stored; with `status`, an update of the status subresource. */
export const validateUpdate = <T extends ApiObject>(
  resource: Resource<T>,
  object: T,
  old: T,
  subresource: '' | 'status' = '',
): readonly FieldError[] => {
  const kind = validationOf(resource)
  const metadata = (): readonly FieldError[] => validateMetadataUpdate(object.metadata, old.metadata)
  if (subresource === 'status') return kind?.status?.(object as never, old as never) ?? metadata()
  return kind?.update(object as never, old as never) ?? metadata()
}

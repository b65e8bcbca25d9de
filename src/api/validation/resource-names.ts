import { type FieldError, invalid } from './field-error.ts'
import { checkForm, qualifiedName } from './names.ts'

const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const PAGES = 'hugepages-'
/** Those of which there is a number, and no part of one. */
const COUNTED = [
  ...['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'],
  ...['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'],
]
const STANDARD = new Set([
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
  ...['storage', 'requests.storage'],
  ...COUNTED,
])

const isStandard = (name: string): boolean =>
  STANDARD.has(name) || name.startsWith(PAGES) || name.startsWith(`requests.${PAGES}`)

/** What a quota may limit without a domain before it. */
export const isQuotaName = (name: string): boolean => isStandard(name) && name !== 'storage'

/** What a container may ask for without a domain before it. */
const isContainerName = (name: string): boolean => COMPUTE.includes(name) || name.startsWith(PAGES)

/** Of Kubernetes itself: without a domain, or of one of its own. */
const isNativeName = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

/** What a device of a node is counted as. */
const isExtendedName = (name: string): boolean =>
  !isNativeName(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0

/** What is counted whole. */
export const isCountedName = (name: string): boolean => COUNTED.includes(name) || isExtendedName(name)

/** More of it may be promised than there is. */
export const isOvercommitted = (name: string): boolean => isNativeName(name) && !name.startsWith(PAGES)

/** A resource of which there may be an amount. */
export const checkResourceName = (name: string, field: string): readonly FieldError[] => {
  const errors = checkForm(qualifiedName, name, field)
  if (errors.length > 0 || name.includes('/') || isStandard(name)) return errors
  return [invalid(field, name, 'must be a standard resource type or fully qualified')]
}

/** The same of what containers ask for. */
export const checkContainerResourceName = (name: string, field: string): readonly FieldError[] => {
  const errors = checkResourceName(name, field)
  if (!name.includes('/'))
    return isContainerName(name)
      ? errors
      : [...errors, invalid(field, name, 'must be a standard resource for containers')]
  return isNativeName(name) || isExtendedName(name)
    ? errors
    : [...errors, invalid(field, name, "doesn't follow extended resource name standard")]
}

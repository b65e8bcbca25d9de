import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, dnsLabel, qualifiedName } from '#api/validation/names.ts'
import { own } from '#schema/own.ts'
import { parseQuantity, type Quantity, QuantityError } from '#schema/quantity.ts'

const GIGA = 1_000_000_000n
const HUGE = 'hugepages-'
const STANDARD = ['cpu', 'memory', 'ephemeral-storage']
/** What nodes count beside them, and no container asks for. */
const OTHER_STANDARD =
  /^(storage|(requests|limits)\.(cpu|memory|storage|ephemeral-storage)|pods|services(\.nodeports|\.loadbalancers)?|replicationcontrollers|resourcequotas|secrets|configmaps|persistentvolumeclaims)$/
const NATIVE = 'kubernetes.io/'

const isStandard = (name: string): boolean => STANDARD.includes(name) || name.startsWith(HUGE)
/** Those that Kubernetes itself counts: no prefix, or its own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes(NATIVE)
/** A node has as much of it as it gives away: nothing is asked for in the hope that others do not use theirs. */
const isExact = (name: string): boolean => !isNative(name) || name.startsWith(HUGE)
const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0

/** What the name of a resource is held to. */
type NameCheck = (name: string, path: string) => readonly FieldError[]

const checkName: NameCheck = (name, path) => {
  const errors = checkForm(qualifiedName, name, path)
  if (errors.length > 0 || name.includes('/') || isStandard(name) || OTHER_STANDARD.test(name)) return errors
  return [invalid(path, name, 'must be a standard resource type or fully qualified')]
}

const checkContainerResource: NameCheck = (name, path) => {
  const errors = checkName(name, path)
  if (!name.includes('/'))
    return isStandard(name) ? errors : [...errors, invalid(path, name, 'must be a standard resource for containers')]
  if (isNative(name) || isExtended(name)) return errors
  return [...errors, invalid(path, name, "doesn't follow extended resource name standard")]
}

const POD_LEVEL = ['cpu', 'hugepages-', 'memory']

const checkPodResource: NameCheck = (name, path) => {
  const errors = checkName(name, path)
  if (errors.length > 0 || name === 'cpu' || name === 'memory' || name.startsWith(HUGE)) return errors
  return [notSupported(path, name, POD_LEVEL)]
}

const parsed = (text: string): Quantity | QuantityError => {
  try {
    return parseQuantity(text)
  } catch (error) {
    return error as QuantityError
  }
}

/** Amounts below nothing, parts of what is whole, pages that are no pages. */
const checkAmount = (name: string, text: string, amount: Quantity, path: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (amount.nano < 0n) errors.push(invalid(path, text, 'must be greater than or equal to 0'))
  if (!isNative(name) && amount.nano % GIGA !== 0n) errors.push(invalid(path, text, 'must be an integer'))
  if (name.startsWith(HUGE)) {
    const size = parsed(name.slice(HUGE.length))
    const isWhole = !(size instanceof QuantityError) && size.nano > 0n && amount.nano % size.nano === 0n
    if (!isWhole) errors.push(invalid(path, text, `${text} is not positive integer multiple of ${name}`))
  }
  return errors
}

/** A request stays below its limit, and is it where nothing is given away twice. */
const checkAgainstLimit = (
  name: string,
  text: string,
  amount: Quantity,
  { limits }: ResourceRequirements,
  path: string,
): readonly FieldError[] => {
  const limitText = own(limits, name)
  if (limitText === undefined)
    return isExact(name) ? [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')] : []
  const limit = parsed(limitText)
  if (limit instanceof QuantityError) return []
  if (isExact(name) && amount.nano !== limit.nano)
    return [invalid(`${path}.requests`, text, `must be equal to ${name} limit of ${limitText}`)]
  if (amount.nano > limit.nano)
    return [invalid(`${path}.requests`, text, `must be less than or equal to ${name} limit of ${limitText}`)]
  return []
}

const checkClaims = (
  claims: NonNullable<ResourceRequirements['claims']>,
  path: string,
  known: ReadonlySet<string>,
): readonly FieldError[] => {
  const names = new Set<string>()
  return claims.flatMap(({ name, request }, index) => {
    const at = `${path}[${index}]`
    if (!name) return [required(at)]
    const errors: FieldError[] = []
    const key = request ? `${name}/${request}` : name
    const isTaken =
      names.has(name) || names.has(key) || (!request && [...names].some((one) => one.startsWith(`${name}/`)))
    if (request && !names.has(name)) errors.push(...checkForm(dnsLabel, request, `${at}.request`))
    if (isTaken) errors.push(duplicate(at, names.has(name) ? name : key))
    names.add(key)
    if (known.has(name)) return errors
    const there = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`
    return [
      ...errors,
      {
        type: 'NotFound',
        field: at,
        badValue: name,
        detail: `must be one of the names in pod.spec.resourceClaims${there}`,
      },
    ]
  })
}

const check = (
  resources: ResourceRequirements | undefined,
  path: string,
  claims: ReadonlySet<string>,
  checkResource: NameCheck,
): readonly FieldError[] => {
  if (resources === undefined) return []
  const errors: FieldError[] = []
  const { limits = {}, requests = {} } = resources
  for (const part of ['limits', 'requests'] as const)
    for (const [name, text] of Object.entries(resources[part] ?? {})) {
      const at = `${path}.${part}[${name}]`
      errors.push(...checkResource(name, at))
      const amount = parsed(text)
      if (amount instanceof QuantityError) {
        errors.push(invalid(at, text, amount.message))
        continue
      }
      errors.push(...checkAmount(name, text, amount, at))
      if (part === 'requests') errors.push(...checkAgainstLimit(name, text, amount, resources, path))
    }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some((name) => name.startsWith(HUGE)) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(forbidden(path, 'HugePages require cpu or memory'))
  return [...errors, ...checkClaims(resources.claims ?? [], `${path}.claims`, claims)]
}

/** Checks what a container asks for; `claims`: names of the pod's claims. */
export const validateResources = (
  resources: ResourceRequirements | undefined,
  path: string,
  claims: ReadonlySet<string>,
): readonly FieldError[] => check(resources, path, claims, checkContainerResource)

/** Checks what a whole pod asks for. */
export const validatePodResources = (
  resources: ResourceRequirements | undefined,
  path: string,
): readonly FieldError[] => [
  ...(resources?.claims === undefined
    ? []
    : [forbidden(`${path}.claims`, 'claims cannot be set for Resources at pod-level')]),
  ...check(resources, path, new Set(), checkPodResource),
]

import { duplicate, type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { checkForm, dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { checkContainerResourceName, checkResourceName, isOvercommitted } from '#api/validation/resource-names.ts'
import { own } from '#schema/own.ts'
import { parseQuantity } from '#schema/quantity.ts'
import { compareQuantities } from '#schema/quantity-sum.ts'
import type { LimitRange } from './message.ts'

type Item = NonNullable<NonNullable<LimitRange['spec']>['limits']>[number]

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']

/** Checks a LimitRange at its creation. */
export const validateLimitRangeCreate = (range: LimitRange): readonly FieldError[] => [
  ...validateMetadata(range.metadata, true, dnsSubdomain),
  ...validateItems(range),
]

/** Everything of it may change. */
export const validateLimitRangeUpdate = (range: LimitRange, old: LimitRange): readonly FieldError[] => [
  ...validateMetadataUpdate(range.metadata, old.metadata),
  ...validateItems(range),
]

const validateItems = ({ spec }: LimitRange): readonly FieldError[] => {
  const seen = new Set<string>()
  return (spec?.limits ?? []).flatMap((item, index) => {
    const path = `spec.limits[${index}]`
    const errors = [...validateType(item.type, `${path}.type`)]
    if (seen.has(item.type)) errors.push(duplicate(`${path}.type`, item.type))
    seen.add(item.type)
    return [...errors, ...validateNames(item, path), ...validateAmounts(item, path)]
  })
}

const validateType = (type: string, field: string): readonly FieldError[] => {
  const errors = checkForm(qualifiedName, type, field)
  if (errors.length > 0 || type.includes('/') || TYPES.includes(type)) return errors
  return [invalid(field, type, 'must be a standard limit type or fully qualified')]
}

const validateNames = (item: Item, path: string): readonly FieldError[] => {
  const { type, min = {} } = item
  const isOfPods = type === 'Pod' || type === 'Container'
  const check = isOfPods ? checkContainerResourceName : checkResourceName
  const names = (of: 'max' | 'min' | 'default' | 'defaultRequest' | 'maxLimitRequestRatio'): readonly FieldError[] =>
    Object.keys(item[of] ?? {}).flatMap((name) => check(name, `${path}.${of}[${name}]`))
  const errors = [...names('max'), ...names('min')]
  if (type === 'Pod') {
    for (const part of ['default', 'defaultRequest'] as const)
      if (Object.keys(item[part] ?? {}).length > 0)
        errors.push(forbidden(`${path}.${part}`, "may not be specified when `type` is 'Pod'"))
  } else errors.push(...names('default'), ...names('defaultRequest'))
  if (type === 'PersistentVolumeClaim' && min.storage === undefined && item.max?.storage === undefined)
    errors.push(
      required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided'),
    )
  return [...errors, ...names('maxLimitRequestRatio')]
}

/** What is said of one resource must go together. */
const validateAmounts = (item: Item, path: string): readonly FieldError[] => {
  const ofPod = item.type === 'Pod'
  const [limits, requests] = ofPod ? [{}, {}] : [item.default ?? {}, item.defaultRequest ?? {}]
  const { max = {}, min = {}, maxLimitRequestRatio = {} } = item
  const names = new Set([max, min, limits, requests, maxLimitRequestRatio].flatMap((one) => Object.keys(one)))
  return [...names].flatMap((name) => {
    const errors: FieldError[] = []
    const [least, most, limit, request, ratio] = [min, max, limits, requests, maxLimitRequestRatio].map((of) =>
      own(of, name),
    )
    const ordered = (
      a: string | undefined,
      b: string | undefined,
      of: string,
      bad: string | undefined,
      words: string,
    ) => {
      if (a !== undefined && b !== undefined && compareQuantities(a, b) > 0)
        errors.push(invalid(`${path}.${of}[${name}]`, bad, words.replace('$a', a).replace('$b', b)))
    }
    ordered(least, most, 'min', least, 'min value $a is greater than max value $b')
    ordered(least, request, 'defaultRequest', request, 'min value $a is greater than default request value $b')
    ordered(request, most, 'defaultRequest', request, 'default request value $a is greater than max value $b')
    ordered(
      request,
      limit,
      'defaultRequest',
      request,
      'default request value $a is greater than default limit value $b',
    )
    ordered(least, limit, 'default', least, 'min value $a is greater than default value $b')
    ordered(limit, most, 'default', most, 'default value $a is greater than max value $b')
    if (ratio !== undefined) errors.push(...validateRatio(ratio, least, most, `${path}.maxLimitRequestRatio[${name}]`))
    if (
      !isOvercommitted(name) &&
      limit !== undefined &&
      request !== undefined &&
      compareQuantities(limit, request) !== 0
    )
      errors.push(
        invalid(
          `${path}.defaultRequest[${name}]`,
          request,
          `default value ${limit} must equal to defaultRequest value ${request} in ${name}`,
        ),
      )
    return errors
  })
}

const validateRatio = (
  ratio: string,
  min: string | undefined,
  max: string | undefined,
  field: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (compareQuantities(ratio, '1') < 0) errors.push(invalid(field, ratio, `ratio ${ratio} is less than 1`))
  if (min === undefined || max === undefined) return errors
  const amount = (text: string): number => Number(parseQuantity(text).nano)
  const most = amount(max) / amount(min)
  if (amount(ratio) / 1e9 > most)
    errors.push(invalid(field, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`))
  return errors
}

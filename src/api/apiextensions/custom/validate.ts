import type { ApiObject } from '#api/resource.ts'
import { type FieldError, invalid } from '#api/validation/field-error.ts'
import { validateMetadata, validateMetadataUpdate } from '#api/validation/metadata.ts'
import { dnsSubdomain, qualifiedName } from '#api/validation/names.ts'
import { checkListTypes } from '#schema/structural/list-types.ts'
import type { Structural } from '#schema/structural/structural.ts'
import { NOWHERE } from '#schema/structural/validate/problem.ts'
import { validateValue } from '#schema/structural/validate/validate.ts'
import { validateEmbedded } from './embedded.ts'
import { validateScaleSpec, validateScaleStatus } from './scale.ts'
import type { CustomVersion } from './version.ts'

/** The rules in CEL of a schema, all together. */
export interface ObjectRules {
  /** What an object breaks; `old` is the object before an update. */
  check(object: ApiObject, old?: ApiObject): readonly FieldError[]
}

/** What such errors are of, a rule in CEL cannot rely on: the rules are not asked then. */
const BLOCKING: ReadonlySet<FieldError['type']> = new Set([
  'NotSupported',
  'Required',
  'TooLong',
  'TooMany',
  'TypeInvalid',
])

const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'

const withRules = (
  errors: readonly FieldError[],
  rulesOf: () => ObjectRules | undefined,
  object: ApiObject,
  old?: ApiObject,
): readonly FieldError[] => {
  const rules = rulesOf()
  if (rules === undefined) return errors
  if (errors.some(({ type }) => BLOCKING.has(type))) return [...errors, invalid(NOWHERE, null, UNCHECKED)]
  return [...errors, ...rules.check(object, old)]
}

const statusOf = (object: ApiObject): unknown => (object as { readonly status?: unknown }).status

/** The checks of a version's objects, in the order and the words of Kubernetes. `rulesOf`: asked once, when the first comes. */
export const customValidation = (
  version: CustomVersion,
  namespaced: boolean,
  rulesOf: () => ObjectRules | undefined,
) => {
  let known: { readonly rules: ObjectRules | undefined } | undefined
  const rules = () => {
    known ??= { rules: rulesOf() }
    return known.rules
  }
  const { scale } = version
  const checked = (object: ApiObject, old?: ApiObject): readonly FieldError[] => [
    ...(version.node === undefined ? [] : validateValue(version.node, object, '', old && { value: old })),
    ...(scale === undefined ? [] : [...validateScaleSpec(object, scale), ...validateScaleStatus(object, scale)]),
    ...validateEmbedded(object, withoutRoot(version.node)),
  ]
  /** What was twice in a list before may stay so. */
  const lists = (object: ApiObject, old: ApiObject): readonly FieldError[] =>
    checkListTypes(old, version.node).length > 0 ? [] : checkListTypes(object, version.node)
  return {
    create: (object: ApiObject): readonly FieldError[] => {
      const errors = [
        ...validateMetadata(object.metadata, namespaced, dnsSubdomain),
        ...checked(object),
        ...checkListTypes(object, version.node),
      ]
      return withRules(errors, rules, object)
    },
    update: (object: ApiObject, old: ApiObject): readonly FieldError[] => {
      const errors = [
        ...validateMetadataUpdate(object.metadata, old.metadata),
        ...checked(object, old),
        ...lists(object, old),
      ]
      return withRules(errors, rules, object, old)
    },
    status: (object: ApiObject, old: ApiObject): readonly FieldError[] => {
      const status = statusOf(object)
      const statusNode = version.node?.properties.get('status')
      const errors = [
        ...validateMetadataUpdate(object.metadata, old.metadata),
        ...(status === undefined || statusNode === undefined
          ? []
          : validateValue(statusNode, status, 'status', { value: statusOf(old) })),
        ...(scale === undefined ? [] : validateScaleStatus(object, scale)),
        ...lists(object, old),
      ]
      return withRules(errors, rules, object, old)
    },
  }
}

/** Embedded objects are looked for inside: the metadata of the object itself is checked by itself. */
const withoutRoot = (node: Structural | undefined): Structural | undefined => node && { ...node, isResource: false }

const STANDARD = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])

/** What is said to who makes an object with finalizers whose names others may have too. */
export const finalizerWarnings = ({ metadata }: ApiObject): readonly string[] =>
  [...(metadata?.finalizers ?? [])].sort().flatMap((finalizer) => {
    const shown = `metadata.finalizers: ${JSON.stringify(finalizer)}`
    const problems = qualifiedName(finalizer).map((problem) => `${shown}: ${problem}`)
    if (finalizer.includes('/') || STANDARD.has(finalizer)) return problems
    const path = finalizer.includes('.') ? ' including a path (/)' : ''
    const why = `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other finalizer writers`
    return [...problems, `${shown}: ${why}`]
  })

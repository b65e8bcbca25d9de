import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { dns1035Label, dnsSubdomain } from '#api/validation/names.ts'
import { someSchema } from '#schema/structural/json-schema.ts'
import type { CustomResourceDefinition } from '../message.ts'
import { type ConversionOptions, validateConversion } from './conversion.ts'
import { type InternalSpec, internalSpec, type Parts } from './internal.ts'
import { requireNames, validateNames } from './names.ts'
import { checkColumns, checkDeprecation, checkSelectableFields, checkSubresources } from './parts.ts'
import { printedVersions } from './printed.ts'
import { checkSchema } from './schema.ts'

type Spec = CustomResourceDefinition['spec']

const SCOPES = ['Cluster', 'Namespaced']

const checkGroup = (group: string, path: string): readonly FieldError[] => {
  if (!group) return [required(path)]
  const problems = dnsSubdomain(group)
  if (problems.length > 0) return [invalid(path, group, problems.join(','))]
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')]
}

const checkScope = (scope: string, path: string): readonly FieldError[] => {
  if (!scope) return [required(path)]
  return SCOPES.includes(scope) ? [] : [notSupported(path, scope, SCOPES)]
}

const checkLabel = (name: string, path: string): readonly FieldError[] => {
  const problems = dns1035Label(name)
  return problems.length > 0 ? [invalid(path, name, problems.join(','))] : []
}

const checkFields = (parts: Parts, path: string, why: string): readonly FieldError[] => {
  const { schema, selectableFields } = parts
  const at = `${path}.selectableFields`
  if (selectableFields.length === 0) return []
  return schema === undefined ? [invalid(at, '', why)] : checkSelectableFields(selectableFields, schema, at)
}

const checkVersion = (version: InternalSpec['versions'][number], hasStatus: boolean, path: string) => [
  ...checkLabel(version.name, `${path}.name`),
  ...checkDeprecation(version.deprecated, version.deprecationWarning, `${path}.deprecationWarning`),
  ...checkSchema(version.schema, hasStatus, `${path}.schema`),
  ...checkSubresources(version.subresources, `${path}.subresources`),
  ...checkColumns(version.columns, `${path}.additionalPrinterColumns`),
  ...checkFields(version, path, 'may only be set when `version.schema.openAPIV3Schema` is not included'),
]

/** One version is stored, and no name stands twice. */
const checkVersions = ({ versions }: InternalSpec, path: string): readonly FieldError[] => {
  const names = versions.map(({ name }) => name)
  const shown = (): unknown => (versions.length === 0 ? null : printedVersions(versions))
  return [
    ...(new Set(names).size === names.length ? [] : [invalid(path, shown(), 'must contain unique version names')]),
    ...(versions.filter(({ storage }) => storage).length === 1
      ? []
      : [invalid(path, shown(), 'must have exactly one version marked as storage version')]),
  ]
}

/** What all versions have in common, which Kubernetes names by fields above them. */
const checkCommon = (spec: Spec, internal: InternalSpec, path: string): readonly FieldError[] => {
  const hasStatus = [internal, ...internal.versions].some(({ subresources }) => subresources?.status !== undefined)
  const [first] = internal.versions
  return [
    ...(first?.name ? checkLabel(first.name, `${path}.version`) : []),
    ...requireNames(spec.names, `${path}.names`),
    ...validateNames(spec.names, `${path}.names`),
    ...checkSchema(internal.schema, hasStatus, `${path}.validation`),
    ...checkSubresources(internal.subresources, `${path}.subresources`),
    ...checkColumns(internal.columns, `${path}.additionalPrinterColumns`),
    ...checkFields(internal, path, 'may only be set when validations.schema is included'),
  ]
}

/** Free fields, defaults and conversion do not go together. */
const checkPreserving = (spec: Spec, internal: InternalSpec, path: string): readonly FieldError[] => {
  if (!spec.preserveUnknownFields) return []
  const hasDefaults = [internal, ...internal.versions].some(({ schema }) =>
    someSchema(schema, (one) => one.default !== undefined),
  )
  const why = 'must be false in order to use defaults in the schema'
  return hasDefaults ? [invalid(`${path}.preserveUnknownFields`, true, why)] : []
}

/** What is wrong with a definition's spec, in the order in which Kubernetes says it. */
export const validateSpec = (spec: Spec, path: string, options: ConversionOptions): readonly FieldError[] => {
  const internal = internalSpec(spec)
  const { conversion } = spec
  const statusOf = (version: Parts): boolean => (internal.subresources ?? version.subresources)?.status !== undefined
  const convertsFree = spec.preserveUnknownFields && conversion !== undefined && conversion.strategy !== 'None'
  return [
    ...checkGroup(spec.group, `${path}.group`),
    ...checkScope(spec.scope, `${path}.scope`),
    ...internal.versions.flatMap(({ schema }, index) =>
      internal.schema === undefined && schema === undefined
        ? [required(`${path}.versions[${index}].schema.openAPIV3Schema`)]
        : [],
    ),
    ...checkPreserving(spec, internal, path),
    ...internal.versions.flatMap((version, index) =>
      checkVersion(version, statusOf(version), `${path}.versions[${index}]`),
    ),
    ...checkVersions(internal, `${path}.versions`),
    ...checkCommon(spec, internal, path),
    ...(convertsFree
      ? [
          invalid(
            `${path}.conversion.strategy`,
            conversion.strategy,
            'must be None if spec.preserveUnknownFields is true',
          ),
        ]
      : []),
    ...validateConversion(conversion, `${path}.conversion`, options),
  ]
}

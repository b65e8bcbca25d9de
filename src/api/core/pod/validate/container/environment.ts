import type { Container } from '#api/core/pod/spec/container.ts'
import type { EnvVar, ObjectFieldSelector, ResourceFieldSelector } from '#api/core/pod/spec/environment.ts'
import { dataKey } from '#api/validation/data.ts'
import { type FieldError, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, dnsSubdomain, type NameForm, qualifiedName } from '#api/validation/names.ts'
import { parseQuantity } from '#schema/quantity.ts'
import { checkFilePath } from '../volumes/paths.ts'

/** What of a pod a variable may hold. */
const FIELD_PATHS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]
/** Every field that can be selected at all, be it for a file alone. */
const KNOWN_PATHS = [
  ...FIELD_PATHS,
  'metadata.labels',
  'metadata.annotations',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]
const RESOURCES = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
]
const HUGE_RESOURCE = /^(requests|limits)\.hugepages-/
const SUBSCRIPT = /^([^[\]]+)\['(.*)'\]$/s
const DIVISORS = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei'
const DIVISOR_FORMS = DIVISORS.split(', ')

const variableName: NameForm = (name) =>
  /^[ -<>-~]*$/.test(name)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]

/** Checks a reference to a field of the pod; `allowed`: those that make sense there. */
export const validateFieldRef = (
  { apiVersion = 'v1', fieldPath }: ObjectFieldSelector,
  path: string,
  allowed: readonly string[],
): readonly FieldError[] => {
  if (!fieldPath) return [required(`${path}.fieldPath`)]
  const unknown = (name: string, why: string): readonly FieldError[] => [
    invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${why}: ${name}`),
  ]
  if (apiVersion !== 'v1') return unknown(apiVersion, 'unsupported pod version')
  const [, name, key] = SUBSCRIPT.exec(fieldPath) ?? []
  if (name !== undefined && key !== undefined) {
    if (name === 'metadata.annotations') return checkForm(qualifiedName, key.toLowerCase(), path)
    if (name === 'metadata.labels') return checkForm(qualifiedName, key, path)
    return unknown(fieldPath, `field label does not support subscript`)
  }
  if (!KNOWN_PATHS.includes(fieldPath)) return unknown(fieldPath, 'field label not supported')
  return allowed.includes(fieldPath) ? [] : [notSupported(`${path}.fieldPath`, fieldPath, allowed)]
}

/** Checks a reference to what a container asks for; in a volume it says which container. */
export const validateResourceRef = (
  { containerName, resource, divisor }: ResourceFieldSelector,
  path: string,
  isOfVolume: boolean,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (isOfVolume && !containerName) errors.push(required(`${path}.containerName`))
  else if (!resource) errors.push(required(`${path}.resource`))
  else if (!RESOURCES.includes(resource) && !HUGE_RESOURCE.test(resource))
    errors.push(notSupported(`${path}.resource`, resource, RESOURCES))
  return [...errors, ...checkDivisor(resource ?? '', divisor, `${path}.divisor`)]
}

const checkDivisor = (resource: string, divisor: string | undefined, path: string): readonly FieldError[] => {
  if (!divisor || parseQuantity(divisor).nano === 0n) return []
  const kind = resource.slice(resource.indexOf('.') + 1)
  const [forms, shown, name] =
    kind === 'cpu'
      ? [['1m', '1'], '1m and 1', 'cpu']
      : [DIVISOR_FORMS, DIVISORS, kind === 'ephemeral-storage' ? 'local ephemeral storage' : kind.replace(/-.*/, '')]
  if (forms.includes(divisor)) return []
  return [invalid(path, resource, `only divisor's values ${shown} are supported with the ${name} resource`)]
}

const checkKeyRef = (
  { name = '', key }: { readonly name?: string; readonly key?: string },
  path: string,
): readonly FieldError[] => [
  ...checkForm(dnsSubdomain, name, `${path}.name`),
  ...(key ? checkForm(dataKey, key, `${path}.key`) : [required(`${path}.key`)]),
]

const checkSource = (
  { value, valueFrom }: EnvVar,
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] => {
  if (valueFrom === undefined) return []
  const errors: FieldError[] = []
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom
  if (fieldRef) errors.push(...validateFieldRef(fieldRef, `${path}.fieldRef`, FIELD_PATHS))
  if (resourceFieldRef) errors.push(...validateResourceRef(resourceFieldRef, `${path}.resourceFieldRef`, false))
  if (configMapKeyRef) errors.push(...checkKeyRef(configMapKeyRef, `${path}.configMapKeyRef`))
  if (secretKeyRef) errors.push(...checkKeyRef(secretKeyRef, `${path}.secretKeyRef`))
  if (fileKeyRef) {
    const at = `${path}.fileKeyRef`
    for (const name of ['volumeName', 'path', 'key'] as const)
      if (!fileKeyRef[name]) errors.push(required(`${at}.${name}`))
    if (fileKeyRef.path) errors.push(...checkFilePath(fileKeyRef.path, `${at}.path`))
    if (fileKeyRef.volumeName && !volumes.has(fileKeyRef.volumeName))
      errors.push({ type: 'NotFound', field: `${at}.volumeName`, badValue: fileKeyRef.volumeName, detail: '' })
  }
  const count = Object.values(valueFrom).filter((source) => source !== undefined).length
  if (count === 0)
    errors.push(
      invalid(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    )
  else if (value) errors.push(invalid(path, '', 'may not be specified when `value` is not empty'))
  else if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'))
  return errors
}

/** Checks the variables of a container; Kubernetes names the list where a source of many is no source. */
export const validateEnvironment = (
  { env = [], envFrom = [] }: Container,
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] => [
  ...env.flatMap((variable, index) => {
    const at = `${path}.env[${index}]`
    const { name } = variable
    return [
      ...(name ? checkForm(variableName, name, `${at}.name`) : [required(`${at}.name`)]),
      ...checkSource(variable, `${at}.valueFrom`, volumes),
    ]
  }),
  ...envFrom.flatMap(({ prefix, configMapRef, secretRef }, index) => {
    const at = `${path}.envFrom[${index}]`
    const errors: FieldError[] = prefix ? [...checkForm(variableName, prefix, `${at}.prefix`)] : []
    for (const [source, reference] of Object.entries({ configMapRef, secretRef }))
      if (reference !== undefined)
        errors.push(
          ...(reference.name
            ? checkForm(dnsSubdomain, reference.name.replace(/-$/, 'a'), `${at}.${source}.name`)
            : [required(`${at}.${source}.name`)]),
        )
    if (!configMapRef && !secretRef)
      errors.push(invalid(`${path}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`'))
    else if (configMapRef && secretRef)
      errors.push(invalid(`${path}.envFrom`, '', 'may not have more than one field specified at a time'))
    return errors
  }),
]

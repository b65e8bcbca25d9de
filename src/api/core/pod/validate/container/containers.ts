import type { Container, EphemeralContainer } from '#api/core/pod/spec/container.ts'
import { duplicate, type FieldError, forbidden, invalid, required } from '#api/validation/field-error.ts'
import { type Surroundings, validateContainer } from './container.ts'
import { checkHostPorts } from './ports.ts'
import { validateCare } from './probe.ts'
import { validateRestart } from './restart.ts'

/** Checks the containers that a pod is for. */
export const validateContainers = (
  containers: readonly Container[],
  path: string,
  around: Surroundings,
): readonly FieldError[] => {
  if (containers.length === 0) return [required(path)]
  const names = new Set<string>()
  return [
    ...containers.flatMap((container, index) => {
      const at = `${path}[${index}]`
      const { name = '' } = container
      const isTaken = names.has(name)
      names.add(name)
      return [
        ...validateContainer(container, at, around),
        ...(isTaken ? [duplicate(`${at}.name`, name)] : []),
        ...validateCare(container, at, around.grace),
        ...validateRestart(container, at),
      ]
    }),
    ...checkHostPorts(containers, path),
  ]
}

const CARE = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const

/** Checks the containers that come before, one by one; those that go on beside the others are cared for as they are. */
export const validateInitContainers = (
  containers: readonly Container[],
  path: string,
  around: Surroundings,
  others: readonly Container[],
): readonly FieldError[] => {
  const names = new Set(others.map(({ name }) => name))
  return containers.flatMap((container, index) => {
    const at = `${path}[${index}]`
    const { name = '', restartPolicy, resizePolicy = [] } = container
    const isTaken = names.has(name)
    if (name) names.add(name)
    const isSidecar = restartPolicy === 'Always'
    const never = 'may not be set for init containers without restartPolicy=Always'
    return [
      ...validateContainer(container, at, around),
      ...validateRestart(container, at),
      ...(isTaken ? [duplicate(`${at}.name`, name)] : []),
      ...checkHostPorts([container], path),
      ...(isSidecar
        ? validateCare(container, at, around.grace)
        : CARE.flatMap((field) => (container[field] === undefined ? [] : [forbidden(`${at}.${field}`, never)]))),
      ...(!isSidecar && resizePolicy.length > 0
        ? [invalid(`${at}.resizePolicy`, resizePolicy, 'must not be set for init containers')]
        : []),
    ]
  })
}

/** What makes a container one that others rely on, in the order in which it is declared. */
const NOT_FOR_DEBUGGING = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const

/** Absent, or empty as `resources: {}` is. */
const isUnset = (value: unknown): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const NOT_EPHEMERAL = 'cannot be set for an Ephemeral Container'

/** Checks the containers that somebody who looks for a fault has added to a pod that runs. */
export const validateEphemeralContainers = (
  containers: readonly EphemeralContainer[],
  path: string,
  around: Surroundings,
  others: readonly Container[],
): readonly FieldError[] => {
  const targets = new Set(others.map(({ name }) => name))
  const names = new Set(targets)
  return containers.flatMap((container, index) => {
    const at = `${path}[${index}]`
    const { name = '', targetContainerName: target, volumeMounts = [] } = container
    const isTaken = names.has(name)
    names.add(name)
    return [
      ...validateContainer(container, at, around),
      ...validateImage(container, at),
      ...(isTaken ? [duplicate(`${at}.name`, name)] : []),
      ...(target && !targets.has(target)
        ? [{ type: 'NotFound', field: `${at}.targetContainerName`, badValue: target, detail: '' } as const]
        : []),
      ...NOT_FOR_DEBUGGING.flatMap((field) =>
        isUnset(container[field]) ? [] : [forbidden(`${at}.${field}`, NOT_EPHEMERAL)],
      ),
      ...volumeMounts.flatMap((mount, place) =>
        (['subPath', 'subPathExpr'] as const).flatMap((field) =>
          mount[field] ? [forbidden(`${at}.volumeMounts[${place}].${field}`, NOT_EPHEMERAL)] : [],
        ),
      ),
    ]
  })
}

/** An image's name, in a pod: a template may have it padded. */
export const validateImage = ({ image = '' }: Container, path: string): readonly FieldError[] =>
  image.trim() === image ? [] : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')]

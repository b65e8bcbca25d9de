import type { Container, ContainerPort } from '#api/core/pod/spec/container.ts'
import type { EnvVar } from '#api/core/pod/spec/environment.ts'
import type { HTTPGetAction, Probe } from '#api/core/pod/spec/probe.ts'
import { duplicate, type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import {
  checkForm,
  checkNonNegative,
  checkPortNumber,
  checkPortNumberOrName,
  dnsLabel,
  portName,
  qualifiedName,
} from '#api/validation/names.ts'
import { own } from '#schema/own.ts'
import { parseQuantity, type Quantity } from '#schema/quantity.ts'
import { checkDescendingPath } from './volumes.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
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
const ENV_FORM = /^[ -<>-~]+$/

/** Checks one container, whichever list it stands in; `volumes` are the names of the pod's volumes. */
export const validateContainer = (
  container: Container,
  path: string,
  volumes: ReadonlySet<string>,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (!container.name) errors.push(required(`${path}.name`))
  else errors.push(...checkForm(dnsLabel, container.name, `${path}.name`))
  if (!container.image) errors.push(required(`${path}.image`))
  else if (container.image.trim() !== container.image)
    errors.push(invalid(`${path}.image`, container.image, 'must not have leading or trailing whitespace'))
  const messagePolicy = container.terminationMessagePolicy
  if (!messagePolicy) errors.push(required(`${path}.terminationMessagePolicy`))
  else if (!['FallbackToLogsOnError', 'File'].includes(messagePolicy))
    errors.push(notSupported(`${path}.terminationMessagePolicy`, messagePolicy, ['FallbackToLogsOnError', 'File']))
  errors.push(...validatePorts(container.ports ?? [], `${path}.ports`))
  for (const [index, variable] of (container.env ?? []).entries())
    errors.push(...validateVariable(variable, `${path}.env[${index}]`))
  for (const [index, source] of (container.envFrom ?? []).entries()) {
    const at = `${path}.envFrom[${index}]`
    const count = [source.configMapRef, source.secretRef].filter((reference) => reference !== undefined).length
    if (count === 0) errors.push(invalid(at, '', 'must specify one of: `configMapRef` or `secretRef`'))
    if (count > 1) errors.push(invalid(at, '', 'may not have more than one field specified at a time'))
    if (source.configMapRef && !source.configMapRef.name) errors.push(required(`${at}.configMapRef.name`))
    if (source.secretRef && !source.secretRef.name) errors.push(required(`${at}.secretRef.name`))
  }
  errors.push(...validateMounts(container, path, volumes))
  const pull = container.imagePullPolicy
  if (!pull) errors.push(required(`${path}.imagePullPolicy`))
  else if (!['Always', 'IfNotPresent', 'Never'].includes(pull))
    errors.push(notSupported(`${path}.imagePullPolicy`, pull, ['Always', 'IfNotPresent', 'Never']))
  errors.push(...validateResources(container, `${path}.resources`))
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name]
    if (probe === undefined) continue
    errors.push(...validateProbe(probe, `${path}.${name}`))
    if (name !== 'readinessProbe' && (probe.successThreshold ?? 1) !== 1)
      errors.push(invalid(`${path}.${name}.successThreshold`, probe.successThreshold, 'must be 1'))
  }
  for (const name of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[name]
    if (handler !== undefined) errors.push(...validateHandler(handler, `${path}.lifecycle.${name}`))
  }
  return errors
}

const validatePorts = (ports: readonly ContainerPort[], path: string): readonly FieldError[] => {
  const names = new Set<string>()
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`
    const errors: FieldError[] = []
    if (port.name) {
      const problems = checkForm(portName, port.name, `${at}.name`)
      if (problems.length > 0) errors.push(...problems)
      else if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name))
      names.add(port.name)
    }
    if (!port.containerPort) errors.push(required(`${at}.containerPort`))
    else errors.push(...checkPortNumber(port.containerPort, `${at}.containerPort`))
    if (port.hostPort) errors.push(...checkPortNumber(port.hostPort, `${at}.hostPort`))
    if (!port.protocol) errors.push(required(`${at}.protocol`))
    else if (!PROTOCOLS.includes(port.protocol)) errors.push(notSupported(`${at}.protocol`, port.protocol, PROTOCOLS))
    return errors
  })
}

const validateVariable = ({ name, value, valueFrom }: EnvVar, path: string): readonly FieldError[] => {
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${path}.name`))
  else if (!ENV_FORM.test(name))
    errors.push(
      invalid(
        `${path}.name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      ),
    )
  if (valueFrom === undefined) return errors
  const at = `${path}.valueFrom`
  const count = Object.values(valueFrom).filter((source) => source !== undefined).length
  if (value && count > 0) errors.push(invalid(at, '', 'may not be specified when `value` is not empty'))
  else if (count === 0)
    errors.push(
      invalid(
        at,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    )
  else if (count > 1) errors.push(invalid(at, '', 'may not have more than one field specified at a time'))
  const { fieldRef, configMapKeyRef, secretKeyRef, resourceFieldRef } = valueFrom
  if (fieldRef !== undefined) {
    const field = fieldRef.fieldPath
    if (!field) errors.push(required(`${at}.fieldRef.fieldPath`))
    else if (!FIELD_PATHS.includes(field) && !/^metadata\.(labels|annotations)\['[^']+'\]$/.test(field))
      errors.push(notSupported(`${at}.fieldRef.fieldPath`, field, FIELD_PATHS))
  }
  if (configMapKeyRef !== undefined && !configMapKeyRef.name) errors.push(required(`${at}.configMapKeyRef.name`))
  if (configMapKeyRef !== undefined && !configMapKeyRef.key) errors.push(required(`${at}.configMapKeyRef.key`))
  if (secretKeyRef !== undefined && !secretKeyRef.name) errors.push(required(`${at}.secretKeyRef.name`))
  if (secretKeyRef !== undefined && !secretKeyRef.key) errors.push(required(`${at}.secretKeyRef.key`))
  if (resourceFieldRef !== undefined && !resourceFieldRef.resource)
    errors.push(required(`${at}.resourceFieldRef.resource`))
  return errors
}

const validateMounts = (container: Container, path: string, volumes: ReadonlySet<string>): readonly FieldError[] => {
  const paths = new Set<string>()
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const at = `${path}.volumeMounts[${index}]`
    const errors: FieldError[] = []
    if (!mount.name) errors.push(required(`${at}.name`))
    else if (!volumes.has(mount.name))
      errors.push({ type: 'NotFound', field: `${at}.name`, badValue: mount.name, detail: '' })
    if (!mount.mountPath) errors.push(required(`${at}.mountPath`))
    else if (paths.has(mount.mountPath)) errors.push(invalid(`${at}.mountPath`, mount.mountPath, 'must be unique'))
    paths.add(mount.mountPath)
    if (mount.subPath) errors.push(...checkDescendingPath(mount.subPath, `${at}.subPath`))
    if (mount.subPath && mount.subPathExpr)
      errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
    if (mount.subPathExpr) errors.push(...checkDescendingPath(mount.subPathExpr, `${at}.subPathExpr`))
    return errors
  })
}

const STANDARD_RESOURCE = /^(cpu|memory|ephemeral-storage|hugepages-.+)$/

const validateResources = (container: Container, path: string): readonly FieldError[] => {
  const { limits = {}, requests = {} } = container.resources ?? {}
  const errors: FieldError[] = []
  const amount = (name: string, text: string, at: string): Quantity | undefined => {
    try {
      return parseQuantity(text)
    } catch (error) {
      errors.push(invalid(`${at}[${name}]`, text, (error as Error).message))
      return undefined
    }
  }
  for (const [part, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    const at = `${path}.${part}`
    for (const [name, text] of Object.entries(amounts)) {
      errors.push(...checkForm(qualifiedName, name, at))
      if (!name.includes('/') && !STANDARD_RESOURCE.test(name))
        errors.push(
          invalid(at, name, 'must be a standard resource type or fully qualified'),
          invalid(at, name, 'must be a standard resource for containers'),
        )
      const value = amount(name, text, at)
      if (value === undefined) continue
      if (value.nano < 0n) errors.push(invalid(`${at}[${name}]`, text, 'must be greater than or equal to 0'))
      const limitText = part === 'requests' ? own(limits, name) : undefined
      const limit = limitText === undefined ? undefined : amount(name, limitText, `${path}.limits`)
      if (limit !== undefined && value.nano > limit.nano)
        errors.push(invalid(at, text, `must be less than or equal to ${name} limit of ${limitText}`))
    }
  }
  return errors
}

const validateProbe = (probe: Probe, path: string): readonly FieldError[] => [
  ...validateHandler(probe, path),
  ...checkNonNegative(probe.initialDelaySeconds, `${path}.initialDelaySeconds`),
  ...checkNonNegative(probe.timeoutSeconds, `${path}.timeoutSeconds`),
  ...checkNonNegative(probe.periodSeconds, `${path}.periodSeconds`),
  ...checkNonNegative(probe.successThreshold, `${path}.successThreshold`),
  ...checkNonNegative(probe.failureThreshold, `${path}.failureThreshold`),
  ...(probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0
    ? [invalid(`${path}.terminationGracePeriodSeconds`, probe.terminationGracePeriodSeconds, 'must be greater than 0')]
    : []),
]

interface Handler {
  readonly exec?: { readonly command?: readonly string[] }
  readonly httpGet?: HTTPGetAction
  readonly tcpSocket?: { readonly port: number | string }
  readonly grpc?: { readonly port: number }
  readonly sleep?: { readonly seconds: number }
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const

const validateHandler = (handler: Handler, path: string): readonly FieldError[] => {
  const set = HANDLERS.filter((name) => handler[name] !== undefined)
  const errors: FieldError[] = set
    .slice(1)
    .map((name) => forbidden(`${path}.${name}`, 'may not specify more than 1 handler type'))
  if (set.length === 0) errors.push(required(path, 'must specify a handler type'))
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  if (exec !== undefined && (exec.command ?? []).length === 0) errors.push(required(`${path}.exec.command`))
  if (httpGet !== undefined) {
    if (!httpGet.path) errors.push(required(`${path}.httpGet.path`))
    errors.push(...checkPortNumberOrName(httpGet.port ?? 0, `${path}.httpGet.port`))
    if (!['HTTP', 'HTTPS'].includes(httpGet.scheme ?? ''))
      errors.push(notSupported(`${path}.httpGet.scheme`, httpGet.scheme ?? '', ['HTTP', 'HTTPS']))
  }
  if (tcpSocket !== undefined) errors.push(...checkPortNumberOrName(tcpSocket.port ?? 0, `${path}.tcpSocket.port`))
  if (grpc !== undefined) errors.push(...checkPortNumber(grpc.port ?? 0, `${path}.grpc.port`))
  if (sleep !== undefined && (sleep.seconds ?? 0) < 0)
    errors.push(invalid(`${path}.sleep`, sleep.seconds, 'must be greater than or equal to 0'))
  return errors
}

import type { Container } from '#api/core/pod/spec/container.ts'
import type { HTTPGetAction, Probe } from '#api/core/pod/spec/probe.ts'
import { type FieldError, forbidden, invalid, notSupported, required } from '#api/validation/field-error.ts'
import { checkForm, checkNonNegative, checkPortNumberOrName, type NameForm } from '#api/validation/names.ts'

const HEADER = '[-A-Za-z0-9]+'

const headerName: NameForm = (name) =>
  new RegExp(`^${HEADER}$`).test(name)
    ? []
    : [
        `a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '${HEADER}')`,
      ]

interface Handler {
  readonly exec?: { readonly command?: readonly string[] }
  readonly httpGet?: HTTPGetAction
  readonly tcpSocket?: { readonly port: number | string }
  readonly grpc?: { readonly port: number }
  readonly sleep?: { readonly seconds: number }
}

const checkHttpGet = ({ path, port, scheme = '' as never, httpHeaders = [] }: HTTPGetAction, at: string) => [
  ...(path ? [] : [required(`${at}.path`)]),
  ...checkPortNumberOrName(port ?? 0, `${at}.port`),
  ...(['HTTP', 'HTTPS'].includes(scheme) ? [] : [notSupported(`${at}.scheme`, scheme, ['HTTP', 'HTTPS'])]),
  ...httpHeaders.flatMap(({ name = '' }) => checkForm(headerName, name, `${at}.httpHeaders`)),
]

const CHECKS: { readonly [name: string]: (handler: Handler, at: string, grace?: number) => readonly FieldError[] } = {
  exec: ({ exec }, at) => (exec?.command?.length ? [] : [required(`${at}.command`)]),
  httpGet: ({ httpGet }, at) => checkHttpGet(httpGet!, at),
  tcpSocket: ({ tcpSocket }, at) => checkPortNumberOrName(tcpSocket!.port ?? 0, `${at}.port`),
  grpc: ({ grpc }, at) => checkPortNumberOrName(grpc!.port ?? 0, `${at}.port`),
  sleep: ({ sleep }, at, grace) => {
    const seconds = sleep!.seconds ?? 0
    return grace !== undefined && (seconds < 0 || seconds > grace)
      ? [invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`)]
      : []
  },
}

const checkHandler = (handler: Handler, path: string, grace: number | undefined): readonly FieldError[] => {
  const set = Object.keys(CHECKS).filter((name) => handler[name as keyof Handler] !== undefined)
  if (set.length === 0) return [required(path, 'must specify a handler type')]
  return set.flatMap((name, index) =>
    index === 0
      ? CHECKS[name]!(handler, `${path}.${name}`, grace)
      : [forbidden(`${path}.${name}`, 'may not specify more than 1 handler type')],
  )
}

const NUMBERS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

const checkProbe = (probe: Probe, path: string, grace: number | undefined): readonly FieldError[] => {
  const patience = probe.terminationGracePeriodSeconds
  return [
    ...checkHandler(probe, path, grace),
    ...NUMBERS.flatMap((name) => checkNonNegative(probe[name], `${path}.${name}`)),
    ...(patience !== undefined && patience <= 0
      ? [invalid(`${path}.terminationGracePeriodSeconds`, patience, 'must be greater than 0')]
      : []),
  ]
}

/** Checks what is done to a container that runs: its hooks and its probes; `grace`: seconds that the pod has to end. */
export const validateCare = (container: Container, path: string, grace: number | undefined): readonly FieldError[] => {
  const { lifecycle = {} } = container
  const errors: FieldError[] = []
  for (const name of ['postStart', 'preStop'] as const) {
    const handler = lifecycle[name]
    if (handler) errors.push(...checkHandler(handler, `${path}.lifecycle.${name}`, grace))
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    const probe = container[name]
    if (probe === undefined) continue
    const at = `${path}.${name}`
    errors.push(...checkProbe(probe, at, grace))
    const { successThreshold, terminationGracePeriodSeconds: patience } = probe
    if (name === 'readinessProbe') {
      if (patience !== undefined)
        errors.push(invalid(`${at}.terminationGracePeriodSeconds`, patience, 'must not be set for readinessProbes'))
    } else if ((successThreshold ?? 0) !== 1)
      errors.push(invalid(`${at}.successThreshold`, successThreshold ?? 0, 'must be 1'))
  }
  return errors
}

import { own } from '#schema/own.ts'
import { parseQuantity } from '#schema/quantity.ts'
import type { ContainerPort } from '../spec/container.ts'
import type { EnvVar } from '../spec/environment.ts'
import type { PodSpec } from '../spec/spec.ts'
import { placedContainers } from '../validate/os.ts'

const SECCOMP_OF = 'container.seccomp.security.alpha.kubernetes.io/'
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'
const BYTES = ['memory', 'ephemeral-storage']
const GIGA = 1_000_000_000n

type Amounts = { readonly [name: string]: string } | undefined

const fractions = (amounts: Amounts, name: string, at: string): readonly string[] => {
  const text = own(amounts, name)
  return text !== undefined && parseQuantity(text).nano % GIGA !== 0n
    ? [`${at}[${name}]: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`]
    : []
}

/** A variable that is said again may build upon what it was. */
const isHidden = ({ name, value = '', valueFrom }: EnvVar): boolean =>
  valueFrom !== undefined || value === `$(${name})` || !value.includes(`$(${name})`)

const variableWarnings = (env: readonly EnvVar[], at: string): readonly string[] => {
  const seen = new Set<string>()
  return env.flatMap((variable, index) => {
    const { name } = variable
    const isAgain = seen.has(name)
    seen.add(name)
    return isAgain && isHidden(variable)
      ? [`${at}[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`]
      : []
  })
}

/** How two ports that containers of a pod say alike stand to one another. */
const portConflict = (port: ContainerPort, other: ContainerPort): string | undefined => {
  const [ip, otherIp] = [port.hostIP ?? '', other.hostIP ?? '']
  const [host, otherHost] = [port.hostPort ?? 0, other.hostPort ?? 0]
  if (ip === otherIp && host === otherHost) return 'duplicate'
  if (host === 0 || otherHost === 0) return 'overlapping'
  return host === otherHost && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined
}

const portWarnings = (placed: ReturnType<typeof placedContainers>): readonly string[] => {
  const known = new Map<string, { readonly at: string; readonly port: ContainerPort }[]>()
  return placed.flatMap(([path, { ports = [] }]) =>
    ports.flatMap((port, index) => {
      const at = `${path}.ports[${index}]`
      const key = `${port.containerPort}/${port.protocol}`
      const others = known.get(key) ?? []
      known.set(key, [...others, { at, port }])
      return others.flatMap((other) => {
        const conflict = portConflict(port, other.port)
        return conflict === undefined ? [] : [`${at}: ${conflict} port definition with ${other.at}`]
      })
    }),
  )
}

/** Of a pod's containers; `at`: what stands before `spec`, nothing for a pod itself. */
export const containerWarnings = (
  spec: PodSpec,
  annotations: { readonly [key: string]: string },
  at: string,
): readonly string[] => {
  const placed = placedContainers(spec, `${at}spec`)
  const hasProfile = spec.securityContext?.appArmorProfile !== undefined
  return [
    ...BYTES.flatMap((name) => fractions(spec.overhead, name, `${at}spec.overhead`)),
    ...placed.flatMap(([path, { name, resources, env = [], securityContext }]) => {
      const [seccomp, appArmor] = [`${SECCOMP_OF}${name}`, `${APP_ARMOR}${name}`]
      const isOld = at !== '' && !hasProfile && securityContext?.appArmorProfile === undefined
      return [
        ...(own(annotations, seccomp) !== undefined && securityContext?.seccompProfile === undefined
          ? [`${at}metadata.annotations[${seccomp}]: non-functional in v1.27+; use the "seccompProfile" field instead`]
          : []),
        ...(own(annotations, appArmor) !== undefined && isOld
          ? [`${at}metadata.annotations[${appArmor}]: deprecated since v1.30; use the "appArmorProfile" field instead`]
          : []),
        ...BYTES.flatMap((resource) => [
          ...fractions(resources?.limits, resource, `${path}.resources.limits`),
          ...fractions(resources?.requests, resource, `${path}.resources.requests`),
        ]),
        ...variableWarnings(env, `${path}.env`),
      ]
    }),
    ...portWarnings(placed),
  ]
}

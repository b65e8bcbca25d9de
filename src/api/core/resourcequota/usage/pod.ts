import type { Pod } from '#api/core/pod/message.ts'
import { podQosClass } from '#api/core/pod/qos.ts'
import type { PodAffinityTerm } from '#api/core/pod/spec/affinity.ts'
import { podAmounts } from '#api/core/pod/spec/amounts.ts'
import { isTerminalPhase } from '#objects/pod.ts'
import { type Amounts, addAmounts, addQuantities } from '#schema/quantity-sum.ts'
import type { Evaluator } from './evaluator.ts'
import { isValueIn, type ScopeRequirement } from './scope.ts'

const COUNT = 'count/pods'
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const NAMES = new Set([COUNT, 'pods', ...COMPUTE, ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`])])
/** Where these are limited, each container must say how much it takes: a mistake that Kubernetes keeps. */
const MUST_BE_SAID = ['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory']
const PAGES = 'hugepages-'

/** Of Kubernetes itself: without a domain, or of one of its own. */
const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/')

const tracks = (name: string): boolean =>
  NAMES.has(name) ||
  name.startsWith(PAGES) ||
  name.startsWith(`requests.${PAGES}`) ||
  (name.startsWith('requests.') && (!isNative(name) || name.startsWith('requests.deviceclass.resource.kubernetes.io/')))

/** What is asked for, under each of the names by which a quota may limit it. */
const named = (requests: Amounts, limits: Amounts): Amounts => {
  const usage: { [name: string]: string } = {}
  for (const [name, amount] of Object.entries(requests)) {
    if (COMPUTE.includes(name) || name.startsWith(PAGES)) usage[name] = amount
    if (COMPUTE.includes(name) || name.startsWith(PAGES) || !isNative(name)) usage[`requests.${name}`] = amount
  }
  for (const name of COMPUTE) if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name]
  return usage
}

/** Its containers have ended, or its time to end is long over: it takes nothing but its place in storage. */
const isOver = ({ metadata, status }: Pod, now: number): boolean => {
  if (isTerminalPhase(status?.phase)) return true
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata ?? {}
  if (!deletionTimestamp || deletionGracePeriodSeconds === undefined) return false
  return now > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000
}

const podUsage = (pod: Pod, now: number): Amounts => {
  if (isOver(pod, now)) return { [COUNT]: '1' }
  const { spec = {} as NonNullable<Pod['spec']> } = pod
  const overhead = spec.overhead ?? {}
  const requests = addAmounts(podAmounts(spec, 'requests'), overhead)
  // What has no limit does not get one by its overhead.
  const limits = Object.entries(podAmounts(spec, 'limits')).map(([name, amount]) => [
    name,
    overhead[name] === undefined ? amount : addQuantities(amount, overhead[name]),
  ])
  return { [COUNT]: '1', pods: '1', ...named(requests, Object.fromEntries(limits)) }
}

const isTerminating = ({ spec }: Pod): boolean => (spec?.activeDeadlineSeconds ?? -1) >= 0

const looksElsewhere = ({ namespaces = [], namespaceSelector }: PodAffinityTerm): boolean =>
  namespaces.length > 0 || namespaceSelector !== undefined

const hasForeignAffinity = ({ spec }: Pod): boolean => {
  const { podAffinity, podAntiAffinity } = spec?.affinity ?? {}
  return [podAffinity, podAntiAffinity].some(
    (one) =>
      (one?.requiredDuringSchedulingIgnoredDuringExecution ?? []).some(looksElsewhere) ||
      (one?.preferredDuringSchedulingIgnoredDuringExecution ?? []).some(({ podAffinityTerm }) =>
        looksElsewhere(podAffinityTerm),
      ),
  )
}

const isIn = (scope: ScopeRequirement, pod: Pod): boolean => {
  const isBestEffort = (): boolean => podQosClass(pod.spec ?? {}) === 'BestEffort'
  switch (scope.scopeName) {
    case 'Terminating':
      return isTerminating(pod)
    case 'NotTerminating':
      return !isTerminating(pod)
    case 'BestEffort':
      return isBestEffort()
    case 'NotBestEffort':
      return !isBestEffort()
    case 'PriorityClass':
      return isValueIn(scope, pod.spec?.priorityClassName || undefined)
    case 'CrossNamespacePodAffinity':
      return hasForeignAffinity(pod)
    default:
      return false
  }
}

const missing = (names: readonly string[], { spec }: Pod): string | undefined => {
  const whole = { ...spec?.resources?.requests, ...spec?.resources?.limits }
  if (Object.keys(whole).some((name) => COMPUTE.includes(name) || name.startsWith(PAGES))) return undefined
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name, resources }) => ({
    name,
    says: named(resources?.requests ?? {}, resources?.limits ?? {}),
  }))
  const lacking = MUST_BE_SAID.filter((name) => names.includes(name))
    .sort()
    .map((name) => [name, containers.filter(({ says }) => says[name] === undefined).map((one) => one.name)] as const)
    .filter(([, lacks]) => lacks.length > 0)
  if (lacking.length === 0) return undefined
  return `must specify ${lacking.map(([name, lacks]) => `${name} for: ${[...new Set(lacks)].sort().join(',')}`).join('; ')}`
}

export const podEvaluator: Evaluator = {
  tracks,
  usage: (object, now) => podUsage(object as Pod, now),
  isIn: (scope, object) => isIn(scope, object as Pod),
  holds({ object, previous, subresource }) {
    if (subresource === 'resize') return true
    if (subresource !== '') return false
    // Into another scope.
    return previous === undefined || isTerminating(object as Pod) !== isTerminating(previous as Pod)
  },
  missing: (names, object) => missing(names, object as Pod),
}

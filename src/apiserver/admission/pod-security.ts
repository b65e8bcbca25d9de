import { isDeepStrictEqual } from 'node:util'
import type { PodLike } from '#access/podsecurity/check.ts'
import { violations, violationsText } from '#access/podsecurity/evaluate.ts'
import { existingPodWarnings } from '#access/podsecurity/existing-pods.ts'
import { isSignificantUpdate } from '#access/podsecurity/pod-update.ts'
import {
  asksNothing,
  compareLevels,
  isSame as isSameLevel,
  type LevelVersion,
  levelText,
  policyOf,
} from '#access/podsecurity/policy.ts'
import { namespaces } from '#api/core/namespace/resource.ts'
import { pods } from '#api/core/pod/resource.ts'
import { type ApiObject, isSame, type Resource } from '#api/resource.ts'
import { type FieldError, fieldCauses } from '#api/validation/field-error.ts'
import { quoted } from '#schema/go-quoted.ts'
import { forbidden, invalid } from '../errors.ts'
import type { Admission, CreateAdmission, UpdateAdmission } from './admission.ts'

/** Pods are held to what the labels of their namespace ask of them: Kubernetes' PodSecurity, in its words. */
export const podSecurity: Admission = {
  check(request) {
    if (isSame(request.resource, namespaces)) checkNewNamespace(request)
    else checkPods(request)
  },
  checkUpdate(request) {
    const { resource, object, previous, subresource } = request
    if (isSame(resource, namespaces)) {
      if (subresource === '') checkNamespace(request)
    } else if (isSame(resource, pods)) {
      if (UNCHECKED.has(subresource) || !isSignificantUpdate(object as PodLike, previous as PodLike)) return
      checkPods(request)
    } else if (subresource === '') checkPods(request)
  },
}

/** Writes of these change nothing that rules are about. */
const UNCHECKED = new Set(['binding', 'eviction', 'status'])

/** By `group/plural`, where objects keep what pods are made from. */
const TEMPLATES: Readonly<Record<string, (object: never) => PodLike | undefined>> = {
  '/pods': (object: PodLike) => object,
  '/podtemplates': ({ template }: { template?: PodLike }) => template,
  'batch/cronjobs': ({ spec }: { spec?: { jobTemplate?: { spec?: { template?: PodLike } } } }) =>
    spec?.jobTemplate?.spec?.template,
  ...Object.fromEntries(
    [
      '/replicationcontrollers',
      'apps/replicasets',
      'apps/deployments',
      'apps/statefulsets',
      'apps/daemonsets',
      'batch/jobs',
    ].map((name) => [name, ({ spec }: { spec?: { template?: PodLike } }) => spec?.template]),
  ),
}

const templateOf = ({ group, plural }: Resource, object: ApiObject): PodLike | undefined =>
  TEMPLATES[`${group}/${plural}`]?.(object as never)

const KEY = 'pod-security.kubernetes.io/'

const would = (what: LevelVersion, found: Parameters<typeof violationsText>[0]): string =>
  `would violate PodSecurity ${quoted(levelText(what))}: ${violationsText(found)}`

/** As Kubernetes makes one error of several. */
const aggregated = (errors: readonly FieldError[]): string => {
  const texts = fieldCauses(errors).map(({ field, message }) => `${field}: ${message}`)
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

/** Pods are refused, and what makes them is only spoken of: its pods will be. */
const checkPods = ({ resource, object, reader, remarks }: CreateAdmission): void => {
  const pod = templateOf(resource, object)
  if (!pod) return
  const { name = '', namespace } = object.metadata ?? {}
  const { policy, errors } = policyOf(reader.find(namespaces, undefined, namespace ?? '')?.metadata?.labels)
  const isPod = isSame(resource, pods)
  if (isPod) remarks.annotate(`${KEY}enforce-policy`, levelText(policy.enforce))
  if (errors.length > 0) remarks.annotate(`${KEY}error`, `Failed to parse policy: ${aggregated(errors)}`)
  else if (asksNothing(policy)) return
  const audited = violations(policy.audit, pod)
  if (audited.length > 0) remarks.annotate(`${KEY}audit-violations`, would(policy.audit, audited))
  if (isPod) {
    const found = violations(policy.enforce, pod)
    const why = `violates PodSecurity ${quoted(levelText(policy.enforce))}: ${violationsText(found)}`
    if (found.length > 0) throw forbidden(resource, name, why)
  }
  const warned = violations(policy.warn, pod)
  if (warned.length > 0) remarks.warn(would(policy.warn, warned))
}

const checkNewNamespace = ({ resource, object: { metadata = {} } }: CreateAdmission): void => {
  const { errors } = policyOf(metadata.labels)
  if (errors.length > 0) throw invalid(resource, metadata.name ?? '', fieldCauses(errors))
}

const checkNamespace = ({ resource, object, previous, reader, remarks }: UpdateAdmission): void => {
  const { name = '', labels } = object.metadata ?? {}
  const [next, was] = [policyOf(labels), policyOf(previous.metadata?.labels)]
  if (next.errors.length > 0 && !isDeepStrictEqual(next.errors, was.errors))
    throw invalid(resource, name, fieldCauses(next.errors))
  const [enforce, before] = [next.policy.enforce, was.policy.enforce]
  if (isSameLevel(enforce, before) || enforce.level === 'privileged') return
  if (enforce.version === before.version && compareLevels(enforce.level, before.level) < 0) return
  const found = reader.all(pods, name) as readonly PodLike[]
  for (const warning of existingPodWarnings(name, enforce, found)) remarks.warn(warning)
}

import type { Pod } from '#api/core/pod/message.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { type FieldError, forbidden, invalid } from '#api/validation/field-error.ts'
import { placedContainers } from './os.ts'
import { checkDescendingPath } from './volumes/paths.ts'

const MIRROR = 'kubernetes.io/config.mirror'
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost'
const SECCOMP = 'seccomp.security.alpha.kubernetes.io/pod'
const SECCOMP_OF = 'container.seccomp.security.alpha.kubernetes.io/'
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/'

type Annotations = { readonly [key: string]: string }

/** A pod that only tells the API what a kubelet runs by itself. */
export const isMirror = ({ metadata }: Pod): boolean => metadata?.annotations?.[MIRROR] !== undefined

const checkSeccomp = (profile: string, path: string): readonly FieldError[] => {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return []
  if (profile.startsWith('localhost/')) return checkDescendingPath(profile.slice('localhost/'.length), path)
  return [invalid(path, profile, 'must be a valid seccomp profile')]
}

const checkAppArmor = (profile: string, path: string): readonly FieldError[] =>
  ['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith('localhost/')
    ? []
    : [invalid(path, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`)]

/** An amount of 32 bits, written without a plus or zeros before it. */
const isCost = (text: string): boolean =>
  /^(0|-?[1-9]\d*)$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31

/** Checks the annotations that mean something to whoever runs pods. */
export const validateAnnotationsOfPod = (
  annotations: Annotations,
  spec: PodSpec,
  path: string,
): readonly FieldError[] => {
  const errors: FieldError[] = []
  const { [MIRROR]: mirror, [DELETION_COST]: cost, [SECCOMP]: seccomp } = annotations
  if (mirror !== undefined && !spec.nodeName)
    errors.push(invalid(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'))
  if (cost !== undefined && !isCost(cost))
    errors.push(invalid(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer'))
  if (seccomp !== undefined) errors.push(...checkSeccomp(seccomp, `${path}.${SECCOMP}`))
  const names = new Set(placedContainers(spec, '').map(([, { name }]) => name))
  for (const [key, value] of Object.entries(annotations)) {
    if (key.startsWith(SECCOMP_OF)) errors.push(...checkSeccomp(value, `${path}.${key}`))
    if (!key.startsWith(APP_ARMOR)) continue
    const container = key.slice(APP_ARMOR.length)
    if (!names.has(container)) errors.push(invalid(`${path}[${key}]`, container, 'container not found'))
    errors.push(...checkAppArmor(value, `${path}[${key}]`))
  }
  return errors
}

/** Which annotations of a pod that is there stay as they are. */
export const validateAnnotationsUpdate = (pod: Pod, old: Pod, path: string): readonly FieldError[] => {
  const now: Annotations = pod.metadata?.annotations ?? {}
  const before: Annotations = old.metadata?.annotations ?? {}
  const fixed = (key: string): string | undefined =>
    key.startsWith(APP_ARMOR) ? 'AppArmor annotations' : key === MIRROR ? 'mirror pod annotation' : undefined
  const refuse = (keys: readonly string[], what: string): readonly FieldError[] =>
    keys.flatMap((key) => {
      const name = fixed(key)
      return name === undefined ? [] : [forbidden(`${path}[${key}]`, `may not ${what} ${name}`)]
    })
  return [
    ...refuse(
      Object.keys(before).filter((key) => now[key] !== before[key]),
      'remove or update',
    ),
    ...refuse(
      Object.keys(now).filter((key) => !(key in before)),
      'add',
    ),
    ...validateAnnotationsOfPod(now, pod.spec ?? {}, path),
  ]
}

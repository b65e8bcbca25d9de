import type { Pod } from '#api/core/pod/message.ts'
import type { ServiceAccount } from '#api/core/serviceaccount/message.ts'

const ANNOTATION = 'kubernetes.io/enforce-mountable-secrets'
const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True']

interface Reference {
  /** As Kubernetes begins its sentence. */
  readonly where: string
  readonly secret: string
}

type Container = NonNullable<NonNullable<Pod['spec']>['containers']>[number]

const inContainer = (kind: string, { name, env = [], envFrom = [] }: Container): readonly Reference[] => [
  ...env.flatMap(({ name: variable, valueFrom }) => {
    const secret = valueFrom?.secretKeyRef?.name
    return secret ? [{ where: `${kind} ${name} with envVar ${variable} referencing`, secret }] : []
  }),
  ...envFrom.flatMap(({ secretRef }) =>
    secretRef?.name ? [{ where: `${kind} ${name} with envFrom referencing`, secret: secretRef.name }] : [],
  ),
]

const referencesOf = ({ spec }: Pod): readonly Reference[] => [
  ...(spec?.volumes ?? []).flatMap(({ secret }) =>
    secret?.secretName ? [{ where: 'volume with', secret: secret.secretName }] : [],
  ),
  ...(spec?.initContainers ?? []).flatMap((container) => inContainer('init container', container)),
  ...(spec?.containers ?? []).flatMap((container) => inContainer('container', container)),
]

/**
 * Why a pod may not have a Secret that it names, in Kubernetes' words: its ServiceAccount asks that its pods have none
 * but those that it names itself. Undefined where nothing is wrong.
 */
export const secretRefusal = (account: ServiceAccount, pod: Pod): string | undefined => {
  const { annotations, name } = account.metadata ?? {}
  if (!TRUE.includes(annotations?.[ANNOTATION] ?? '')) return undefined
  const mountable = new Set((account.secrets ?? []).map((secret) => secret.name))
  const other = referencesOf(pod).find(({ secret }) => !mountable.has(secret))
  const because = `is not allowed because service account ${name} does not reference that`
  if (other) return `${other.where} secret.secretName="${other.secret}" ${because} secret`
  const pullable = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name))
  const pulls = pod.spec?.imagePullSecrets ?? []
  const index = pulls.findIndex((secret) => !pullable.has(secret.name))
  return index < 0 ? undefined : `imagePullSecrets[${index}].name="${pulls[index]!.name}" ${because} imagePullSecret`
}

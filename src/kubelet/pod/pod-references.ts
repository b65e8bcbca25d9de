import type { Pod } from '#api/core/pod/message.ts'
import type { KubeletContext } from '../context.ts'

interface PodReferences {
  readonly configMaps: ReadonlySet<string>
  readonly secrets: ReadonlySet<string>
}

/** The ConfigMaps and Secrets that a pod names, in volumes and in the environment. */
const podReferences = (pod: Pod): PodReferences => {
  const configMaps = new Set<string>()
  const secrets = new Set<string>()
  const add = (set: Set<string>, name: string | undefined): void => {
    if (name !== undefined && name !== '') set.add(name)
  }
  for (const volume of pod.spec?.volumes ?? []) {
    add(configMaps, volume.configMap?.name)
    add(secrets, volume.secret?.secretName)
    for (const { configMap, secret } of volume.projected?.sources ?? []) {
      add(configMaps, configMap?.name)
      add(secrets, secret?.name)
    }
  }
  for (const { env, envFrom } of [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]) {
    for (const { valueFrom } of env ?? []) {
      add(configMaps, valueFrom?.configMapKeyRef?.name)
      add(secrets, valueFrom?.secretKeyRef?.name)
    }
    for (const { configMapRef, secretRef } of envFrom ?? []) {
      add(configMaps, configMapRef?.name)
      add(secrets, secretRef?.name)
    }
  }
  return { configMaps, secrets }
}

/** Calls back after each change of a ConfigMap or Secret that the pod names; the result ends it. */
export const watchReferences = (
  context: Pick<KubeletContext, 'configMaps' | 'secrets'>,
  pod: Pod,
  changed: () => void,
): (() => void) => {
  const { configMaps, secrets } = podReferences(pod)
  const namespace = pod.metadata?.namespace ?? ''
  const ends = [
    ...[...configMaps].map((name) => context.configMaps.watch(namespace, name, changed)),
    ...[...secrets].map((name) => context.secrets.watch(namespace, name, changed)),
  ]
  return () => {
    for (const end of ends.splice(0)) end()
  }
}

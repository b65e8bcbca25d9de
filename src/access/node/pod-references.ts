import type { Pod } from '#api/core/pod/message.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'

/** What of its namespace a pod reads when it runs: names by kind. */
export interface PodReferences {
  readonly secrets: ReadonlySet<string>
  readonly configMaps: ReadonlySet<string>
  readonly claims: ReadonlySet<string>
}

interface SecretRef {
  readonly name?: string
}

/** Sources of volumes that name a Secret by a reference, and by which member. */
const REMOTE: readonly (readonly [keyof Volume, string])[] = [
  ['cephfs', 'secretRef'],
  ['cinder', 'secretRef'],
  ['csi', 'nodePublishSecretRef'],
  ['flexVolume', 'secretRef'],
  ['iscsi', 'secretRef'],
  ['rbd', 'secretRef'],
  ['scaleIO', 'secretRef'],
  ['storageos', 'secretRef'],
]

/** All that a pod names, whether it may be missing or not. */
export const podReferences = ({ metadata, spec }: Pod): PodReferences => {
  const secrets = new Set<string>()
  const configMaps = new Set<string>()
  const claims = new Set<string>()
  const note = (names: Set<string>, name: string | undefined): void => {
    if (name) names.add(name)
  }
  for (const { name } of spec?.imagePullSecrets ?? []) note(secrets, name)
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec ?? {}
  for (const { env = [], envFrom = [] } of [...containers, ...initContainers, ...ephemeralContainers]) {
    for (const { valueFrom } of env) {
      note(secrets, valueFrom?.secretKeyRef?.name)
      note(configMaps, valueFrom?.configMapKeyRef?.name)
    }
    for (const source of envFrom) {
      note(secrets, source.secretRef?.name)
      note(configMaps, source.configMapRef?.name)
    }
  }
  for (const volume of spec?.volumes ?? []) {
    note(secrets, volume.secret?.secretName)
    note(secrets, volume.azureFile?.secretName)
    note(configMaps, volume.configMap?.name)
    note(claims, volume.persistentVolumeClaim?.claimName)
    if (volume.ephemeral) note(claims, `${metadata?.name}-${volume.name}`)
    for (const source of volume.projected?.sources ?? []) {
      note(secrets, source.secret?.name)
      note(configMaps, source.configMap?.name)
    }
    for (const [kind, member] of REMOTE)
      note(secrets, (volume[kind] as Readonly<Record<string, SecretRef | undefined>> | undefined)?.[member]?.name)
  }
  return { secrets, configMaps, claims }
}

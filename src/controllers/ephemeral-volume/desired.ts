import type { PersistentVolumeClaim } from '#api/core/persistentvolumeclaim/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { isLeaving } from '#objects/deletion.ts'
import { controllerReference } from '#objects/owner-reference.ts'
import { isTerminal } from '#objects/pod.ts'
import { ephemeralClaimName } from '#placement/volumes/pod-claims.ts'

/** The claims that are to be there for a pod's ephemeral volumes; they go with the pod, which owns them. */
export const ephemeralClaims = (pod: Pod): readonly PersistentVolumeClaim[] => {
  if (isLeaving(pod) || isTerminal(pod)) return []
  return (pod.spec?.volumes ?? []).flatMap((volume): readonly PersistentVolumeClaim[] => {
    const template = volume.ephemeral?.volumeClaimTemplate
    if (template === undefined) return []
    const { labels, annotations } = template.metadata ?? {}
    return [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name: ephemeralClaimName(pod, volume),
          namespace: pod.metadata?.namespace,
          ...(labels && { labels }),
          ...(annotations && { annotations }),
          ownerReferences: [controllerReference(pod)],
        },
        spec: template.spec,
      },
    ]
  })
}

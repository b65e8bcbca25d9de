import { persistentVolumes } from '#api/core/persistentvolume/resource.ts'
import { persistentVolumeClaims } from '#api/core/persistentvolumeclaim/resource.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { ApiObject, Resource } from '#api/resource.ts'
import { storageClasses } from '#api/storage/storageclass/resource.ts'
import type { VolumeFacts } from '#explain/cluster/facts.ts'

/** All objects of a kind; undefined where they cannot be seen. */
type ListAll = <T extends ApiObject>(resource: Resource<T>) => Promise<readonly T[] | undefined>

const waitsWithClaims = ({ spec }: Pod): boolean =>
  !spec?.nodeName && (spec?.volumes ?? []).some((volume) => volume.persistentVolumeClaim ?? volume.ephemeral)

/** The claims and volumes of a cluster where some pod without a node uses one; undefined where nobody needs to know. */
export async function gatherVolumes(pods: readonly Pod[], list: ListAll): Promise<VolumeFacts | undefined> {
  if (!pods.some(waitsWithClaims)) return undefined
  const [claims, volumes, classes] = await Promise.all([
    list(persistentVolumeClaims),
    list(persistentVolumes),
    list(storageClasses),
  ])
  return claims && volumes && classes ? { claims, volumes, classes } : undefined
}

import { podReferences } from '#access/node/pod-references.ts'
import type { Random } from '#allocator/bitmap.ts'
import type { Pod } from '#api/core/pod/message.ts'
import { pods } from '#api/core/pod/resource.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import type { ServiceAccount } from '#api/core/serviceaccount/message.ts'
import { serviceAccounts } from '#api/core/serviceaccount/resource.ts'
import { isSame } from '#api/resource.ts'
import { MIRROR_POD_ANNOTATION } from '#objects/well-known.ts'
import { forbidden } from '../errors.ts'
import { randomSuffix } from '../generate-name.ts'
import { type Admission, nameOf } from './admission.ts'
import { secretRefusal } from './mountable-secrets.ts'

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
/** One hour and a bit, by which the server knows a kubelet's request for a pod's own token. */
const EXPIRATION_SECONDS = 3607

const SOURCES: NonNullable<Volume['projected']>['sources'] = [
  { serviceAccountToken: { expirationSeconds: EXPIRATION_SECONDS, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
]

/** All pods hold this, and not each its own. */
const PROJECTED = Object.freeze({ defaultMode: 0o644, sources: SOURCES })

const tokenVolume = (name: string): Volume => ({ name, projected: PROJECTED })

/**
 * Gives each pod a ServiceAccount that exists, and its token, CA certificate and namespace as a volume in every
 * container.
 */
export const serviceAccount = (random: Random): Admission => ({
  create({ resource, object, reader }) {
    if (!isSame(resource, pods)) return object
    const pod = object as Pod
    const refuse = (why: string) => forbidden(resource, nameOf(pod), why)
    if (pod.metadata?.annotations?.[MIRROR_POD_ANNOTATION] !== undefined) {
      const why = mirrorRefusal(pod)
      if (why !== undefined) throw refuse(why)
      return object
    }
    const namespace = pod.metadata?.namespace ?? ''
    const name = pod.spec?.serviceAccountName || 'default'
    const account = reader.find(serviceAccounts, namespace, name) as ServiceAccount | undefined
    if (!account) {
      throw refuse(`error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`)
    }
    const named: Pod = {
      ...pod,
      spec: {
        ...pod.spec!,
        serviceAccountName: name,
        serviceAccount: name,
        ...(!pod.spec?.imagePullSecrets?.length && account.imagePullSecrets?.length
          ? { imagePullSecrets: account.imagePullSecrets }
          : {}),
      },
    }
    const why = secretRefusal(account, named)
    if (why !== undefined) throw refuse(why)
    const mounts = pod.spec?.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true
    return mounts ? withToken(named, random) : named
  },
})

/** What a pod may not have that a node runs by itself: the API could not give it to the node. */
const mirrorRefusal = (pod: Pod): string | undefined => {
  const { serviceAccountName, volumes = [] } = pod.spec ?? {}
  if (serviceAccountName) return 'a mirror pod may not reference service accounts'
  if (podReferences(pod).secrets.size > 0) return 'a mirror pod may not reference secrets'
  const hasToken = volumes.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken))
  return hasToken ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined
}

const withToken = (pod: Pod, random: Random): Pod => {
  const spec = pod.spec!
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
  const has = (container: (typeof containers)[number]): boolean =>
    (container.volumeMounts ?? []).some(({ mountPath }) => mountPath === MOUNT_PATH)
  // A pod whose every container mounts something of its own there wants no token of ours.
  if (containers.every(has)) return pod
  const name = `kube-api-access-${randomSuffix(random)}`
  const mount = { name, readOnly: true, mountPath: MOUNT_PATH }
  const mounted = <C extends (typeof containers)[number]>(list: readonly C[] | undefined): readonly C[] | undefined =>
    list?.map((container) =>
      has(container) ? container : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] },
    )
  const initContainers = mounted(spec.initContainers)
  return {
    ...pod,
    spec: {
      ...spec,
      volumes: [...(spec.volumes ?? []), tokenVolume(name)],
      containers: mounted(spec.containers) ?? [],
      ...(initContainers ? { initContainers } : {}),
    },
  }
}

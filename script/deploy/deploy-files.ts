import type { ApiObject } from '#api/resource.ts'
import { VERSION } from '#client/version.ts'
import type { PartName } from '#incluster/settings/part-name.ts'
import { PART_NAMES } from '#incluster/settings/part-name.ts'
import { DEFAULT_NAMESPACE, type Installation } from '#install/objects/installation.ts'
import { manifestText } from '#install/objects/manifest-text.ts'
import { objectsOf } from '#install/objects/objects.ts'

/** As kubeadm lays a cluster out; who has it otherwise changes the settings. */
const USUAL = {
  apiServers: [],
  clusterCidrs: ['10.244.0.0/16'],
  serviceCidrs: ['10.96.0.0/12'],
  clusterDns: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  nodePortAddresses: [],
} as const

/** `base` goes beside a network that is there; `whole` is for clusters that have none. */
const FOLDERS: Readonly<Record<string, readonly PartName[]>> = {
  base: PART_NAMES.filter((name) => name !== 'network'),
  whole: PART_NAMES,
}

/** `DaemonSet fairlead-node` stands in `daemonset-fairlead-node.yaml`. */
const fileOf = ({ kind, metadata }: ApiObject): string =>
  [kind, metadata?.namespace === 'kube-system' ? metadata.namespace : '', metadata?.name]
    .filter(Boolean)
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')

const installation = (parts: readonly PartName[]): Installation => ({
  namespace: DEFAULT_NAMESPACE,
  image: `fairlead:${VERSION}`,
  settings: { parts, ...USUAL },
})

/** The files of the folder deploy/, by their paths in it: what `fairlead install` would apply, for kustomize. */
export const deployFiles = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(FOLDERS).flatMap(([folder, parts]) => {
      const objects = objectsOf(installation(parts)).map((object) => [`${fileOf(object)}.yaml`, object] as const)
      const kustomization = {
        apiVersion: 'kustomize.config.k8s.io/v1beta1',
        kind: 'Kustomization',
        resources: objects.map(([file]) => file),
      }
      return [
        [`${folder}/kustomization.yaml`, manifestText([kustomization], 'yaml')],
        ...objects.map(([file, object]) => [`${folder}/${file}`, manifestText([object], 'yaml')] as const),
      ] as const
    }),
  )

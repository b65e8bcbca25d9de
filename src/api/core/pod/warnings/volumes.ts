import type { Volume } from '../volume/volume.ts'

/** Sources that nothing serves any more; Kubernetes spells one of them in its own way. */
const GONE: readonly (readonly [source: keyof Volume, why: string, spelt?: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]

/** Files beside a token, in the place of one. */
const besideTokens = (volumes: readonly Volume[], path: string): readonly string[] => {
  const sourcesOf = ({ projected }: Volume) => projected?.sources ?? []
  const tokens = new Set(
    volumes.flatMap(sourcesOf).flatMap(({ serviceAccountToken }) => serviceAccountToken?.path ?? []),
  )
  if (tokens.size === 0) return []
  const taken = (file: string, at: string): readonly string[] =>
    tokens.has(file) ? [`${at}: has duplicated path with ServiceAccountToken ${JSON.stringify(file)}`] : []
  return volumes.flatMap((volume, index) =>
    sourcesOf(volume).flatMap(({ configMap, secret, downwardAPI, clusterTrustBundle }) => {
      const at = `${path}[${index}].projected.sources`
      return [
        ...(configMap?.items ?? []).flatMap((item, place) => taken(item.path, `${at}.configMap[${place}]`)),
        ...(secret?.items ?? []).flatMap((item, place) => taken(item.path, `${at}.secrets[${place}]`)),
        ...(downwardAPI?.items ?? []).flatMap((item, place) => taken(item.path, `${at}.downwardAPI[${place}]`)),
        ...(clusterTrustBundle === undefined ? [] : taken(clusterTrustBundle.path, `${at}.ClusterTrustBundle`)),
      ]
    }),
  )
}

/** Of a pod's volumes. */
export const volumeWarnings = (volumes: readonly Volume[], path: string): readonly string[] => [
  ...volumes.flatMap((volume, index) =>
    GONE.flatMap(([source, why, spelt = source]) =>
      volume[source] === undefined ? [] : [`${path}[${index}].${spelt}: ${why}`],
    ),
  ),
  ...besideTokens(volumes, path),
]

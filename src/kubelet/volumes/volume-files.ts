import type { ConfigMap } from '#api/core/configmap/message.ts'
import type { Pod } from '#api/core/pod/message.ts'
import type { DownwardAPIVolumeFile, KeyToPath } from '#api/core/pod/volume/projected.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import type { Secret } from '#api/core/secret/message.ts'
import type { References } from '../env/container-env.ts'
import { fieldValue, type PodFacts, resourceValue } from '../env/field-ref.ts'
import { KubeletError } from '../kubelet-error.ts'

interface VolumeFile {
  readonly content: Uint8Array
  readonly mode: number
  /** Whose it is; absent: root's. */
  readonly owner?: number
}
/** Relative slash path → file. */
export type VolumeFiles = ReadonlyMap<string, VolumeFile>

/** A ServiceAccount token for a path, from TokenRequest. */
export type TokenSource = (options: {
  readonly audience?: string
  readonly expirationSeconds?: number
}) => Promise<string>

const DEFAULT_MODE = 0o644
/** Octets that Linux lets a name have, and a path below the folder of a volume. */
const LONGEST_NAME = 255
const LONGEST_PATH = 3072
const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Undefined where the path leaves the volume, hides in our own names, or names the volume itself. */
const safePath = (path: string): string | undefined => {
  const parts = path.split('/')
  if (path === '' || path.startsWith('/') || parts.includes('..') || parts[0]?.startsWith('..')) return undefined
  return parts.filter((part) => part !== '' && part !== '.').join('/') || undefined
}

const place = (
  files: Map<string, VolumeFile>,
  at: string,
  path: string,
  content: Uint8Array,
  mode: number,
  owner?: number,
): void => {
  const safe = safePath(path)
  if (safe === undefined)
    throw new KubeletError('VOLUME_INVALID', `${at}: path "${path}" must be relative and without '..'`)
  if (safe.split('/').some((name) => Buffer.byteLength(name) > LONGEST_NAME) || Buffer.byteLength(safe) > LONGEST_PATH)
    throw new KubeletError(
      'VOLUME_INVALID',
      `${at}: path "${path}" is too long: a name has at most ${LONGEST_NAME} octets, and all of it ${LONGEST_PATH}`,
    )
  files.set(safe, { content, mode, ...(owner === undefined ? {} : { owner }) })
}

/** What is to be a file cannot be the folder of another one. */
const checkFolders = (files: VolumeFiles, at: string): void => {
  for (const path of files.keys()) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end)
      if (files.has(folder))
        throw new KubeletError(
          'VOLUME_INVALID',
          `${at}: path "${folder}" is a file, and the folder of "${path}": give one of them another path`,
        )
    }
  }
}

const contents = (object: ConfigMap | Secret, kind: 'configmap' | 'secret'): ReadonlyMap<string, Uint8Array> => {
  const all = new Map<string, Uint8Array>()
  for (const [key, value] of Object.entries(object.data ?? {})) {
    all.set(key, kind === 'secret' ? Buffer.from(value, 'base64') : encode(value))
  }
  const binary = 'binaryData' in object ? (object.binaryData ?? {}) : {}
  for (const [key, value] of Object.entries(binary)) all.set(key, Buffer.from(value, 'base64'))
  return all
}

interface KeyedSource {
  readonly name: string
  readonly items?: readonly KeyToPath[]
  readonly optional?: boolean
}

const addKeyed = async (
  files: Map<string, VolumeFile>,
  at: string,
  kind: 'configmap' | 'secret',
  source: KeyedSource,
  mode: number,
  references: References,
): Promise<void> => {
  const object = await (kind === 'configmap' ? references.configMap(source.name) : references.secret(source.name))
  if (object === undefined) {
    if (source.optional) return
    throw new KubeletError('REFERENCE_NOT_FOUND', `${at}: ${kind} "${source.name}" not found`)
  }
  const all = contents(object, kind)
  const items = source.items ?? []
  if (items.length === 0) for (const [key, content] of all) place(files, at, key, content, mode)
  for (const item of items) {
    const content = all.get(item.key)
    if (content === undefined) {
      if (source.optional) continue
      throw new KubeletError('REFERENCE_NOT_FOUND', `${at}: references non-existent ${kind} key: ${item.key}`)
    }
    place(files, at, item.path, content, item.mode ?? mode)
  }
}

const addDownward = (
  files: Map<string, VolumeFile>,
  at: string,
  pod: Pod,
  items: readonly DownwardAPIVolumeFile[],
  mode: number,
  node: PodFacts,
): void => {
  for (const item of items) {
    const value =
      item.fieldRef !== undefined
        ? fieldValue(pod, item.fieldRef.fieldPath, node)
        : resourceValue(pod, '', item.resourceFieldRef ?? { resource: '' }, node)
    place(files, at, item.path, encode(value), item.mode ?? mode)
  }
}

/** Whether a volume’s files are written by us from the API, and renewed. */
export const isFileVolume = (volume: Volume): boolean =>
  [volume.configMap, volume.secret, volume.projected, volume.downwardAPI].some((source) => source !== undefined)

/**
 * The files of a configMap, secret, downwardAPI or projected volume. Throws REFERENCE_NOT_FOUND where an object or key
 * that is not optional is missing, VOLUME_INVALID for a path that leads out of the volume, or that no file can have there.
 */
export const volumeFiles = async (
  pod: Pod,
  volume: Volume,
  node: PodFacts,
  references: References,
  token: TokenSource,
): Promise<VolumeFiles> => {
  const files = new Map<string, VolumeFile>()
  const at = `volume "${volume.name}"`
  if (volume.configMap) {
    const { name = '', items, optional, defaultMode = DEFAULT_MODE } = volume.configMap
    await addKeyed(files, at, 'configmap', { name, items, optional }, defaultMode, references)
  } else if (volume.secret) {
    const { secretName: name = '', items, optional, defaultMode = DEFAULT_MODE } = volume.secret
    await addKeyed(files, at, 'secret', { name, items, optional }, defaultMode, references)
  } else if (volume.downwardAPI) {
    addDownward(files, at, pod, volume.downwardAPI.items ?? [], volume.downwardAPI.defaultMode ?? DEFAULT_MODE, node)
  } else if (volume.projected) {
    const mode = volume.projected.defaultMode ?? DEFAULT_MODE
    for (const { configMap, secret, downwardAPI, serviceAccountToken } of volume.projected.sources ?? []) {
      if (configMap)
        await addKeyed(files, at, 'configmap', { ...configMap, name: configMap.name ?? '' }, mode, references)
      if (secret) await addKeyed(files, at, 'secret', { ...secret, name: secret.name ?? '' }, mode, references)
      if (downwardAPI) addDownward(files, at, pod, downwardAPI.items ?? [], mode, node)
      if (serviceAccountToken) {
        const text = await token(serviceAccountToken)
        const owner = userOf(pod)
        // A token is for its pod's user alone, and for its group, where they are said.
        const isOwned = owner !== undefined || pod.spec?.securityContext?.fsGroup !== undefined
        place(files, at, serviceAccountToken.path, encode(text), isOwned ? 0o600 : mode, owner)
      }
    }
  }
  checkFolders(files, at)
  return files
}

/** The one user as whom all containers of a pod are said to run; undefined where one does not say it, or says another. */
const userOf = ({ spec }: Pod): number | undefined => {
  const containers = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]
  const users = new Set(
    containers.map(({ securityContext: own }) => own?.runAsUser ?? spec?.securityContext?.runAsUser),
  )
  return users.size === 1 ? [...users][0] : undefined
}

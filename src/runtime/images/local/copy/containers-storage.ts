import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { RuntimeError } from '../../../runtime-error.ts'

/**
 * What is read of the files of containers/storage, which skopeo writes as Podman and CRI-O do: of its lists of images and of
 * layers. Other fields are its own matter.
 */
interface StoredImage {
  /** Digest of its configuration, without `sha256:`. */
  readonly id: string
  readonly digest?: string
  readonly names?: readonly string[]
  /** Its top layer. */
  readonly layer?: string
  readonly 'big-data-digests'?: Readonly<Record<string, string>>
}

interface StoredLayer {
  readonly id: string
  readonly parent?: string
  readonly 'diff-size'?: number
  /** Of the layer as it is unpacked: `sha256:…`. */
  readonly 'diff-digest'?: string
}

/** An image as the storage has it. */
interface ImageInStorage {
  readonly id: string
  /** Of its manifests, `sha256:…`, the one that it was copied by first. */
  readonly digests: readonly string[]
  /** The top one first. */
  readonly layers: readonly string[]
  readonly sizeBytes: number
  /** JSON. */
  readonly config: string
}

const readList = <T>(path: string): readonly T[] =>
  existsSync(path) ? ((JSON.parse(readFileSync(path, 'utf8')) as readonly T[] | null) ?? []) : []
const images = (storage: string): readonly StoredImage[] => readList(join(storage, 'overlay-images/images.json'))

const layersOf = (storage: string): readonly StoredLayer[] => readList(join(storage, 'overlay-layers/layers.json'))

/** The ids of all images of the storage: `sha256:…`. */
export const storedIds = (storage: string): readonly string[] => images(storage).map(({ id }) => `sha256:${id}`)

/** Digests of all layers of the storage, unpacked: what has one of these is not copied again. */
export const storedLayers = (storage: string): ReadonlySet<string> =>
  new Set(layersOf(storage).flatMap((layer) => layer['diff-digest'] ?? []))

/** The ids of those that come under one of these names: an image has its name only after it is there. */
export const idsComing = (storage: string, targets: ReadonlySet<string>): readonly string[] =>
  images(storage)
    .filter(({ names = [] }) => (names.length === 0 && targets.size > 0) || names.some((name) => targets.has(name)))
    .map(({ id }) => `sha256:${id}`)

/** Where a layer's files are, for overlays to show. */
export const layerFolder = (storage: string, layer: string): string => join(storage, 'overlay', layer, 'diff')

/** Big data lies in files of its name, which is in base64 behind a `=` where it is no plain word. */
const bigData = (storage: string, image: string, name: string): string =>
  join(
    storage,
    'overlay-images',
    image,
    /^[a-zA-Z0-9._-]+$/.test(name) ? name : `=${Buffer.from(name).toString('base64')}`,
  )

/** The image that has been copied under `name`. Throws RuntimeError IMAGE_CORRUPT where its parts are not there. */
export const storedImage = (storage: string, name: string): ImageInStorage => {
  const image = images(storage).find(({ names }) => names?.includes(name))
  if (image === undefined) throw new RuntimeError('IMAGE_CORRUPT', `the copy '${name}' is not in ${storage}`)
  const all = new Map(layersOf(storage).map((one) => [one.id, one]))
  const layers: StoredLayer[] = []
  for (let id = image.layer; id; id = layers.at(-1)?.parent) {
    const layer = all.get(id)
    if (layer === undefined || layers.includes(layer))
      throw new RuntimeError('IMAGE_CORRUPT', `image sha256:${image.id}: its layer ${id} is not in ${storage}`)
    layers.push(layer)
  }
  const manifests = Object.entries(image['big-data-digests'] ?? {})
    .filter(([key]) => key === 'manifest' || key.startsWith('manifest-'))
    .map(([, digest]) => digest)
  return {
    id: `sha256:${image.id}`,
    digests: [...new Set([...(image.digest ? [image.digest] : []), ...manifests])],
    layers: layers.map(({ id }) => id),
    sizeBytes: layers.reduce((sum, layer) => sum + (layer['diff-size'] ?? 0), 0),
    config: readFileSync(bigData(storage, image.id, `sha256:${image.id}`), 'utf8'),
  }
}

import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Offer {
  /** JSON. */
  readonly config?: string
  /** What a config.json of whoever may have it holds. */
  readonly login?: string
  readonly fault?: string
  readonly hangs?: boolean
}

interface StoredImage {
  readonly id: string
  readonly digest: string
  readonly names: readonly string[]
  readonly layer: string
}

const STORED = /^containers-storage:\[overlay@(.*)\+(.*)\](.*)$/
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const level = (words: string): string => `time="x" level=fatal msg="${words}"`
const readList = <T>(path: string): readonly T[] => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [])

/**
 * Does to a storage what skopeo would by these words, of images that are made up where they are not folders: their
 * configuration is what is offered. Gives what it says of a failure; '' where there is none, undefined where it hangs.
 */
export const answerOf = (words: readonly string[], offers: ReadonlyMap<string, Offer>): string | undefined => {
  const [, storage = '', , name = ''] = STORED.exec(words.at(-1) ?? '') ?? []
  for (const folder of ['overlay-images', 'overlay-layers', 'overlay'])
    mkdirSync(join(storage, folder), { recursive: true })
  if (words.includes('delete')) return deleted(storage, name)
  const source = words.at(-2) ?? ''
  const offer = offers.get(source) ?? {}
  if (offer.hangs) return undefined
  const auth = words.indexOf('--src-authfile')
  const logins = auth < 0 ? '' : JSON.stringify(JSON.parse(readFileSync(words[auth + 1]!, 'utf8')).auths)
  if (offer.login !== undefined && !logins.includes(offer.login)) return level('unauthorized: authentication required')
  if (offer.fault !== undefined) return level(offer.fault)
  copied(storage, name, configOf(source) ?? offer.config ?? JSON.stringify({ source }))
  return ''
}

const files = (storage: string) => ({
  images: join(storage, 'overlay-images/images.json'),
  layers: join(storage, 'overlay-layers/layers.json'),
})

const deleted = (storage: string, name: string): string => {
  const { images, layers } = files(storage)
  const all = readList<StoredImage>(images)
  const gone = all.find(({ id, names }) => `@${id}` === name || names.includes(name))
  if (gone === undefined) return level('reference does not resolve to an image ID')
  const left = all.filter((image) => image !== gone)
  writeFileSync(images, JSON.stringify(left))
  const isKept = ({ id }: { readonly id: string }): boolean => left.some(({ layer }) => layer === id)
  const known = readList<{ readonly id: string }>(layers)
  for (const layer of known)
    if (!isKept(layer)) rmSync(join(storage, 'overlay', layer.id), { recursive: true, force: true })
  writeFileSync(layers, JSON.stringify(known.filter(isKept)))
  return ''
}

/** Of an image in a folder, as OCI lays it out. */
const configOf = (source: string): string | undefined => {
  if (!source.startsWith('oci:')) return undefined
  const folder = source.slice('oci:'.length)
  const blob = (digest: string) => readFileSync(join(folder, 'blobs', digest.replace(':', '/')), 'utf8')
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
  return blob(JSON.parse(blob(index.manifests[0].digest)).config.digest)
}

const copied = (storage: string, name: string, config: string): void => {
  const { images, layers } = files(storage)
  const id = sha256(config)
  const layer = sha256(`layer of ${id}`)
  const all = readList<StoredImage>(images)
  const names = [...all.filter((one) => one.id === id).flatMap((one) => one.names), name]
  mkdirSync(join(storage, 'overlay', layer, 'diff'), { recursive: true })
  const folder = join(storage, 'overlay-images', id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `=${Buffer.from(`sha256:${id}`).toString('base64')}`), config)
  const digest = `sha256:${sha256(`manifest of ${id}`)}`
  writeFileSync(images, JSON.stringify([...all.filter((one) => one.id !== id), { id, digest, names, layer }]))
  const others = readList<{ readonly id: string }>(layers).filter((one) => one.id !== layer)
  writeFileSync(layers, JSON.stringify([...others, { id: layer, 'diff-size': 7 }]))
}

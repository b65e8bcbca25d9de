import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { type Entry, tarOf } from './tar.ts'

interface Layer {
  readonly tar: Uint8Array
  readonly packed?: 'gzip' | 'zstd'
}

interface ImageParts {
  readonly layers: readonly Layer[]
  /** As in an image's `config`: Entrypoint, Cmd, Env … */
  readonly config?: object
  readonly architecture?: string
  /** Of the manifest's layers: what they are said to be, in place of what they are. */
  readonly wrongDiffId?: string
}

/** What Go calls this machine. */
export const OWN_ARCHITECTURE = arch() === 'x64' ? 'amd64' : arch()

export const layer = (entries: readonly Entry[], packed?: Layer['packed']): Layer => ({
  tar: tarOf(entries),
  ...(packed && { packed }),
})

/** A static busybox with some of its applets, for a shell in an image. */
export const busyboxLayer = (packed?: Layer['packed']): Layer =>
  layer(
    [
      { name: 'bin', type: 'folder' },
      { name: 'tmp', type: 'folder', mode: 0o1777 },
      { name: 'bin/busybox', data: readFileSync('/bin/busybox'), mode: 0o755 },
      ...['sh', 'cat', 'echo', 'env', 'httpd', 'id', 'ls', 'pwd', 'sleep', 'stat', 'touch', 'true'].map(
        (applet): Entry => ({ name: `bin/${applet}`, type: 'symlink', target: 'busybox' }),
      ),
    ],
    packed,
  )

const sha256 = (octets: Uint8Array | string): string => createHash('sha256').update(octets).digest('hex')
const MEDIA = 'application/vnd.oci.image'

/** Writes an image into an OCI layout; `name`: its reference there. Gives the digest of its manifest. */
export const writeLayout = (
  folder: string,
  images: readonly (ImageParts & { readonly name?: string })[],
  { index = false } = {},
): string => {
  const blobs = join(folder, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const put = (octets: Uint8Array | string) => {
    const hex = sha256(octets)
    writeFileSync(join(blobs, hex), octets)
    return { digest: `sha256:${hex}`, size: octets.length }
  }
  const entries = images.map(({ layers, config = {}, architecture = OWN_ARCHITECTURE, name, wrongDiffId }) => {
    const blob = ({ tar, packed }: Layer) => {
      const octets = packed === 'gzip' ? gzipSync(tar) : packed === 'zstd' ? zstdCompressSync(tar) : tar
      return { mediaType: `${MEDIA}.layer.v1.tar${packed ? `+${packed}` : ''}`, ...put(octets) }
    }
    const diffIds = layers.map(({ tar }) => wrongDiffId ?? `sha256:${sha256(tar)}`)
    const image = { architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: diffIds } }
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: `${MEDIA}.manifest.v1+json`,
      config: { mediaType: `${MEDIA}.config.v1+json`, ...put(JSON.stringify(image)) },
      layers: layers.map(blob),
    })
    return {
      mediaType: `${MEDIA}.manifest.v1+json`,
      ...put(manifest),
      ...(index && { platform: { architecture, os: 'linux' } }),
      ...(name !== undefined && { annotations: { 'org.opencontainers.image.ref.name': name } }),
    }
  })
  const list = { schemaVersion: 2, mediaType: `${MEDIA}.index.v1+json`, manifests: entries }
  const top = index ? [{ mediaType: list.mediaType, ...put(JSON.stringify(list)) }] : entries
  writeFileSync(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: top }))
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  return top[0]!.digest
}

/** A folder's files as an archive. */
export const archiveOf = (folder: string): Uint8Array =>
  tarOf(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => ({
        name: relative(folder, join(entry.parentPath, entry.name)),
        data: readFileSync(join(entry.parentPath, entry.name)),
      })),
  )

/** What `docker save` writes of these images. */
export const dockerArchive = (
  images: readonly (ImageParts & { readonly tags: readonly string[] | null })[],
): Uint8Array => {
  const files: Entry[] = []
  const manifest = images.map(({ layers, config = {}, architecture = OWN_ARCHITECTURE, tags, wrongDiffId }) => {
    const names = layers.map(({ tar }) => {
      const name = `${sha256(tar)}.tar`
      if (!files.some((file) => file.name === name)) files.push({ name, data: tar })
      return name
    })
    const diffIds = names.map((name) => wrongDiffId ?? `sha256:${name.slice(0, 64)}`)
    const image = JSON.stringify({ architecture, os: 'linux', config, rootfs: { type: 'layers', diff_ids: diffIds } })
    files.push({ name: `${sha256(image)}.json`, data: image })
    return { Config: `${sha256(image)}.json`, RepoTags: tags, Layers: names }
  })
  return tarOf([...files, { name: 'manifest.json', data: JSON.stringify(manifest) }])
}

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gzip, zstdCompress } from 'node:zlib'

export type Compression = 'gzip' | 'zstd'

export interface Layer {
  readonly folder: string
  /** Large, and seldom another: kept packed for the next time. */
  readonly kept?: boolean
}

interface ImageDescription {
  /** The full reference, its registry too. */
  readonly name: string
  readonly architecture: string
  /** As in an image's configuration: Entrypoint, Env … */
  readonly config: object
  readonly compression: Compression
  /** A folder where layers are kept packed. */
  readonly cache: string
}

const MEDIA = 'application/vnd.oci.image'
/** Images have a date; one that is the same each time. */
const CREATED = '1970-01-01T00:00:00Z'
/** Layers in one form, whoever packs them, when and where. */
const STABLE = '--format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner'.split(' ')

const sha256 = (octets: Buffer | string): string => createHash('sha256').update(octets).digest('hex')

const compress: Readonly<Record<Compression, (tar: Buffer) => Promise<Buffer>>> = {
  // 9 takes twice the time, for less than a hundredth.
  gzip: (tar) => promisify(gzip)(tar, { level: 6 }),
  zstd: (tar) => promisify(zstdCompress)(tar, { params: { [constants.ZSTD_c_compressionLevel]: 9 } }),
}

const tarOf = (folder: string): Buffer =>
  execFileSync('tar', [...STABLE, '--create', '--directory', folder, '.'], {
    maxBuffer: 1 << 30,
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
  })

/**
 * Writes an image of these layers, the lowest first, into one file: an archive in OCI's layout, which
 * says in the words of `docker save` too what it holds. Gives the digest of its manifest, and the octets of its layers.
 */
export const writeImage = async (
  layers: readonly Layer[],
  draft: string,
  file: string,
  { name, architecture, config, compression, cache }: ImageDescription,
): Promise<{ readonly digest: string; readonly layers: readonly number[] }> => {
  const blobs = join(draft, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const put = (octets: Buffer | string): { readonly digest: string; readonly size: number } => {
    const hex = sha256(octets)
    writeFileSync(join(blobs, hex), octets)
    return { digest: `sha256:${hex}`, size: octets.length }
  }
  const packed = await Promise.all(
    layers.map(async ({ folder, kept = false }) => {
      const tar = tarOf(folder)
      const diffId = sha256(tar)
      // Other releases of Node.js may pack otherwise.
      const file = join(cache, `${diffId}.${process.versions.node}.${compression}`)
      const octets = await (kept ? once(file, () => compress[compression](tar)) : compress[compression](tar))
      return { diffId: `sha256:${diffId}`, octets }
    }),
  )
  const image = JSON.stringify({
    created: CREATED,
    architecture,
    os: 'linux',
    config,
    rootfs: { type: 'layers', diff_ids: packed.map(({ diffId }) => diffId) },
    history: packed.map(() => ({ created: CREATED, created_by: 'script/image' })),
  })
  const shown = packed.map(({ octets }) => ({ mediaType: `${MEDIA}.layer.v1.tar+${compression}`, ...put(octets) }))
  const configuration = { mediaType: `${MEDIA}.config.v1+json`, ...put(image) }
  const mediaType = `${MEDIA}.manifest.v1+json`
  const manifest = put(JSON.stringify({ schemaVersion: 2, mediaType, config: configuration, layers: shown }))
  const names = {
    'io.containerd.image.name': name,
    'org.opencontainers.image.ref.name': name.slice(name.lastIndexOf(':') + 1),
  }
  const path = (digest: string): string => `blobs/${digest.replace(':', '/')}`
  const texts = {
    'oci-layout': { imageLayoutVersion: '1.0.0' },
    'index.json': {
      schemaVersion: 2,
      mediaType: `${MEDIA}.index.v1+json`,
      manifests: [{ mediaType, ...manifest, platform: { architecture, os: 'linux' }, annotations: names }],
    },
    'manifest.json': [
      { Config: path(configuration.digest), RepoTags: [name], Layers: shown.map(({ digest }) => path(digest)) },
    ],
  }
  for (const [entry, value] of Object.entries(texts)) writeFileSync(join(draft, entry), JSON.stringify(value))
  // Beside, and then in place: a file that is there is whole. What says what is in it comes first, for who reads a stream.
  const words = [
    ...STABLE,
    '--mode=u=rwX,go=rX',
    '--create',
    '--file',
    `${file}.draft`,
    '--directory',
    draft,
    ...Object.keys(texts),
    'blobs',
  ]
  execFileSync('tar', words, { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } })
  renameSync(`${file}.draft`, file)
  return { digest: manifest.digest, layers: shown.map(({ size }) => size) }
}

const once = async (file: string, make: () => Promise<Buffer>): Promise<Buffer> => {
  if (existsSync(file)) return readFileSync(file)
  const octets = await make()
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  try {
    writeFileSync(draft, octets)
    renameSync(draft, file)
  } finally {
    rmSync(draft, { force: true })
  }
  return octets
}

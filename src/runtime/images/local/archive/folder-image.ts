import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { RuntimeError } from '../../../runtime-error.ts'

/** How an image that is made of a folder is to be run; what is left out, the image leaves open. */
export interface FolderImageConfig {
  readonly entrypoint?: readonly string[]
  readonly cmd?: readonly string[]
  readonly env?: readonly string[]
  readonly workingDir?: string
  readonly user?: string
  /** `80/tcp`. */
  readonly exposedPorts?: readonly string[]
}

const GO_ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }
/** What Go, and so every image, calls this machine. */
export const machineArchitecture = (): string => GO_ARCH[arch()] ?? arch()

const LAYOUT = '{"imageLayoutVersion":"1.0.0"}'
const TYPE = 'application/vnd.oci.image'

/**
 * Writes an image of one layer, all that is in `folder` with its owners and modes, as an OCI layout into `target`, an empty
 * folder. Rejects with RuntimeError IMAGE_INVALID where the folder cannot be read.
 */
export const writeFolderImage = async (folder: string, target: string, config: FolderImageConfig): Promise<void> => {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new RuntimeError('IMAGE_INVALID', `'${folder}' is no folder`)
  const blobs = join(target, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true, mode: 0o700 })
  const layer = await pack(folder, blobs)
  const { entrypoint, cmd, env, workingDir, user, exposedPorts = [] } = config
  const image = {
    created: new Date().toISOString(),
    architecture: machineArchitecture(),
    os: 'linux',
    config: {
      ...(entrypoint && { Entrypoint: entrypoint }),
      ...(cmd && { Cmd: cmd }),
      ...(env && { Env: env }),
      ...(workingDir && { WorkingDir: workingDir }),
      ...(user && { User: user }),
      ...(exposedPorts.length > 0 && { ExposedPorts: Object.fromEntries(exposedPorts.map((port) => [port, {}])) }),
    },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
    history: [{ created_by: 'fairlead image add' }],
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: `${TYPE}.manifest.v1+json`,
    config: { mediaType: `${TYPE}.config.v1+json`, ...writeBlob(blobs, JSON.stringify(image)) },
    layers: [{ mediaType: `${TYPE}.layer.v1.tar`, ...layer }],
  }
  const entry = { mediaType: manifest.mediaType, ...writeBlob(blobs, JSON.stringify(manifest)) }
  writeFileSync(join(target, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  writeFileSync(join(target, 'oci-layout'), LAYOUT)
}

interface Blob {
  readonly digest: string
  readonly size: number
}

const writeBlob = (blobs: string, text: string): Blob => {
  const hex = createHash('sha256').update(text).digest('hex')
  writeFileSync(join(blobs, hex), text)
  return { digest: `sha256:${hex}`, size: Buffer.byteLength(text) }
}

/** The folder as a layer: what is mounted below it is not of it. */
const pack = async (folder: string, blobs: string): Promise<Blob> => {
  const words = [
    '--create',
    '--numeric-owner',
    '--xattrs',
    '--sort=name',
    '--one-file-system',
    '--directory',
    folder,
    '.',
  ]
  const tar = spawn('tar', words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LC_ALL: 'C' } })
  let said = ''
  tar.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(0, 1000)
  })
  const status = new Promise<number>((resolve, reject) => {
    tar.once('error', reject)
    tar.once('exit', (code) => resolve(code ?? 1))
  })
  const hash = createHash('sha256')
  let size = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  const draft = join(blobs, 'layer')
  const [code] = await Promise.all([status, pipeline(tar.stdout, counted, createWriteStream(draft, { mode: 0o600 }))])
  if (code !== 0) throw new RuntimeError('IMAGE_INVALID', `the folder '${folder}' cannot be packed: ${said.trim()}`)
  const hex = hash.digest('hex')
  renameSync(draft, join(blobs, hex))
  return { digest: `sha256:${hex}`, size }
}

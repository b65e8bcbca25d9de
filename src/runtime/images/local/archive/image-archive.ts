import { execFile } from 'node:child_process'
import { statSync } from 'node:fs'
import { RuntimeError } from '../../../runtime-error.ts'

/** One image of an archive. */
export interface ArchivedImage {
  /** Under which names it was saved, as they stand there. */
  readonly names: readonly string[]
  /** Of `docker save`: the files of its configuration and of its layers, the lowest one first. */
  readonly files?: { readonly config: string; readonly layers: readonly string[] }
  /** How skopeo finds it, given the archive's path. */
  readonly source: (path: string) => string
}

/** Of a file of names, octets: one that is larger is none. */
const LISTING_OCTETS = 4 << 20

/**
 * What an archive holds, by the list that `docker save` (`manifest.json`) or the OCI layout (`index.json`) puts into it.
 * `shown`: what its path is to people. Rejects with RuntimeError IMAGE_CORRUPT for what is no such archive.
 */
export const readArchive = async (path: string, shown = path): Promise<readonly ArchivedImage[]> => {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat?.isDirectory())
    throw corrupt(shown, `it is a folder; one in OCI's layout: tar -C ${shown} -cf - . | fairlead image load -`)
  if (stat?.size === 0) throw corrupt(shown, 'it is empty')
  const docker = await listing(path, 'manifest.json')
  if (docker.text !== undefined) return dockerImages(shown, docker.text)
  const oci = await listing(path, 'index.json')
  if (oci.text !== undefined) return ociImages(shown, oci.text)
  throw corrupt(shown, oci.fault || 'it has neither manifest.json (docker save) nor index.json (OCI)')
}

const corrupt = (path: string, why: string, cause?: unknown): RuntimeError =>
  new RuntimeError('IMAGE_CORRUPT', `'${path}' is no archive of images: ${why}`, { cause })

const parse = <T>(path: string, name: string, text: string): readonly T[] => {
  try {
    const value = JSON.parse(text) as unknown
    const list = name === 'index.json' ? (value as { manifests?: unknown }).manifests : value
    if (Array.isArray(list) && list.length > 0) return list as readonly T[]
  } catch (cause) {
    throw corrupt(path, `its ${name} is no JSON`, cause)
  }
  throw corrupt(path, `its ${name} names no image`)
}

interface DockerEntry {
  readonly RepoTags?: readonly string[] | null
  readonly Config?: string
  readonly Layers?: readonly string[]
}

const dockerImages = (path: string, text: string): readonly ArchivedImage[] =>
  parse<DockerEntry>(path, 'manifest.json', text).map(({ RepoTags, Config, Layers }, index) => ({
    names: Array.isArray(RepoTags) ? RepoTags.map(String) : [],
    ...(typeof Config === 'string' &&
      Array.isArray(Layers) && { files: { config: Config, layers: Layers.map(String) } }),
    source: (file) => `docker-archive:${file}:@${index}`,
  }))

/** The whole name where its writer gave one (containerd, BuildKit); Podman and skopeo write it into the reference's. */
const NAME = 'io.containerd.image.name'
const REFERENCE = 'org.opencontainers.image.ref.name'

const ociImages = (path: string, text: string): readonly ArchivedImage[] => {
  const all = parse<{ readonly annotations?: Readonly<Record<string, string>> }>(path, 'index.json', text)
  return all.map(({ annotations }) => {
    const reference = annotations?.[REFERENCE]
    const name = annotations?.[NAME] ?? reference
    if (reference === undefined && all.length > 1)
      throw corrupt(path, `it holds ${all.length} images, and one has no name (${REFERENCE}): save it by its name`)
    return {
      // A mere tag says nothing of what the image is called.
      names: name !== undefined && /[/:]/.test(name) ? [name] : [],
      source: (file) => `oci-archive:${file}${all.length > 1 ? `:${reference}` : ''}`,
    }
  })
}

interface Listing {
  readonly text?: string
  readonly fault?: string
}

/** One of the files, also where people packed a folder's content: all names begin with `./` then. */
export const listing = async (path: string, name: string): Promise<Listing> => {
  const found = await member(path, name)
  return found.text === undefined && found.fault === undefined ? await member(path, `./${name}`) : found
}

/** The text of one file of the archive; without one, what tar has to say of the archive, if it can be read at all. */
const member = (path: string, name: string): Promise<Listing> =>
  new Promise((resolve, reject) => {
    const words = ['--extract', '--to-stdout', '--occurrence=1', '--file', path, name]
    execFile(
      'tar',
      words,
      { maxBuffer: LISTING_OCTETS, env: { ...process.env, LC_ALL: 'C' } },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ text: stdout })
        if (error.code === 'ENOENT')
          return reject(new RuntimeError('RUNTIME_PROGRAM_MISSING', "the program 'tar' is missing"))
        if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return resolve({ fault: `its ${name} is too large` })
        const said = stderr.trim().split('\n')[0] ?? ''
        resolve(
          /Not found in archive/.test(stderr) && !/not look like a tar|Unexpected EOF/.test(stderr)
            ? {}
            : { fault: said },
        )
      },
    )
  })

import { spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { imageName, parseImageReference } from '#runtime/images/image-reference.ts'
import { machineArchitecture } from '#runtime/images/local/archive/folder-image.ts'
import { CliError } from '../cli-error.ts'

/** Somebody else on this machine who keeps images, and the words that write one of them into an archive. */
interface OtherStore {
  readonly name: string
  readonly program: string
  readonly words: (image: string, archive: string) => readonly string[]
}

const containerd = (namespace: string) => (image: string, archive: string) => {
  const platform = `linux/${machineArchitecture()}`
  const name = imageName(parseImageReference(image))
  return ['--namespace', namespace, 'images', 'export', '--platform', platform, archive, name]
}

/** containerd keeps the images of kubelets, of its own users and of Docker apart. */
export const OTHER_STORES: readonly OtherStore[] = [
  { name: 'docker', program: 'docker', words: (image, archive) => ['save', '--output', archive, image] },
  { name: 'podman', program: 'podman', words: (image, archive) => ['save', '--quiet', '--output', archive, image] },
  { name: 'containerd', program: 'ctr', words: containerd('k8s.io') },
  { name: 'containerd', program: 'ctr', words: containerd('default') },
]

interface ExportOptions {
  /** One of the names; absent: whoever has it. */
  readonly from: string | undefined
  /** Takes the archive. */
  readonly folder: string
  readonly signal: AbortSignal
}

/**
 * Has an image written into an archive by whoever keeps it on this machine, and gives its path. Throws CliError
 * IMAGE_UNKNOWN with what each of them said.
 */
export const exportImage = async (image: string, { from, folder, signal }: ExportOptions): Promise<string> => {
  parseImageReference(image)
  const archive = join(folder, 'archive.tar')
  const asked = OTHER_STORES.filter(({ name, program }) => (from ?? name) === name && isThere(program))
  const answers = new Set<string>()
  for (const { name, program, words } of asked) {
    const fault = await run(program, words(image, archive), signal)
    if (fault === undefined) return archive
    rmSync(archive, { force: true })
    answers.add(`${name}: ${fault}`)
  }
  const wanted = [...new Set(OTHER_STORES.map(({ name }) => name))].filter((name) => (from ?? name) === name)
  throw new CliError('IMAGE_UNKNOWN', `image ${image} is not to be had on this machine`, {
    hint:
      answers.size > 0
        ? [...answers].join('; ')
        : `none of ${wanted.join(', ')} is installed here; from elsewhere: docker save ${image} | fairlead image load -`,
  })
}

const isThere = (program: string): boolean =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)))

/** Undefined where all went well, else what it said. */
const run = (program: string, words: readonly string[], signal: AbortSignal): Promise<string | undefined> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], signal })
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said = `${said}${chunk}`.slice(-500)
    })
    child.once('error', (error) => (signal.aborted ? reject(signal.reason as Error) : resolve(error.message)))
    child.once('close', (code) => resolve(code === 0 ? undefined : said.trim().split('\n').at(-1) || `status ${code}`))
  })

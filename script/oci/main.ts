import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { arch } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ARCHITECTURES } from './architecture.ts'
import { writeImage } from './archive.ts'
import { bringSources } from './foreign-sources.ts'
import { layOut } from './layers.ts'
import { CONFIG } from './programs.ts'

const USAGE = `usage: script/image FILE [--name REFERENCE] [--arch amd64|arm64] [--zstd]
  FILE    the archive to write: docker load, podman load, ctr image import, skopeo and fairlead image load take it
  --name  what the image is called: [REGISTRY/]NAME:TAG; fairlead:VERSION if not said
  --arch  for other machines than this one: its packages are brought by apt-get and npm
  --zstd  smaller, for who can unpack it: containerd 1.5, Podman 3, Docker 23`

const top = join(import.meta.dirname, '../..')
const cache = join(top, 'node_modules/.cache/image')

const fail = (message: string, status = 1): never => {
  console.error(`script/image: ${message}`)
  process.exit(status)
}

const flags = () => {
  try {
    const options = {
      name: { type: 'string' },
      arch: { type: 'string' },
      zstd: { type: 'boolean' },
      help: { type: 'boolean' },
    } as const
    return parseArgs({ allowPositionals: true, options })
  } catch (cause) {
    return fail(`${(cause as Error).message}\n${USAGE}`, 2)
  }
}

/** containerd and Docker know an image without a registry as one of Docker's, by this name. */
const wholeName = (name: string): string => {
  const [first = '', ...rest] = name.split('/')
  if (rest.length === 0) return `docker.io/library/${name}`
  return /[.:]/.test(first) || first === 'localhost' ? name : `docker.io/${name}`
}

const compilerThere = (): boolean => {
  try {
    execFileSync(process.env.CC ?? 'gcc', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The plugin that runtimes call, where its source and a compiler are there. */
const compileDoor = (draft: string): string | undefined => {
  const script = join(top, 'script/door')
  if (!existsSync(script) || !compilerThere()) return undefined
  const output = join(draft, 'door')
  execFileSync(script, [output], { stdio: ['ignore', 'inherit', 'inherit'] })
  return output
}

const { values, positionals } = flags()
if (values.help) {
  console.log(USAGE)
  process.exit(0)
}
const [file, ...more] = positionals
if (file === undefined || more.length > 0) fail(USAGE, 2)
const own = ARCHITECTURES.find(({ npm }) => npm === arch())
const architecture = values.arch === undefined ? own : ARCHITECTURES.find(({ name }) => name === values.arch)
if (architecture === undefined) fail(`no image is made for ${values.arch ?? arch()}: amd64 or arm64`, 2)
const { version } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8')) as { readonly version: string }
const name = values.name ?? `fairlead:${version}`
if (!/^[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*:[\w][\w.-]{0,127}$/.test(name))
  fail(`--name ${name}: a reference with a tag, as ghcr.example/fairlead:${version}`, 2)

const draft = mkdtempSync(join(top, 'node_modules/.image-'))
let status = 0
try {
  const here = { node: process.execPath, root: '/', modules: join(top, 'node_modules') }
  const sources = architecture === own ? here : bringSources(top, draft, architecture!)
  const door = architecture === own ? compileDoor(draft) : undefined
  const layers = layOut(draft, { top, architecture: architecture!, ...sources, ...(door !== undefined && { door }) })
  const compression = values.zstd ? 'zstd' : 'gzip'
  const target = resolve(file!)
  const description = {
    name: wholeName(name),
    architecture: architecture!.name,
    config: CONFIG,
    compression,
    cache,
  } as const
  const made = await writeImage(layers, join(draft, 'layout'), target, description)
  const sizes = made.layers.map((octets) => (octets / 1e6).toFixed(1))
  const total = (made.layers.reduce((sum, octets) => sum + octets, 0) / 1e6).toFixed(1)
  console.log(`${name} ${architecture!.name} ${made.digest}`)
  console.log(`${total} MB in ${layers.length} layers (${sizes.join(', ')}): ${target}`)
} catch (error) {
  console.error(`script/image: ${(error as Error).message}`)
  status = 1
} finally {
  rmSync(draft, { recursive: true, force: true })
}
process.exit(status)

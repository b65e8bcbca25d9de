import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/**
 * A skopeo that keeps a storage as the real one does, of images that it makes up where they are not folders: their
 * configuration is what `offer` says. Written as a text, since it runs in a process of its own.
 */
const PROGRAM = `
const { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { createHash } = require('node:crypto')
const { join } = require('node:path')
const here = __dirname
const words = process.argv.slice(2)
appendFileSync(join(here, 'calls'), JSON.stringify(words) + '\\n')
const die = (words) => { process.stderr.write('time="x" level=fatal msg="' + words + '"\\n'); process.exit(1) }
const [, storage, , name] = /^containers-storage:\\[overlay@(.*)\\+(.*)\\](.*)$/.exec(words.at(-1))
const list = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [])
const images = join(storage, 'overlay-images/images.json')
const layers = join(storage, 'overlay-layers/layers.json')
for (const folder of ['overlay-images', 'overlay-layers', 'overlay']) mkdirSync(join(storage, folder), { recursive: true })
const offers = JSON.parse(readFileSync(join(here, 'offers.json'), 'utf8'))
if (words.includes('delete')) {
  const gone = list(images).find(({ id, names }) => '@' + id === name || names.includes(name))
  if (gone === undefined) die('reference does not resolve to an image ID')
  writeFileSync(images, JSON.stringify(list(images).filter(({ id }) => id !== gone.id)))
  const kept = list(images).map(({ layer }) => layer)
  for (const { id } of list(layers)) if (!kept.includes(id)) rmSync(join(storage, 'overlay', id), { recursive: true, force: true })
  writeFileSync(layers, JSON.stringify(list(layers).filter(({ id }) => kept.includes(id))))
  process.exit(0)
}
const source = words.at(-2)
const offer = offers[source] ?? {}
if (offer.hangs) setInterval(() => undefined, 1000)
else copy()
function copy() {
  const logins = words.includes('--src-authfile') ? JSON.parse(readFileSync(words[words.indexOf('--src-authfile') + 1], 'utf8')).auths : undefined
  if (offer.login !== undefined && !JSON.stringify(logins ?? {}).includes(offer.login)) die('unauthorized: authentication required')
  if (offer.fault !== undefined) die(offer.fault)
  let config = offer.config
  if (source.startsWith('oci:')) {
    const blob = (digest) => readFileSync(join(source.slice(4), 'blobs', digest.replace(':', '/')), 'utf8')
    const index = JSON.parse(readFileSync(join(source.slice(4), 'index.json'), 'utf8'))
    config = blob(JSON.parse(blob(index.manifests[0].digest)).config.digest)
  }
  config = config ?? JSON.stringify({ source })
  const id = createHash('sha256').update(config).digest('hex')
  const layer = createHash('sha256').update('layer of ' + id).digest('hex')
  const others = list(images).filter((one) => one.id !== id)
  const names = list(images).filter((one) => one.id === id).flatMap((one) => one.names)
  mkdirSync(join(storage, 'overlay', layer, 'diff'), { recursive: true })
  mkdirSync(join(storage, 'overlay-images', id), { recursive: true })
  writeFileSync(join(storage, 'overlay-images', id, '=' + Buffer.from('sha256:' + id).toString('base64')), config)
  const digest = 'sha256:' + createHash('sha256').update('manifest of ' + id).digest('hex')
  writeFileSync(images, JSON.stringify([...others, { id, digest, names: [...names, name], layer }]))
  writeFileSync(layers, JSON.stringify([...list(layers).filter((one) => one.id !== layer), { id: layer, 'diff-size': 7 }]))
}
`

/** What a source of an image, by skopeo's name for it, gives to whoever copies it. */
interface Offer {
  /** JSON. */
  readonly config?: string
  /** What a config.json of whoever may have it holds. */
  readonly login?: string
  readonly fault?: string
  readonly hangs?: boolean
}

/** Puts it in the place of skopeo, and of unshare, on this process's PATH. */
export const fakeSkopeo = () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-skopeo-'))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const program = (name: string, text: string): void => {
    writeFileSync(join(bin, name), text)
    chmodSync(join(bin, name), 0o755)
  }
  const offers: Record<string, Offer> = {}
  const offer = (source: string, what: Offer): void => {
    offers[source] = what
    writeFileSync(join(folder, 'offers.json'), JSON.stringify(offers))
  }
  writeFileSync(join(folder, 'offers.json'), '{}')
  writeFileSync(join(folder, 'skopeo.cjs'), PROGRAM)
  program('skopeo', `#!/bin/sh\nexec '${process.execPath}' '${join(folder, 'skopeo.cjs')}' "$@"\n`)
  // Namespaces would need root.
  program('unshare', '#!/bin/sh\nshift 3\nexec "$@"\n')
  const path = process.env.PATH
  process.env.PATH = `${bin}${delimiter}${path}`
  const calls = (): readonly (readonly string[])[] =>
    existsSync(join(folder, 'calls'))
      ? readFileSync(join(folder, 'calls'), 'utf8')
          .split('\n')
          // It may be writing just now.
          .filter((line) => line.endsWith(']'))
          .map((line) => JSON.parse(line) as readonly string[])
      : []
  return {
    folder,
    offer,
    /** The words that it was called with, each time. */
    calls,
    [Symbol.dispose]: () => {
      process.env.PATH = path
      rmSync(folder, { recursive: true })
    },
  }
}

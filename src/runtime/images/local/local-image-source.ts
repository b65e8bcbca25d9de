import { Turns } from '../../turns.ts'
import type { Image, ImageSource, ImageSourceOptions } from '../image.ts'
import { parseImageReference } from '../image-reference.ts'
import { listedImages } from './listed-images.ts'
import { type LocalImage, shownId } from './local-image.ts'
import { LocalImages } from './local-images.ts'
import { loginMark, type RegistryLogin } from './registry/registry-login.ts'
import { SharedWork } from './shared-work.ts'

/** How many images are fetched at once from one registry: one that is slow holds up nobody who asks another. */
const AT_ONCE = 3

/** Images that were fetched from registries or brought by hand: the same for all clusters of a state folder. */
export function localImageSource({ localFolder, environment, registries }: ImageSourceOptions): ImageSource {
  if (localFolder === undefined) return { name: 'local', resolve: async () => undefined, list: () => [] }
  const images = new LocalImages({ root: localFolder, ...(environment && { environment }) })
  const turns = new Map<string, Turns>()
  const shared = new SharedWork<LocalImage>()

  const imageOf = (local: LocalImage): Image => ({
    id: shownId(local),
    contentId: local.id,
    sizeBytes: local.sizeBytes,
    origin: local.origin,
    access: local.access,
    lowerDirs: images.layerFolders(local),
    overlays: [],
    entrypoint: local.config.entrypoint,
    cmd: local.config.cmd,
    env: local.config.env,
    workingDir: local.config.workingDir || '/',
    user: local.config.user,
    stopSignal: local.config.stopSignal,
    extraMounts: [],
    tmpfs: [],
  })

  const turnsOf = (registry: string): Turns => {
    const known = turns.get(registry) ?? new Turns(AT_ONCE)
    turns.set(registry, known)
    return known
  }

  /** Who asks for the same with the same logins waits for the same. */
  const pull = (name: string, logins: readonly RegistryLogin[], asked?: AbortSignal): Promise<LocalImage> => {
    const { registry } = parseImageReference(name)
    const key = [name, ...logins.map((login) => loginMark(registry, login))].join(' ')
    const fetch = (signal: AbortSignal) =>
      turnsOf(registry).take(() => images.pull(name, { logins, signal, ...(registries && { registries }) }), signal)
    return shared.join(key, fetch, asked)
  }

  return {
    name: 'local',
    resolve: async (name) => {
      const local = images.find(name)
      return local && imageOf(local)
    },
    list: () => listedImages(images.list()),
    pull: async (name, logins) => imageOf(await pull(name, logins)),
  }
}

import type { Image, ImageSource, ImageSourceOptions } from '../image.ts'
import { parseImageReference } from '../image-reference.ts'
import { listedImages } from './listed-images.ts'
import { type LocalImage, shownId } from './local-image.ts'
import { LocalImages } from './local-images.ts'
import { loginMark, type RegistryLogin } from './registry/registry-login.ts'
import { Turns } from './turns.ts'

/** How many images are fetched at once. */
const AT_ONCE = 3

/** Images that were fetched from registries or brought by hand: the same for all clusters of a state folder. */
export function localImageSource({ localFolder, environment, registries }: ImageSourceOptions): ImageSource {
  if (localFolder === undefined) return { name: 'local', resolve: async () => undefined, list: () => [] }
  const images = new LocalImages({ root: localFolder, ...(environment && { environment }) })
  const turns = new Turns(AT_ONCE)
  const underway = new Map<string, Promise<LocalImage>>()

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

  /** Who asks for the same with the same logins waits for the same. */
  const pull = (name: string, logins: readonly RegistryLogin[]): Promise<LocalImage> => {
    const { registry } = parseImageReference(name)
    const key = [name, ...logins.map((login) => loginMark(registry, login))].join(' ')
    const known = underway.get(key)
    if (known !== undefined) return known
    const pulling = turns
      .take(() => images.pull(name, { logins, ...(registries && { registries }) }))
      .finally(() => underway.delete(key))
    underway.set(key, pulling)
    return pulling
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

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RuntimeError } from '../../runtime-error.ts'
import { imageName, parseBroughtName, parseImageReference } from '../image-reference.ts'
import { type FolderImageConfig, machineArchitecture, writeFolderImage } from './archive/folder-image.ts'
import { plainArchive } from './archive/plain-archive.ts'
import { wholeArchive } from './archive/whole-archive.ts'
import { idsComing, layerFolder, storedIds, storedImage, storedLayers } from './copy/containers-storage.ts'
import { Skopeo } from './copy/skopeo.ts'
import { UNPACK_LIMITS, type UnpackLimits } from './copy/unpack-watch.ts'
import { type DraftFolder, makeDraft, noteTarget, targetsUnderWay } from './draft-folder.ts'
import { parseImageConfig } from './image-config.ts'
import { type ImageStorePaths, imageStorePaths } from './image-store-folder.ts'
import { isAskedFor, isCalled, refuseInUse, type Users } from './image-use.ts'
import { type KeptImage, keptImages } from './kept-images.ts'
import { LayerLinks } from './layer-links.ts'
import { isPinned, type LocalImage } from './local-image.ts'
import { ReferenceFiles } from './reference-files.ts'
import { type RegistrySettings, registriesConf } from './registry/registries-conf.ts'
import { authFileText, loginMark, type RegistryLogin } from './registry/registry-login.ts'
import { unknownImage } from './unknown-image.ts'

interface LocalImagesOptions {
  /** The store's folder, made with the first image. */
  readonly root: string
  /** Of the programs that it starts. */
  readonly environment?: NodeJS.ProcessEnv
  readonly limits?: UnpackLimits
}

interface CopyWatch {
  readonly signal?: AbortSignal
  /** A terminal's descriptor: how far it is, is shown there. */
  readonly progress?: number
}

interface LoadOptions extends CopyWatch {
  /** What the archive is to people, where its path says nothing to them. */
  readonly shown?: string
}

interface PullOptions extends CopyWatch {
  /** Shown to the registry one after the other; empty: none. Absent: those that the user of this process has. */
  readonly logins?: readonly RegistryLogin[]
  readonly registries?: RegistrySettings
  /** A person asks, and not a pod. */
  readonly pinned?: boolean
}

/** What is brought, and how; each copy has a name of its own in the storage. */
interface Copying extends CopyWatch {
  readonly source: string
  readonly origin: LocalImage['origin']
  readonly pinned?: boolean | undefined
  readonly access: LocalImage['access']
  readonly authFile?: string
  readonly registriesConf?: string
}

/** The images of this machine that were brought here, by whatever process of ours, for all nodes and clusters. */
export class LocalImages {
  readonly #paths: ImageStorePaths
  readonly #references: ReferenceFiles
  readonly #links: LayerLinks
  readonly #skopeo: Skopeo

  constructor({ root, environment = process.env, limits = UNPACK_LIMITS }: LocalImagesOptions) {
    this.#paths = imageStorePaths(root)
    this.#references = new ReferenceFiles(this.#paths.references)
    this.#links = new LayerLinks(this.#paths.links, (layer) => layerFolder(this.#paths.storage, layer))
    this.#skopeo = new Skopeo(this.#paths, environment, limits)
  }

  /** The folders of an image's layers, the top one first. */
  layerFolders({ layers }: LocalImage): readonly string[] {
    return layers.map((layer) => this.#links.pathOf(layer))
  }

  /** Throws RuntimeError IMAGE_INVALID for what is no name. */
  find(text: string): LocalImage | undefined {
    const reference = parseImageReference(text)
    const named =
      this.#references.read(imageName(reference)) ??
      (reference.digest === undefined ? undefined : this.#references.list().find((image) => isCalled(image, text)))
    // Somebody may have emptied the storage.
    return named !== undefined && this.layerFolders(named).every((folder) => existsSync(folder)) ? named : undefined
  }

  list(): readonly LocalImage[] {
    return this.#references.list()
  }

  /**
   * Fetches an image from its registry. Rejects with RuntimeError IMAGE_INVALID, IMAGE_UNKNOWN, IMAGE_DENIED, IMAGE_UNREACHABLE,
   * IMAGE_FOREIGN, IMAGE_CORRUPT, IMAGE_TOO_LARGE, IMAGE_DISK_FULL, RUNTIME_PROGRAM_MISSING, or with the signal's reason.
   */
  async pull(text: string, { logins, registries, pinned, ...watch }: PullOptions = {}): Promise<LocalImage> {
    const reference = parseBroughtName(text)
    const { registry, repository, tag, digest } = reference
    const source = `docker://${registry}/${repository}${digest === undefined ? `:${tag}` : `@${digest}`}`
    const conf = registries && registriesConf(registries, registry)
    using draft = makeDraft(this.#paths.drafts)
    let denied: unknown
    for (const login of logins?.length ? logins : [undefined]) {
      const authFile = join(draft.path, 'auth.json')
      if (logins !== undefined) writeFileSync(authFile, authFileText(registry, login), { mode: 0o600 })
      try {
        return await this.#copy(imageName(reference), draft, {
          ...watch,
          source,
          origin: 'registry',
          pinned,
          access: login === undefined ? 'all' : [loginMark(registry, login)],
          ...(logins !== undefined && { authFile }),
          ...(conf !== undefined && { registriesConf: conf }),
        })
      } catch (error) {
        if (!(error instanceof RuntimeError) || error.code !== 'IMAGE_DENIED') throw error
        denied = error
      }
    }
    throw denied
  }

  /**
   * Takes all images of an archive, of `docker save` or in OCI's layout. `name`: what the one image in it is to be called.
   * Rejects as pull() does.
   */
  async load(archive: string, name?: string, options: LoadOptions = {}): Promise<readonly LocalImage[]> {
    const { shown = archive, ...watch } = options
    using draft = makeDraft(this.#paths.drafts)
    const plain = await plainArchive(archive, { folder: draft.path, shown, signal: watch.signal })
    const images = await wholeArchive(plain, { shown, stored: storedLayers(this.#paths.storage), signal: watch.signal })
    if (name !== undefined && images.length > 1)
      throw new RuntimeError('IMAGE_INVALID', `'${shown}' holds ${images.length} images: one name does not do for them`)
    const loaded: LocalImage[] = []
    const broughtName = (text: string): string => imageName(parseBroughtName(text))
    const named = images.map(({ names }) => (name === undefined ? names : [name]).map(broughtName))
    for (const [index, { source }] of images.entries()) {
      const [first, ...others] = named[index]!
      if (first === undefined)
        throw new RuntimeError(
          'IMAGE_INVALID',
          `'${shown}' does not say what its image is called: give it a name by --name`,
        )
      const image = await this.#copy(first, draft, { ...watch, source: source(plain), origin: 'local', access: 'all' })
      loaded.push(image)
      for (const other of others) loaded.push(this.#name({ ...image, name: other }))
    }
    return loaded
  }

  /** Makes an image of all that is in a folder. Rejects as pull() does. */
  async add(text: string, folder: string, config: FolderImageConfig, watch: CopyWatch = {}): Promise<LocalImage> {
    const name = imageName(parseBroughtName(text))
    using draft = makeDraft(this.#paths.drafts)
    const layout = join(draft.path, 'layout')
    await writeFolderImage(folder, layout, config)
    return await this.#copy(name, draft, { ...watch, source: `oci:${layout}`, origin: 'local', access: 'all' })
  }

  async #copy(name: string, draft: DraftFolder, copying: Copying): Promise<LocalImage> {
    const { source, origin, access, pinned, authFile, registriesConf: conf, ...watch } = copying
    const target = `localhost/fairlead:${randomBytes(12).toString('hex')}`
    noteTarget(draft, target)
    const confFile = join(draft.path, 'registries.conf')
    if (conf !== undefined) writeFileSync(confFile, conf)
    await this.#skopeo.copy({
      ...watch,
      image: name,
      source,
      target,
      draft: draft.path,
      ...(authFile !== undefined && { authFile }),
      ...(conf !== undefined && { registriesConf: confFile }),
    })
    const { config: json, ...stored } = storedImage(this.#paths.storage, target)
    try {
      const config = parseImageConfig(name, json)
      refuseForeign(name, config)
      const before = this.#references.read(name)
      return this.#name({
        ...stored,
        name,
        origin,
        ...((pinned || before?.pinned) && { pinned: true }),
        access: before?.id === stored.id && origin === 'registry' ? joined(before.access, access) : access,
        keptAt: new Date().toISOString(),
        config,
      })
    } catch (error) {
      if (!this.#references.list().some(({ id }) => id === stored.id)) await this.#skopeo.remove(stored.id, draft.path)
      throw error
    }
  }

  #name(image: LocalImage): LocalImage {
    this.#references.write(image)
    return image
  }

  /** What is here is to stay under that name. False where it is not here. */
  pin(text: string): boolean {
    const image = this.find(text)
    if (image !== undefined && !isPinned(image)) this.#name({ ...image, pinned: true })
    return image !== undefined
  }

  /** All that the store has, those without a name too; the use of those in `users` is noted, at that time. */
  kept(users: ReturnType<Users>, now: number): readonly KeptImage[] {
    for (const { id, name } of this.#references.list()) if (users.has(id)) this.#references.markUsed(name, now)
    return keptImages(storedIds(this.#paths.storage), this.#references)
  }

  /**
   * Takes a name away, and the image with its last one; `askers`: who asks for images by which name. Rejects with RuntimeError
   * IMAGE_UNKNOWN, or IMAGE_IN_USE, which names who has it, or asks for it by this name: the name stays then.
   */
  async remove(text: string, users: Users, askers: Users): Promise<void> {
    const image = this.find(text)
    if (image === undefined) throw unknownImage(text, this.list())
    refuseInUse(text, image, { all: this.list(), users, askers })
    this.#references.remove(image.name)
    try {
      // Asked again when nobody can find it by its name any more.
      refuseInUse(text, image, { all: this.list(), users, askers })
    } catch (error) {
      this.#name(image)
      throw error
    }
    if (!this.list().some(({ id }) => id === image.id)) await this.#discard([image.id])
  }

  /**
   * Takes away what nobody has and has no name any more; with `all`, what has names too by which nobody asks. Gives the names that
   * went, and the ids of what had none.
   */
  async prune(users: Users, askers: Users, { all = false } = {}): Promise<readonly string[]> {
    const spared = new Set(all ? [] : this.#references.list().map(({ id }) => id))
    return await this.takeAway(
      storedIds(this.#paths.storage).filter((id) => !spared.has(id)),
      users,
      askers,
    )
  }

  /** Takes away those of these images, by their ids, that nobody has or asks for by name; gives the names as prune() does. */
  async takeAway(ids: readonly string[], users: Users, askers: Users): Promise<readonly string[]> {
    const all = this.#references.list().filter(({ id }) => ids.includes(id))
    const wanted = (): ReadonlySet<string> => {
      const asked = askers()
      return new Set([...users().keys(), ...all.filter((image) => isAskedFor(image, asked)).map(({ id }) => id)])
    }
    const before = wanted()
    const unused = ids.filter((id) => !before.has(id))
    const named = all.filter(({ id }) => unused.includes(id))
    for (const { name } of named) this.#references.remove(name)
    // Asked again when nobody can find them by their names any more: who did so just before stands there by now.
    const after = wanted()
    for (const image of named) if (after.has(image.id) && !this.#references.read(image.name)) this.#name(image)
    const gone = await this.#discard(unused.filter((id) => !after.has(id)))
    return gone.flatMap((id) => {
      const names = named.filter((image) => image.id === id).map(({ name }) => name)
      return names.length > 0 ? names : [id]
    })
  }

  /** Gives those that went: what is being copied just now, or has got a name meanwhile, stays. */
  async #discard(ids: readonly string[]): Promise<readonly string[]> {
    // In this order: a copy's draft goes when it has its name.
    const coming = idsComing(this.#paths.storage, targetsUnderWay(this.#paths.drafts))
    const named = this.#references.list().map(({ id }) => id)
    const gone = ids.filter((id) => !coming.includes(id) && !named.includes(id))
    if (gone.length === 0) return gone
    using draft = makeDraft(this.#paths.drafts)
    for (const id of gone) await this.#skopeo.remove(id, draft.path)
    this.#links.sweep()
    return gone
  }
}

const joined = (one: LocalImage['access'], other: LocalImage['access']): LocalImage['access'] =>
  one === 'all' || other === 'all' ? 'all' : [...new Set([...one, ...other])]

const refuseForeign = (name: string, { architecture, os }: LocalImage['config']): void => {
  const own = machineArchitecture()
  const [isOwn, isLinux] = [architecture === '' || architecture === own, os === '' || os === 'linux']
  if (isOwn && isLinux) return
  throw new RuntimeError(
    'IMAGE_FOREIGN',
    `image '${name}' is for ${os || 'linux'}/${architecture || own}, and this machine is linux/${own}`,
  )
}

import type { ListedImage, Mount, RuntimeImage } from '../runtime.ts'
import type { ImageReference } from './image-reference.ts'
import type { RegistrySettings } from './local/registry/registries-conf.ts'
import type { RegistryLogin } from './local/registry/registry-login.ts'

/** A folder of the machine that containers see, each under a scratch layer of its own. */
export interface Overlay {
  readonly destination: string
  readonly lowerDir: string
}

/**
 * An image made ready on this machine: its layers as folders, and what its configuration says, in the words of the OCI
 * image format.
 */
export interface Image extends RuntimeImage {
  /** Digest of its configuration, `sha256:…`, by which the images of the machine are kept; absent: it is built in. */
  readonly contentId?: string
  /** Read-only layers, top first, absolute. */
  readonly lowerDirs: readonly string[]
  /** Folders upon these, mounted before anything else. */
  readonly overlays: readonly Overlay[]
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** `NAME=value`. */
  readonly env: readonly string[]
  readonly workingDir: string
  readonly stopSignal: NodeJS.Signals
  /** Folders or files of the machine that the image needs, bind-mounted before the container's own mounts. */
  readonly extraMounts: readonly Mount[]
  /**
   * Where the image's own program writes as soon as it does its work; absent: it counts as started when it runs. Each
   * container has a file of its own there.
   */
  readonly startedFile?: string
  /** Where a program of the image may read the annotations of its container, as JSON. */
  readonly annotationsFile?: string
  /** Fresh tmpfs mounts, by their destination, with the mode. */
  readonly tmpfs: readonly { readonly destination: string; readonly mode: string }[]
}

export interface ImageSourceOptions {
  /** Folder that the sources may fill, `STATE/images`. */
  readonly folder: string
  /** The program behind fairlead/echo: dist/echo.cjs, or src/echo/main.ts. Found by itself where absent. */
  readonly echoProgram?: string
  /** The machine's HAProxy, for fairlead/gateway. Found by itself where absent. */
  readonly haproxy?: string
  /** Where the images lie that were brought to this machine; absent: there are none, and none can be had. */
  readonly localFolder?: string
  /** Of programs that fetch images. */
  readonly environment?: NodeJS.ProcessEnv
  readonly registries?: RegistrySettings
}

/** Where images come from. The first source that knows a name gives the image. */
export interface ImageSource {
  readonly name: string
  /** What a user may write, for messages: `fairlead/echo`; absent: no name in particular. */
  readonly offers?: string
  /** Undefined where this source has no such image at present. `name`: as it was asked for. */
  resolve(name: string, reference: ImageReference): Promise<Image | undefined>
  /** Those that it can give at once. */
  list(): readonly ListedImage[]
  /** Of a source that can get any image by its name. Rejects with RuntimeError: `LocalImages.pull`, or with the signal's reason. */
  pull?(name: string, logins: readonly RegistryLogin[], signal?: AbortSignal): Promise<Image>
}

export interface ImageStore {
  /**
   * Undefined where it would have to be fetched; what `pull` has put in its place, until it is here. Rejects with RuntimeError IMAGE_INVALID, or IMAGE_UNAVAILABLE where a
   * built-in one cannot be made on this machine.
   */
  find(name: string): Promise<Image | undefined>
  /** The same; rejects with IMAGE_UNKNOWN where it is not here. */
  resolve(name: string): Promise<Image>
  list(): readonly ListedImage[]
  /**
   * Fetches it, unless it is built in. Where its registry is out of reach, and a built-in one does its work, that one. What nobody waits for any more, by the signal, ends. Rejects with RuntimeError:
   * `LocalImages.pull`, or with the signal's reason.
   */
  pull(name: string, logins: readonly RegistryLogin[], signal?: AbortSignal): Promise<Image>
}

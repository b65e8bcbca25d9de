import type { Mount } from '../runtime.ts'
import type { ImageReference } from './image-reference.ts'

/** A folder of the machine that containers see, each under a scratch layer of its own. */
export interface Overlay {
  readonly destination: string
  readonly lowerDir: string
}

/**
 * An image made ready on this machine: its layers as folders, and what its configuration says, in the words of the OCI
 * image format.
 */
export interface Image {
  /** `sha256:…` of what the image is made of, or `fairlead:NAME` for those made of the machine itself. */
  readonly id: string
  /** Read-only layers, top first, absolute. */
  readonly lowerDirs: readonly string[]
  /** Folders upon these, mounted before anything else. */
  readonly overlays: readonly Overlay[]
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  /** `NAME=value`. */
  readonly env: readonly string[]
  readonly workingDir: string
  /** As in an image's configuration: `` (root), `uid`, `uid:gid`. Names are resolved by the image's source. */
  readonly user: string
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
}

/** Where images come from. The first source that knows a name gives the image. */
export interface ImageSource {
  readonly name: string
  /** What a user may write, for messages: `fairlead/echo`. */
  readonly offers: string
  /** Undefined where this source has no such image. */
  resolve(reference: ImageReference): Promise<Image | undefined>
}

export interface ImageStore {
  /**
   * Throws RuntimeError IMAGE_UNKNOWN, IMAGE_INVALID, or IMAGE_UNAVAILABLE where a built-in one cannot be made on this
   * machine.
   */
  resolve(reference: string): Promise<Image>
}

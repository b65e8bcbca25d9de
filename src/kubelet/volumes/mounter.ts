/** A place in a volume, by its path there. */
export interface PlaceInVolume {
  /** The volume's own folder. */
  readonly volume: string
  /** Relative; the pod's containers may change what it leads to at any moment. */
  readonly path: string
  /** Mode of the folders that are made where nothing is there; absent: none is made. */
  readonly create?: number
}

/** `outside`: the path leads out of the volume. `missing`: nothing is there. Nothing is bound then, and nothing made. */
export type BindOutcome = 'bound' | 'outside' | 'missing'

/** `irregular`: what is there is no file, or one that is too long. */
type ReadOutcome = { readonly text: string } | 'outside' | 'missing' | 'irregular'

/** What the kubelet needs of the kernel's mounts: it knows no system calls itself. */
export interface Mounter {
  /** A file system in memory on the folder `path`. Throws where it is refused. */
  tmpfs(path: string, sizeBytes: number | undefined): void
  /** Folders upon one another, the top one first, on the folder `path`: to read, not to run or to write. Throws where it is refused. */
  overlay(path: string, folders: readonly string[]): void
  /**
   * Shows what lies at that place at `target`, a path that no pod can reach. What is checked is what is shown: by
   * descriptor, not by name. Throws where the kernel refuses the mount.
   */
  bindBelow(place: PlaceInVolume, target: string): BindOutcome
  /** What the file at that place says, if it has at most so many octets: what is checked is what is read. */
  readBelow(place: Omit<PlaceInVolume, 'create'>, most: number): ReadOutcome
  /** Takes away what is mounted at `target`, and `target` itself. No error where nothing is there. */
  unbind(target: string): void
  /** Takes away every mount below `folder`. */
  unmountBelow(folder: string): void
}

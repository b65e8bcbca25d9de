import type { RegistryLogin } from './images/local/registry/registry-login.ts'

/** Containers behind one interface, in the words of the CRI. Paths are absolute paths of the machine. */
export interface Mount {
  readonly source: string
  readonly destination: string
  readonly readOnly: boolean
  /** Nothing there can be run, or be a device: what it is mounted as here does not come along. */
  readonly isInert?: boolean
  /** Mounts that are made later below the source are seen in the container, or, `shared`, those of either in the other. */
  readonly propagation?: 'slave' | 'shared'
}

/** The namespaces that the containers of a pod share: files that hold them (bind mounts of /proc/PID/ns/*). */
export interface SandboxNamespaces {
  readonly network: string
  readonly ipc: string
  readonly uts: string
  /** Absent: the machine's own users. Else the others belong to this one. */
  readonly user?: UserNamespace
}

/** How many users, and groups, a pod has that has its own. */
export const ID_COUNT = 65_536

/** A pod's own users: 0 to 65535 in there are these of the machine, from `firstId` on, and groups likewise. */
export interface UserNamespace {
  readonly path: string
  readonly firstId: number
}

/** The filter of system calls: the runtime's own, or that of a file of the machine. */
export type SeccompWish =
  | { readonly type: 'RuntimeDefault' }
  | {
      readonly type: 'Localhost'
      /** Absolute. */
      readonly file: string
    }

/** Who a container runs as, as its pod has it. What is absent, the image says. */
export interface UserWish {
  readonly uid?: number
  readonly gid?: number
  readonly supplementalGroups?: readonly number[]
  /** Without the groups that the image's own /etc/group gives the user. */
  readonly strictGroups?: boolean
}

/** What a machine may be without a controller for, in its cgroups. */
export type LimitedResource = 'cpu' | 'memory' | 'pids'

/** Of a container's cgroup. The quota is per 100 ms; absent values are unlimited. */
export interface ContainerLimits {
  readonly cpuShares?: number
  readonly cpuQuotaMicros?: number
  readonly memoryLimitBytes?: number
}

/** A port that a pod declares. */
interface DeclaredPort {
  /** As the API spells it: `TCP`, `UDP`, `SCTP`. */
  readonly protocol: string
  readonly port: number
}

export interface ContainerSpec {
  /** Unique on the machine: [a-z0-9-], at most 100 characters. */
  readonly id: string
  readonly image: string
  /** Who is to run it, by the handler of its pod's RuntimeClass; absent: who runs pods of no class. */
  readonly handler?: string
  /** For whom a container is no process: where it is to answer, */
  readonly ports?: readonly DeclaredPort[]
  /** and whether it is one that ends before others start. */
  readonly isInit?: boolean
  /** Absent: the image's entrypoint and cmd, by Kubernetes' rules for command and args. */
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env: readonly { readonly name: string; readonly value: string }[]
  readonly workingDir?: string
  readonly mounts: readonly Mount[]
  /** Images whose files are among its mounts: they are in use while it is there. */
  readonly mountedImages?: readonly string[]
  readonly namespaces: SandboxNamespaces
  /** The id of another container, whose processes it sees; absent: its own alone. */
  readonly processesOf?: string
  /** Slash path below the runtime's cgroup root, `NODE/POD-UID/CONTAINER`. */
  readonly cgroup: string
  /** The most processes and threads in the cgroup above, the pod's; absent: as many as the machine has. */
  readonly podPidsLimit?: number
  /** CRI log file, appended to. */
  readonly logPath: string
  /** Bytes after which another file takes the log file's name and place; absent: never. */
  readonly logMaxBytes?: number
  readonly tty: boolean
  readonly stdin: boolean
  /** Close the container's stdin when the first attached client leaves; else it stays open for the next. */
  readonly stdinOnce?: boolean
  readonly user?: UserWish
  readonly capabilities?: { readonly add: readonly string[]; readonly drop: readonly string[] }
  readonly privileged?: boolean
  readonly readOnlyRootFilesystem?: boolean
  /** allowPrivilegeEscalation: false; setuid programs gain nothing. */
  readonly noNewPrivileges?: boolean
  /** Absent: every system call is open to it. */
  readonly seccomp?: SeccompWish
  /** Name of a profile that is loaded in the kernel; absent: none. */
  readonly appArmorProfile?: string
  /** Nothing of /proc is hidden or read-only. */
  readonly unmaskedProc?: boolean
  /** It sees the processes, or the IPC objects, of the machine. */
  readonly hostPid?: boolean
  readonly hostIpc?: boolean
  /** Settings of the kernel in its namespaces, by names with dots. */
  readonly sysctls?: Readonly<Record<string, string>>
  readonly resources?: ContainerLimits
  /** What stop() sends first, by its name; absent: the image's. */
  readonly stopSignal?: string
  readonly annotations: Readonly<Record<string, string>>
}

export type ContainerState =
  | { readonly state: 'created'; readonly createdAt: string }
  | { readonly state: 'running'; readonly pid: number; readonly createdAt: string; readonly startedAt: string }
  | {
      readonly state: 'exited'
      readonly exitCode: number
      readonly signal?: number
      readonly createdAt: string
      readonly startedAt: string
      readonly finishedAt: string
      /**
       * `ContainerStatusUnknown`: it was ended since nobody kept it any more. `Unknown`: it was found to have ended while
       * nobody looked, as after a restart of the machine.
       */
      readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'ContainerStatusUnknown' | 'Unknown'
      readonly message?: string
    }

/** A process that does nothing but hold a process namespace, and take away the dead that nobody else does there. */
export type HolderSpec = Pick<ContainerSpec, 'id' | 'namespaces' | 'cgroup' | 'logPath' | 'annotations'>

/** What came of a specification and its image. */
export interface MadeContainer {
  readonly user: ContainerIdentity
  /** What stop() sends first, by its name. */
  readonly stopSignal: string
}

export interface ContainerRecord {
  readonly id: string
  readonly image: string
  readonly annotations: Readonly<Record<string, string>>
  readonly made: MadeContainer
  readonly status: ContainerState
}

export interface ExecOptions {
  readonly command: readonly string[]
  readonly tty: boolean
  readonly stdin?: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  /** Unused with a tty: both come out of stdout. */
  readonly stderr: NodeJS.WritableStream
  readonly onResize?: (listener: (size: { readonly width: number; readonly height: number }) => void) => void
  readonly signal?: AbortSignal
}

/** What a cgroup and those below it have used until now. */
export interface CgroupUsage {
  readonly cpuNanoseconds: number
  readonly memoryBytes: number
  /** Without what the kernel can drop at once. */
  readonly workingSetBytes: number
  readonly rssBytes: number
}

/** An image on this machine, as far as it matters to who runs pods. */
export interface RuntimeImage {
  /** As a pod's status names it: `REPOSITORY@sha256:…`, `sha256:…` of what it is made of, or `fairlead:NAME` for the machine itself. */
  readonly id: string
  /** Of its files, unpacked; 0 where it has none of its own. */
  readonly sizeBytes: number
  /** `registry`: there may be a newer one there. `local`: nobody else has it. */
  readonly origin: 'registry' | 'local'
  /** Whose pods may use it without asking its registry: everybody's, or those that show one of these logins (`loginMark`). */
  readonly access: 'all' | readonly string[]
  /** As in an image's configuration: `` (root), `name`, `name:group`, `uid`, `uid:gid`. */
  readonly user: string
  /** It is not the image of that name, but a built-in one in its place: which, as `fairlead/echo VERB`, and why. */
  readonly standsIn?: { readonly as: string; readonly reason: string }
}

/** An image of this machine, as whoever asks what it has is told. */
export interface ListedImage {
  /** By digest, then by tag: `docker.io/library/nginx@sha256:…`, `docker.io/library/nginx:1.27`. */
  readonly names: readonly string[]
  readonly sizeBytes: number
}

/** As whom a container's program is started; the groups with the user's own among them. */
interface ContainerIdentity {
  readonly uid: number
  readonly gid: number
  readonly supplementalGroups: readonly number[]
}

/** The images that containers are made of. */
interface Images {
  /**
   * Undefined where it is not on this machine; what a pull has put in its place, until it is. Rejects with RuntimeError
   * IMAGE_INVALID, IMAGE_UNAVAILABLE.
   */
  imageStatus(image: string): Promise<RuntimeImage | undefined>
  /** All that are here, in no order. Asked often: where nothing has come or gone it costs next to nothing. */
  listImages(): readonly ListedImage[]
  /**
   * Brings an image from its registry, which is shown the logins one after the other; or, where that is out of reach, what
   * stands in for it (`standsIn`). Never uses the network for the built-in images. What nobody waits for any more, by the signal, ends. Rejects with RuntimeError: why it is not to be had; or with the
   * signal's reason.
   */
  pullImage(image: string, logins: readonly RegistryLogin[], signal?: AbortSignal): Promise<RuntimeImage>
  /** For others to show. Rejects with RuntimeError IMAGE_UNKNOWN where it is not on this machine. */
  imageFiles(image: string): Promise<ImageFiles>
}

/** Where an image's files lie. */
export interface ImageFiles {
  /** Whose they are: who holds that (`holdImage`) keeps them. Absent: they are always there. */
  readonly contentId?: string
  /** The top one first. */
  readonly folders: readonly string[]
}

export interface Containers {
  /** The handlers that RuntimeClasses may name; `` is that of pods of no class. */
  readonly handlers: readonly string[]
  /** Where its turn has not come when `signal` aborts, nothing is made, and it rejects with the signal's reason. */
  create(spec: ContainerSpec, signal?: AbortSignal): Promise<MadeContainer>
  /**
   * Resolves when its program runs; where it is the image's own and the image tells more (`Image.startedFile`), when it
   * does its work.
   */
  start(id: string): Promise<void>
  /** Gives a container that runs other limits; what is absent stays as it is. */
  resize(id: string, limits: ContainerLimits): Promise<void>
  /** Its stop signal, then SIGKILL after `graceSeconds`; resolves when it has exited. */
  stop(id: string, graceSeconds: number): Promise<void>
  /** Frees its cgroup, mounts and files (not its log). */
  remove(id: string): Promise<void>
  /**
   * Frees what pods have left below the cgroup `node`, but for the pods whose uids are in `living`. Nothing that runs is
   * touched.
   */
  prune(node: string, living: ReadonlySet<string>): Promise<void>
  /** Of a cgroup by its path below the runtime's own, `NODE/POD-UID`; undefined where there is none. */
  usage(cgroup: string): CgroupUsage | undefined
  /** The folder that holds all that a container has written to its own files, and nothing else. */
  scratch(id: string): string
  status(id: string): Promise<ContainerState | undefined>
  /** Everything that lives or lay here, also what an earlier process of ours started: for adoption. */
  list(): Promise<readonly ContainerRecord[]>
  /** Called once for each container that exits, also for adopted ones, and where whoever was to tell its end died. */
  onExit(listener: (id: string, state: ContainerState) => void): void
  exec(id: string, options: ExecOptions): Promise<{ readonly exitCode: number }>
  /** What runs interactively in the container's own stdio; for `kubectl attach` and `kubectl run -it`. */
  attach(id: string, options: Omit<ExecOptions, 'command'>): Promise<void>
}

export interface Runtime extends Images, Containers {
  /** Of which of them this machine's cgroups keep no container from taking all: limits of these are passed over. */
  readonly unlimited: readonly LimitedResource[]
  /** Of the program that makes containers, as it tells it: `1.1.5`; undefined where it does not. Never rejects. */
  version(): Promise<string | undefined>
  /**
   * Makes and starts what is a container too, for others to name in `processesOf`; it is the first process that they see.
   * `signal`: nobody waits for it any more.
   */
  hold(spec: HolderSpec, signal?: AbortSignal): Promise<void>
}

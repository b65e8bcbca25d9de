import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Clock } from '#clock/clock.ts'
import { parseImageReference } from '#runtime/images/image-reference.ts'
import { loginMark, type RegistryLogin } from '#runtime/images/local/registry/registry-login.ts'
import type {
  CgroupUsage,
  ContainerLimits,
  ContainerRecord,
  ContainerSpec,
  ContainerState,
  ExecOptions,
  HolderSpec,
  ImageFiles,
  LimitedResource,
  ListedImage,
  MadeContainer,
  Runtime,
  RuntimeImage,
} from '#runtime/runtime.ts'

interface Held {
  readonly spec: ContainerSpec
  status: ContainerState
}

/**
 * Containers in memory. Images are known that start with `fairlead/`; a stop takes a turn, as a program that obeys
 * SIGTERM does.
 */
export class FakeRuntime implements Runtime {
  readonly containers = new Map<string, Held>()
  /** What happened, in order: `create ID`, `start ID`, `stop ID GRACE`, `remove ID`, `exec ID COMMAND`. */
  readonly calls: string[] = []
  readonly #clock: Clock
  readonly #listeners: ((id: string, state: ContainerState) => void)[] = []
  /** Exit code of each exec. */
  onExec: (id: string, command: readonly string[]) => number = () => 0
  /** Ignores SIGTERM: only grace 0 ends it. */
  stubborn = false
  startFault: Error | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  #time(): string {
    return new Date(this.#clock.now()).toISOString()
  }

  #get(id: string): Held {
    const held = this.containers.get(id)
    if (held === undefined) throw Object.assign(new Error(`no container ${id}`), { code: 'CONTAINER_NOT_FOUND' })
    return held
  }

  /** What registries have, by name, besides the built-in images; with whose login, where one is needed. */
  readonly registry = new Map<string, { readonly username?: string }>()
  /** What has been brought here. */
  readonly images = new Map<string, RuntimeImage>()

  /** What a built-in image says of its user, by its name; root where nothing is said. */
  readonly imageUsers = new Map<string, string>()

  unlimited: readonly LimitedResource[] = []

  /** What it tells of its version. */
  told: string | undefined

  async version(): Promise<string | undefined> {
    return this.told
  }

  readonly handlers: readonly string[] = ['', 'runc', 'virtual']

  async imageStatus(image: string): Promise<RuntimeImage | undefined> {
    const user = this.imageUsers.get(image) ?? ''
    const facts = { id: `sha256:${image}`, sizeBytes: 0, user, access: 'all' } as const
    return image.startsWith('fairlead/') ? { ...facts, origin: 'local' } : this.images.get(image)
  }

  /** What the machine has, for whoever lists it. */
  listed: readonly ListedImage[] = []

  listImages(): readonly ListedImage[] {
    return this.listed
  }

  async pullImage(image: string, logins: readonly RegistryLogin[]): Promise<RuntimeImage> {
    this.calls.push(`pull ${image}${logins.map(({ username }) => ` as ${username}`).join('')}`)
    const fault = (code: string, text: string) => Object.assign(new Error(text), { code })
    const offered = this.registry.get(image)
    if (offered === undefined) throw fault('IMAGE_UNKNOWN', `no image ${image}`)
    const login = logins.find(({ username }) => username === offered.username)
    if (offered.username !== undefined && login === undefined) throw fault('IMAGE_DENIED', `${image}: denied`)
    const access = login === undefined ? 'all' : [loginMark(parseImageReference(image).registry, login)]
    const pulled: RuntimeImage = { id: `${image}@sha256:1`, sizeBytes: 7, user: '', origin: 'registry', access }
    this.images.set(image, pulled)
    return pulled
  }

  /** Called where somebody is about to show an image's files. */
  onImageFiles: (image: string) => void = () => undefined

  async imageFiles(image: string): Promise<ImageFiles> {
    this.onImageFiles(image)
    const here = await this.imageStatus(image)
    if (here === undefined) throw Object.assign(new Error(`no image ${image}`), { code: 'IMAGE_UNKNOWN' })
    return { contentId: here.id, folders: [`/layers/${image}`] }
  }

  async create(spec: ContainerSpec): Promise<MadeContainer> {
    this.calls.push(`create ${spec.id}`)
    if (this.containers.has(spec.id)) throw Object.assign(new Error(`${spec.id} exists`), { code: 'CONTAINER_EXISTS' })
    mkdirSync(dirname(spec.logPath), { recursive: true })
    writeFileSync(spec.logPath, `${this.#time()} stdout F started\n`)
    this.containers.set(spec.id, { spec, status: { state: 'created', createdAt: this.#time() } })
    return this.#made(spec)
  }

  #made({
    user: { uid = 0, gid = 0, supplementalGroups = [] } = { uid: 0 },
    stopSignal,
  }: ContainerSpec): MadeContainer {
    const groups = [...new Set([gid, ...supplementalGroups])]
    return { user: { uid, gid, supplementalGroups: groups }, stopSignal: stopSignal ?? 'SIGTERM' }
  }

  async start(id: string): Promise<void> {
    this.calls.push(`start ${id}`)
    if (this.startFault !== undefined) throw this.startFault
    const held = this.#get(id)
    held.status = { state: 'running', pid: 1, createdAt: this.#time(), startedAt: this.#time() }
  }

  async hold(spec: HolderSpec): Promise<void> {
    await this.create({ ...spec, image: 'fairlead/echo', env: [], mounts: [], tty: false, stdin: false })
    await this.start(spec.id)
  }

  async resize(id: string, limits: ContainerLimits): Promise<void> {
    this.calls.push(`resize ${id} ${JSON.stringify(limits)}`)
  }

  /** The container's program ends by itself. */
  exit(id: string, exitCode: number): void {
    const held = this.#get(id)
    if (held.status.state !== 'running') return
    const { createdAt, startedAt } = held.status
    const reason = exitCode === 0 ? 'Completed' : 'Error'
    held.status = { state: 'exited', exitCode, createdAt, startedAt, finishedAt: this.#time(), reason }
    for (const listener of this.#listeners) listener(id, held.status)
  }

  /** As where the machine was restarted: nothing runs any more, and nobody has told. */
  lose(): void {
    for (const held of this.containers.values()) {
      if (held.status.state !== 'running') continue
      const { createdAt, startedAt } = held.status
      const finishedAt = this.#time()
      held.status = { state: 'exited', exitCode: 255, createdAt, startedAt, finishedAt, reason: 'Unknown' }
    }
  }

  /** How a program ends that is asked to. */
  stopCode = 143

  async stop(id: string, graceSeconds: number): Promise<void> {
    this.calls.push(`stop ${id} ${graceSeconds}`)
    await Promise.resolve()
    if (this.stubborn && graceSeconds > 0) {
      await new Promise<void>((resolve) => {
        this.#clock.after(graceSeconds * 1000, resolve)
        // An end by another way ends the wait too.
        this.onExit((exited) => {
          if (exited === id) resolve()
        })
      })
      this.exit(id, 137)
    } else this.exit(id, graceSeconds === 0 ? 137 : this.stopCode)
  }

  async remove(id: string): Promise<void> {
    this.calls.push(`remove ${id}`)
    this.containers.delete(id)
  }

  /** What each cgroup has used. */
  readonly used = new Map<string, CgroupUsage>()

  usage(cgroup: string): CgroupUsage | undefined {
    return this.used.get(cgroup)
  }

  async prune(node: string, living: ReadonlySet<string>): Promise<void> {
    this.calls.push(`prune ${node} but ${[...living].sort().join(',')}`)
  }

  /** Where tests write what a container has written. */
  readonly scratchDir = join(tmpdir(), `fake-runtime-${process.pid}-${Math.random().toString(36).slice(2)}`)

  scratch(id: string): string {
    return join(this.scratchDir, id)
  }

  async status(id: string): Promise<ContainerState | undefined> {
    return this.containers.get(id)?.status
  }

  async list(): Promise<readonly ContainerRecord[]> {
    return [...this.containers].map(([id, { spec, status }]) => ({
      id,
      image: spec.image,
      annotations: spec.annotations,
      made: this.#made(spec),
      status,
    }))
  }

  onExit(listener: (id: string, state: ContainerState) => void): void {
    this.#listeners.push(listener)
  }

  async exec(id: string, { command, stdout }: ExecOptions): Promise<{ readonly exitCode: number }> {
    this.calls.push(`exec ${id} ${command.join(' ')}`)
    const exitCode = this.onExec(id, command)
    if (exitCode !== 0) stdout.write('exec says no\n')
    return { exitCode }
  }

  async attach(): Promise<void> {}

  /** The newest container of that name. */
  byName(container: string): { readonly id: string; readonly spec: ContainerSpec; readonly status: ContainerState } {
    const found = [...this.containers].filter(
      ([, { spec }]) => spec.annotations['io.kubernetes.container.name'] === container,
    )
    const last = found.at(-1)
    if (last === undefined) throw new Error(`no container named ${container}`)
    return { id: last[0], ...last[1] }
  }
}

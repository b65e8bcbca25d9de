import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { withContainerUmask } from '../container-umask.ts'
import type { Image, ImageStore } from '../images/image.ts'
import { type ContainerSpec, ID_COUNT, type MadeContainer } from '../runtime.ts'
import { RuntimeError } from '../runtime-error.ts'
import { type StoredContainer, writeRecord } from './bundle/container-record.ts'
import { type AccountFiles, type ContainerUser, containerUser } from './bundle/container-user.ts'
import { readLayeredFile } from './bundle/layered-file.ts'
import { machineDevices } from './bundle/machine-devices.ts'
import { scratchLayer } from './bundle/oci-mounts.ts'
import { grantedCapabilities, type MachineAbilities, ociSpec } from './bundle/oci-spec.ts'
import { bundlePaths, type RuntimePaths } from './bundle/runtime-paths.ts'
import { containerSeccomp } from './bundle/seccomp/container-seccomp.ts'
import { toldError } from './bundle/told-paths.ts'
import { abandon, discard, endMaking } from './discard.ts'
import type { Leftovers } from './leftovers.ts'
import { inTime, MAKING_LIMITS } from './making-watch.ts'
import { leaveOwnRoot, mountOwnRoot, ownRoot } from './own-users.ts'
import { limitPids } from './processes/cgroup.ts'
import { identifyProcess } from './processes/process-identity.ts'
import { nameOfSignal, numberOfSignal } from './processes/signals.ts'
import { createWithConmon } from './programs/conmon.ts'
import type { FoundPrograms } from './programs/found-programs.ts'
import { whyNoSeccomp } from './programs/seccomp-support.ts'

const CONTAINER_ID = /^[a-z0-9][a-z0-9-]{0,99}$/

/** Throws CONTAINER_SPEC_INVALID for an id or a cgroup that would lead elsewhere on disk. */
export function checkSpec(spec: ContainerSpec): void {
  const invalid = (why: string) => new RuntimeError('CONTAINER_SPEC_INVALID', `container '${spec.id}': ${why}`)
  if (!CONTAINER_ID.test(spec.id)) throw invalid("id: at most 100 of a-z, 0-9 and '-', the first no '-'")
  if (!spec.cgroup.split('/').every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part))) {
    throw invalid(`cgroup: '${spec.cgroup}' is no relative path of plain names`)
  }
}

/** Empty scratch layers for the root and for each overlay of the image: what a container writes goes there. */
function makeLayers(folder: string, image: Image): void {
  for (const index of [undefined, ...image.overlays.keys()]) {
    const { upper, work } = scratchLayer(folder, index)
    // The merged folder has the mode of the upper one: every user of the container is to get in.
    mkdirSync(dirname(upper), { recursive: true, mode: 0o700 })
    withContainerUmask(() => mkdirSync(upper))
    mkdirSync(work)
  }
}

/** Writes a file for programs in the container, past the umask: its user may be anybody. */
function writeForAll(path: string, text: string, mode: number): void {
  writeFileSync(path, text)
  chmodSync(path, mode)
}

/** Whoever names a signal that there is none of gets the one that programs expect, as under containerd. */
function stopSignal(spec: ContainerSpec, image: Image): string {
  const number = numberOfSignal(spec.stopSignal ?? image.stopSignal)
  return number === undefined ? 'SIGTERM' : nameOfSignal(number)
}

function madeOf(spec: ContainerSpec, image: Image, { uid, gid, additionalGids }: ContainerUser): MadeContainer {
  return { user: { uid, gid, supplementalGroups: additionalGids }, stopSignal: stopSignal(spec, image) }
}

/** What containers are made with. */
interface Workshop {
  readonly paths: RuntimePaths
  /** Cgroups lie below /fairlead/CLUSTER. */
  readonly cluster: string
  readonly images: ImageStore
  /** Asked for where an image was found: a machine without containers needs no programs. */
  readonly programs: FoundPrograms
  /** Takes what a container leaves that was not done. */
  readonly leftovers: Pick<Leftovers, 'add' | 'clear'>
  readonly machine: () => MachineAbilities
}

/** The largest that an image's /etc/passwd and /etc/group may be, bytes. */
const ACCOUNTS_BYTES = 4 << 20

/** Whom the image knows. */
function accountsOf({ lowerDirs }: Image): AccountFiles {
  const read = (path: string) => readLayeredFile(lowerDirs, path, ACCOUNTS_BYTES) ?? ''
  return { passwd: read('etc/passwd'), group: read('etc/group') }
}

/** Throws CONTAINER_SPEC_INVALID for a user or group that a pod with users of its own does not have. */
function checkIds({ id, namespaces }: ContainerSpec, { uid, gid, additionalGids }: ContainerUser): void {
  if (namespaces.user === undefined) return
  const [strange] = [uid, gid, ...additionalGids].filter((one) => one >= ID_COUNT)
  if (strange === undefined) return
  throw new RuntimeError(
    'CONTAINER_SPEC_INVALID',
    `container '${id}': user or group ${strange}: a pod with hostUsers: false has those from 0 to ${ID_COUNT - 1}`,
  )
}

/** The container's filter of system calls. Rejects with SECCOMP_UNAVAILABLE, RUNTIME_PROGRAM_MISSING. */
async function seccompOf(
  workshop: Workshop,
  spec: ContainerSpec,
  abilities: MachineAbilities,
): Promise<object | undefined> {
  const filter = containerSeccomp(spec, grantedCapabilities(spec, abilities))
  const trouble = filter && (await whyNoSeccomp(workshop.programs))
  if (trouble !== undefined) throw new RuntimeError('SECCOMP_UNAVAILABLE', `container '${spec.id}': ${trouble}`)
  return filter
}

/**
 * Makes a container: bundle and layer on disk, its record, its process up to the program's start; `processes`: the
 * file of the process namespace that it joins; `signal`: nobody waits for it any more. What was made is taken away again
 * where a step fails, or hangs. Rejects with RuntimeError: of the image, of its user, of ociSpec(), of
 * createWithConmon(), SECCOMP_UNAVAILABLE, CONTAINER_CANNOT_RUN; with KernelError where it has users of its own.
 */
export async function makeContainer(
  workshop: Workshop,
  spec: ContainerSpec,
  { processes, signal }: { readonly processes?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<StoredContainer> {
  const { paths, cluster, images, programs, machine, leftovers } = workshop
  const image = await images.resolve(spec.image)
  const mounted = await Promise.all((spec.mountedImages ?? []).map((name) => images.find(name)))
  const imageIds = [image, ...mounted].flatMap((one) => one?.contentId ?? [])
  programs.find()
  const abilities = machine()
  const bundle = bundlePaths(paths, spec.id)
  const cgroupsPath = `/fairlead/${cluster}/${spec.cgroup}`
  const root = ownRoot(cluster, spec.id)
  // Only the image's own program tells of its start.
  const announced = image.startedFile !== undefined && spec.command === undefined
  const own = [
    ...(announced ? [{ source: bundle.started, destination: image.startedFile, readOnly: false }] : []),
    ...(image.annotationsFile === undefined
      ? []
      : [{ source: bundle.annotations, destination: image.annotationsFile, readOnly: true }]),
  ]
  const whole = { ...spec, mounts: [...own, ...spec.mounts] }
  const place = {
    rootfs: paths.rootfs,
    layers: bundle.layers,
    cgroupsPath,
    machine: abilities,
    user: containerUser(accountsOf(image), image.user, spec.user),
    processes,
    seccomp: await seccompOf(workshop, spec, abilities),
    ...(spec.privileged && { devices: machineDevices() }),
  }
  checkIds(spec, place.user)
  // Before anything is made: what cannot be is said without a trace.
  const config = ociSpec(whole, image, place)
  // Left by a process that died right here.
  leftovers.clear(spec.id, cgroupsPath)
  if (existsSync(bundle.folder)) abandon(paths, { id: spec.id, cgroupsPath, ownRoot: root })
  mkdirSync(bundle.folder, { mode: 0o700 })
  makeLayers(bundle.layers, image)
  mkdirSync(dirname(spec.logPath), { recursive: true, mode: 0o700 })
  // Secrets stand in the environment.
  const writeConfig = (value: object) => writeFileSync(bundle.config, JSON.stringify(value), { mode: 0o600 })
  writeConfig(config)
  if (image.annotationsFile !== undefined) writeForAll(bundle.annotations, JSON.stringify(spec.annotations), 0o644)
  if (announced) writeForAll(bundle.started, '', 0o666)
  const { id, annotations, tty, stdin, namespaces } = spec
  const { user: users } = namespaces
  const stored: StoredContainer = {
    id,
    image: spec.image,
    ...(imageIds.length > 0 && { imageIds }),
    annotations,
    made: madeOf(spec, image, place.user),
    cgroupsPath,
    tty,
    stdin,
    ...(spec.stdinOnce && { stdinOnce: true }),
    ...(announced && { announces: true }),
    ...((spec.hostPid || processes !== undefined) && { sharesProcesses: true }),
    ...(users && { ownRoot: root }),
    createdAt: new Date().toISOString(),
    creator: identifyProcess(process.pid)!,
  }
  writeRecord(bundle, stored)
  // Whoever takes an image away takes its name first, and then looks who has it: from here on this container does.
  if ((await images.find(spec.image).catch(() => undefined))?.contentId !== image.contentId) {
    discard(paths, stored)
    return await makeContainer(workshop, spec, { processes, signal })
  }
  try {
    if (users) {
      const mounts = [...image.extraMounts, ...whole.mounts]
      const made = mountOwnRoot(root, { image, layers: bundle.layers, mounts, users })
      writeConfig(ociSpec(whole, image, { ...place, ...made }))
    }
    const making = createWithConmon(await programs.sealed(), {
      id,
      bundle: bundle.folder,
      runcRoot: paths.runc,
      logPath: spec.logPath,
      logMaxBytes: spec.logMaxBytes ?? -1,
      exitDir: paths.exits,
      socketDir: paths.sockets,
      socketName: bundle.socketName,
      conmonPidFile: bundle.conmonPid,
      tty,
      stdin,
      stdinOnce: spec.stdinOnce === true,
    })
    const pid = await inTime(making, { id, end: () => endMaking(paths, stored), signal, limits: MAKING_LIMITS })
    if (users) leaveOwnRoot(root)
    // Only now: runc has made the cgroup above as well, and its program has not begun.
    if (spec.podPidsLimit !== undefined) limitPids(dirname(cgroupsPath), spec.podPidsLimit)
    const init = identifyProcess(pid)
    if (init === undefined)
      throw new RuntimeError('CONTAINER_CANNOT_RUN', `container '${id}' died before it was started`)
    const running = { ...stored, process: init }
    writeRecord(bundle, running)
    return running
  } catch (error) {
    // It may run by now, and its program not have begun.
    leftovers.add(stored)
    // One that is too old says so better than by how it fails.
    await programs.check()
    const layers = [...image.lowerDirs, ...image.overlays.map(({ lowerDir }) => lowerDir)]
    throw toldError(error, paths, { folder: bundle.folder, ownRoot: root, layers })
  }
}

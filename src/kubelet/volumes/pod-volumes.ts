import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import type { VolumeMount } from '#api/core/pod/spec/container.ts'
import type { Volume } from '#api/core/pod/volume/volume.ts'
import { removeFolder } from '#runtime/folders/remove-folder.ts'
import { releaseImages } from '#runtime/images/image-hold.ts'
import type { Mount } from '#runtime/runtime.ts'
import type { KubeletContext } from '../context.ts'
import type { References } from '../env/container-env.ts'
import { expandVariables } from '../env/expand.ts'
import type { PodFacts } from '../env/field-ref.ts'
import { errorText, KubeletError } from '../kubelet-error.ts'
import { writeAtomically } from './atomic-writer.ts'
import { ClaimRecords } from './claim-record.ts'
import { findClaimedFolder, isClaimVolume } from './claim-volume.ts'
import { openHostPath } from './host-path.ts'
import { mountImageVolume } from './image-volume.ts'
import { memoryVolumeSize } from './memory-size.ts'
import type { BindOutcome, PlaceInVolume } from './mounter.ts'
import { PodTokens } from './service-account-token.ts'
import { isFileVolume, type VolumeFiles, volumeFiles } from './volume-files.ts'
import { giveToGroup } from './volume-group.ts'

/** What each mode means to a mount. */
const PROPAGATIONS = { None: undefined, HostToContainer: 'slave', Bidirectional: 'shared' } as const

/** One volumeMount of a container. */
interface MountPlace {
  readonly container: string
  /** Its place among the container's volumeMounts. */
  readonly index: number
}

/** Of a file of variables: the kernel gives a program no more in its environment. */
const MOST_OCTETS = 1 << 20

/**
 * The volumes of one pod on this node's disk: below `STATE/pods/UID/volumes`. What a subPath leads to is mounted below
 * `STATE/pods/UID/subpaths` while its container is being made, and no longer.
 */
export class PodVolumes {
  readonly #context: KubeletContext
  readonly #podDir: string
  readonly #dir: string
  readonly #subPaths: string
  readonly #tokens: PodTokens
  readonly #claims: ClaimRecords
  readonly #paths = new Map<string, string>()
  /** Aborts when all of them go, */
  readonly #over = new AbortController()
  /** which waits for these: they would make anew what has gone. */
  readonly #writing = new Set<Promise<unknown>>()
  #pod: Pod

  constructor(context: KubeletContext, pod: Pod, podDir: string) {
    this.#context = context
    this.#pod = pod
    this.#podDir = podDir
    this.#dir = join(podDir, 'volumes')
    this.#subPaths = join(podDir, 'subpaths')
    this.#tokens = new PodTokens(context, pod)
    this.#claims = new ClaimRecords(podDir)
  }

  get #references(): References {
    const namespace = this.#pod.metadata?.namespace ?? ''
    return {
      configMap: (name) => this.#context.configMaps.get(namespace, name),
      secret: (name) => this.#context.secrets.get(namespace, name),
    }
  }

  /** Makes all volumes there; files that are there already stay. Rejects with the first that cannot be had. */
  async mount(facts: PodFacts): Promise<void> {
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 })
    // Of a process of ours that died between a mount and its end.
    this.#context.mounter.unmountBelow(this.#subPaths)
    await Promise.all((this.#pod.spec?.volumes ?? []).map((volume) => this.#mountOne(volume, facts)))
  }

  async #mountOne(volume: Volume, facts: PodFacts): Promise<void> {
    const path = join(this.#dir, volume.name)
    const group = this.#pod.spec?.securityContext?.fsGroup
    if (volume.hostPath) {
      this.#paths.set(volume.name, openHostPath(`volume "${volume.name}"`, volume.hostPath, this.#context))
      return
    }
    if (isClaimVolume(volume)) {
      this.#paths.set(volume.name, await this.#claimed(volume))
      return
    }
    if (volume.image)
      await mountImageVolume(this.#context, this.#pod, volume, {
        path,
        podDir: this.#podDir,
        signal: this.#over.signal,
      })
    else if (isFileVolume(volume)) {
      await this.#write(path, await volumeFiles(this.#pod, volume, facts, this.#references, this.#tokens.get))
    } else {
      // No source at all is an emptyDir, as in Kubernetes.
      const { medium, sizeLimit } = volume.emptyDir ?? {}
      mkdirSync(path, { recursive: true })
      // Nothing is mounted there any more where the machine was restarted meanwhile.
      if (medium === 'Memory') {
        if (statSync(path).dev === statSync(this.#dir).dev)
          this.#context.mounter.tmpfs(path, memoryVolumeSize(this.#pod, sizeLimit, facts.allocatable.memory))
      }
      // Past the umask, and for every user of the pod; the group's bit 2000 makes new files the group's.
      chmodSync(path, 0o777 | (group === undefined ? 0 : 0o2000))
      if (group !== undefined) chownSync(path, -1, group)
    }
    this.#paths.set(volume.name, path)
  }

  /** Asked for once: what a running pod has, it keeps. */
  async #claimed(volume: Volume): Promise<string> {
    const known = this.#claims.read(volume.name)
    const { path, isShared } = known ?? (await findClaimedFolder(this.#context, this.#pod, volume))
    if (!existsSync(path))
      throw new KubeletError('VOLUME_INVALID', `volume "${volume.name}": path "${path}" does not exist`)
    if (known !== undefined) return path
    const { fsGroup, fsGroupChangePolicy } = this.#pod.spec?.securityContext ?? {}
    if (fsGroup !== undefined && isShared && !volume.persistentVolumeClaim?.readOnly)
      await giveToGroup(path, fsGroup, fsGroupChangePolicy)
    this.#claims.write(volume.name, { path, isShared })
    return path
  }

  /**
   * Writes files anew where their sources have changed, or tokens have aged. A volume with a missing source keeps what
   * is there, and the others are renewed all the same; rejects with the first such fault in the end.
   */
  async refresh(pod: Pod, facts: PodFacts): Promise<void> {
    this.#pod = pod
    const faults: unknown[] = []
    for (const volume of (pod.spec?.volumes ?? []).filter(isFileVolume)) {
      const path = this.#paths.get(volume.name)
      if (path === undefined) continue
      try {
        const files = await volumeFiles(pod, volume, facts, this.#references, this.#tokens.get)
        await this.#write(path, files)
      } catch (error) {
        faults.push(error)
      }
    }
    if (faults.length > 0) throw faults[0]
  }

  async #write(path: string, files: VolumeFiles): Promise<void> {
    const group = this.#pod.spec?.securityContext?.fsGroup
    const writing = writeAtomically(path, files, { group, signal: this.#over.signal })
    this.#writing.add(writing)
    await writing.finally(() => this.#writing.delete(writing))
  }

  /** Where a volume is, once it is there. */
  folderOf(volume: string): string | undefined {
    return this.#paths.get(volume)
  }

  /** Whether one of them is this folder. */
  has(folder: string): boolean {
    return [...this.#paths.values()].includes(folder)
  }

  get refreshAt(): number | undefined {
    return this.#tokens.refreshAt
  }

  /**
   * The bind mount of one volumeMount. Throws VOLUME_INVALID for a subPath that leaves the volume, or is not in one whose
   * files are ours. `release()` is due as soon as the container is made, or not made.
   */
  mountOf(mount: VolumeMount, env: ReadonlyMap<string, string>, { container, index }: MountPlace): Mount {
    const root = this.#paths.get(mount.name)
    if (root === undefined)
      throw new KubeletError('VOLUME_INVALID', `volumeMounts[${mount.mountPath}]: no volume "${mount.name}"`)
    const volume = this.#pod.spec?.volumes?.find(({ name }) => name === mount.name)
    const ours = volume !== undefined && (isFileVolume(volume) || volume.image !== undefined)
    const readOnly = mount.readOnly === true || ours || volume?.persistentVolumeClaim?.readOnly === true
    const destination = mount.mountPath.startsWith('/') ? mount.mountPath : `/${mount.mountPath}`
    const subPath = mount.subPathExpr
      ? expandVariables(mount.subPathExpr, (name) => env.get(name))
      : (mount.subPath ?? '')
    const propagation = mount.mountPropagation && PROPAGATIONS[mount.mountPropagation]
    const kept = { destination, readOnly, ...(volume?.image && { isInert: true }), ...(propagation && { propagation }) }
    if (subPath === '') return { source: root, ...kept }
    const bad = (why: string, cause?: unknown): KubeletError =>
      new KubeletError('VOLUME_INVALID', `volumeMounts[${mount.mountPath}].subPath "${subPath}": ${why}`, { cause })
    if (subPath.startsWith('/') || subPath.split('/').includes('..') || subPath.includes('$(')) {
      throw bad('must be relative, without "..", and its variables must be set')
    }
    const target = join(this.#subPaths, container, String(index))
    // As Kubernetes does, with the volume's own mode, so that whoever may write there may write here.
    const isFixed = ours || volume?.persistentVolumeClaim?.readOnly
    const create = isFixed ? undefined : statSync(root).mode & 0o7777
    const outcome = this.#bind({ volume: root, path: subPath, ...(create !== undefined && { create }) }, target, bad)
    if (outcome === 'missing') throw bad('does not exist in the volume')
    if (outcome === 'outside') throw bad('leads out of the volume')
    return { source: target, ...kept }
  }

  /**
   * The text of a file in a volume that containers may write to; undefined where there is none. Throws VOLUME_INVALID where
   * it is none of the volume's, or no text of a size that anybody would mean.
   */
  read(name: string, path: string): string | undefined {
    const volume = this.#paths.get(name)
    const bad = (why: string): KubeletError =>
      new KubeletError('VOLUME_INVALID', `couldn't parse env file "${path}" of volume "${name}": ${why}`)
    if (volume === undefined)
      throw new KubeletError('VOLUME_INVALID', `cannot find the volume "${name}" referenced by FileKeyRef`)
    const outcome = this.#context.mounter.readBelow({ volume, path }, MOST_OCTETS)
    if (outcome === 'missing') return undefined
    if (outcome === 'outside') throw bad('it leads out of the volume')
    if (outcome === 'irregular') throw bad(`it is no file of at most ${MOST_OCTETS} octets`)
    return outcome.text
  }

  #bind(place: PlaceInVolume, target: string, bad: (why: string, cause: unknown) => KubeletError): BindOutcome {
    try {
      return this.#context.mounter.bindBelow(place, target)
    } catch (error) {
      throw bad(errorText(error), error)
    }
  }

  /** The container has its mounts by now, or will not be: what a subPath leads to need not be mounted here any more. */
  release(container: string): void {
    const folder = join(this.#subPaths, container)
    if (!existsSync(folder)) return
    for (const name of readdirSync(folder)) this.#context.mounter.unbind(join(folder, name))
  }

  /** What is being made there goes no further. */
  giveUp(): void {
    this.#over.abort()
  }

  /** Unmounts and removes everything but hostPaths; also what was mounted before a restart of ours. May be tried again. */
  async unmount(): Promise<void> {
    this.giveUp()
    await Promise.allSettled([...this.#writing])
    // First, and wholly: what is still mounted would be emptied, say a folder of the host.
    this.#context.mounter.unmountBelow(this.#podDir)
    await removeFolder(this.#dir)
    releaseImages(this.#podDir)
  }
}

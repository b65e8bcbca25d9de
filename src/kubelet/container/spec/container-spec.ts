import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { Pod } from '#api/core/pod/message.ts'
import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import type { ContainerLimits, ContainerSpec } from '#runtime/runtime.ts'
import type { KubeletContext } from '../../context.ts'
import { containerEnv } from '../../env/container-env.ts'
import { expandVariables } from '../../env/expand.ts'
import type { PodFacts } from '../../env/field-ref.ts'
import { serviceEnv } from '../../env/service-env.ts'
import { hasProcesses } from '../../handler/pod-handler.ts'
import type { Attachment } from '../../pod-network.ts'
import { quantityValue } from '../../quantity.ts'
import type { PodVolumes } from '../../volumes/pod-volumes.ts'
import { containerCgroup } from '../container-cgroup.ts'
import type { ContainerEntry } from '../container-entry.ts'
import { writeLabels } from '../container-id.ts'
import { logPath, messagePath } from '../files/container-files.ts'
import { LOG_MAX_BYTES } from '../files/log-segments.ts'
import { securityFields } from './security.ts'
import { podSysctls } from './sysctls.ts'

/** Where a container is started: its pod, made ready. */
export interface StartPlace {
  readonly pod: Pod
  readonly podDir: string
  readonly logDir: string
  readonly sandbox: Attachment
  readonly volumes: PodVolumes
  readonly facts: PodFacts
  readonly hostname: string
  /** Whom the image runs as, as its configuration says it. */
  readonly imageUser: string
  readonly handler: string | undefined
  readonly signal: AbortSignal
  /** The id of the container whose processes it is to see. */
  readonly processesOf?: string
  /** Told as soon as the id is known, so that its exit finds its way. */
  readonly own: (id: string, entry: ContainerEntry) => void
}

/** Kubernetes' podPidsLimit, which it leaves open: a fork bomb would take the machine, and all other pods with it. */
const POD_PIDS_LIMIT = 4096

/** cgroup numbers: 1024 shares a core at least 2, and a quota per 100 ms. */
export const cgroupLimits = ({ requests, limits: most }: ResourceRequirements): ContainerLimits => {
  const cpuRequest = requests?.cpu ?? most?.cpu
  return {
    cpuShares: cpuRequest === undefined ? 2 : Math.max(2, Math.floor(quantityValue(cpuRequest) * 1024)),
    ...(most?.cpu !== undefined && { cpuQuotaMicros: Math.max(1000, Math.round(quantityValue(most.cpu) * 100_000)) }),
    ...(most?.memory !== undefined && { memoryLimitBytes: Math.floor(quantityValue(most.memory)) }),
  }
}

/**
 * What the runtime is to make of the entry’s attempt; its log folder and its termination file are there afterwards.
 * Rejects with KubeletError where the environment, a mount or a security field cannot be had.
 */
export const containerSpec = async (
  context: KubeletContext,
  place: StartPlace,
  entry: ContainerEntry,
  id: string,
): Promise<ContainerSpec> => {
  const { pod, podDir, sandbox, volumes, facts } = place
  const { container } = entry
  const namespace = pod.metadata?.namespace ?? ''
  const env = await containerEnv(
    pod,
    container,
    serviceEnv(
      [
        ...context.services.lister.list(namespace),
        ...(namespace === 'default' ? [] : context.services.lister.list('default')),
      ],
      namespace,
      pod.spec?.enableServiceLinks !== false,
    ),
    facts,
    {
      configMap: (name) => context.configMaps.get(namespace, name),
      secret: (name) => context.secrets.get(namespace, name),
      file: (volume, path) => volumes.read(volume, path),
    },
  )
  const expand = (texts: readonly string[] | undefined) =>
    texts?.map((text) => expandVariables(text, (name) => env.get(name)))
  const message = messagePath(podDir, container.name, entry.attempt)
  const log = logPath(place.logDir, container.name, entry.attempt)
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 })
  const isRead = hasProcesses(place.handler)
  if (isRead) {
    mkdirSync(dirname(message), { recursive: true, mode: 0o700 })
    writeFileSync(message, '')
    // Past the umask: the container's user may be anybody.
    chmodSync(message, 0o666)
  }
  const mounted = (isRead ? (container.volumeMounts ?? []) : []).map((mount, index) =>
    volumes.mountOf(mount, env, { container: container.name, index }),
  )
  const taken = new Set(mounted.map(({ destination }) => normalize(destination).replace(/\/$/, '')))
  const own = [
    { source: join(podDir, 'hosts'), destination: '/etc/hosts', readOnly: false },
    { source: join(podDir, 'hostname'), destination: '/etc/hostname', readOnly: true },
    { source: join(podDir, 'resolv.conf'), destination: '/etc/resolv.conf', readOnly: false },
    { source: message, destination: container.terminationMessagePath || '/dev/termination-log', readOnly: false },
  ].filter(({ destination }) => !taken.has(destination))
  const mountedImages = (container.volumeMounts ?? []).flatMap(
    ({ name }) => pod.spec?.volumes?.find((volume) => volume.name === name)?.image?.reference ?? [],
  )
  const sysctls = podSysctls(pod)
  const command = expand(container.command)
  const args = expand(container.args)
  return {
    id,
    image: container.image ?? '',
    ...(place.handler && { handler: place.handler }),
    ports: (container.ports ?? []).map(({ protocol, containerPort }) => ({
      protocol: protocol ?? 'TCP',
      port: containerPort,
    })),
    ...(entry.role === 'init' && { isInit: true }),
    ...(command !== undefined && command.length > 0 && { command }),
    ...(args !== undefined && args.length > 0 && { args }),
    env: [
      // What containerd and CRI-O set as well.
      { name: 'HOSTNAME', value: place.hostname },
      ...[...env].map(([name, value]) => ({ name, value })),
    ],
    ...(container.workingDir && { workingDir: container.workingDir }),
    mounts: isRead ? [...own, ...mounted] : [],
    ...(mountedImages.length > 0 && { mountedImages }),
    namespaces: sandbox.namespaces,
    ...(place.processesOf !== undefined && { processesOf: place.processesOf }),
    cgroup: containerCgroup(context.node.name, pod.metadata?.uid ?? '', container.name),
    podPidsLimit: POD_PIDS_LIMIT,
    logPath: log,
    logMaxBytes: LOG_MAX_BYTES,
    tty: container.tty === true,
    stdin: container.stdin === true,
    ...(container.stdinOnce && { stdinOnce: true }),
    // Who has no process runs as nobody.
    ...(isRead && securityFields(pod, container, { imageUser: place.imageUser, seccompDir: context.seccompDir })),
    ...(sysctls && { sysctls }),
    resources: cgroupLimits(container.resources ?? {}),
    ...(container.lifecycle?.stopSignal && { stopSignal: container.lifecycle.stopSignal }),
    annotations: writeLabels({
      node: context.node.name,
      uid: pod.metadata?.uid ?? '',
      namespace,
      pod: pod.metadata?.name ?? '',
      container: container.name,
      attempt: entry.attempt,
      hash: entry.hash,
    }),
  }
}

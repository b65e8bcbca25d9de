import { dirname, join } from 'node:path'
import type { EchoNetwork } from '#echo/surroundings.ts'
import { isNamespace } from '#kernel/namespaces/namespace.ts'
import type { CgroupUsage, ContainerState, Containers, MadeContainer } from '../runtime.ts'
import { RuntimeError } from '../runtime-error.ts'
import { podEchoNetwork } from './pod-echo-network.ts'
import { VirtualContainer } from './virtual-container.ts'
import { VIRTUAL_HANDLER } from './virtual-handler.ts'
import { type VirtualRecord, VirtualRecords } from './virtual-record.ts'

interface VirtualRuntimeOptions {
  /** Folder of this runtime alone. */
  readonly stateDir: string
  /** For tests: what listens in the namespace at a path, */
  readonly network?: (namespace: string) => EchoNetwork
  /** and whether it is there. */
  readonly isThere?: (namespace: string) => boolean
  /** Told of what goes wrong where no caller waits. */
  readonly onError?: (error: unknown) => void
}

const NOBODY: MadeContainer = {
  user: { uid: 65534, gid: 65534, supplementalGroups: [] },
  stopSignal: 'SIGTERM',
}
const NOTHING_USED: CgroupUsage = { cpuNanoseconds: 0, memoryBytes: 0, workingSetBytes: 0, rssBytes: 0 }

/**
 * Containers without processes: this process answers for them, at sockets that it opens in their pods' namespaces. When it
 * dies the sockets go with it, and the next opens them again for all that ran and whose namespace is still there.
 */
export function createVirtualRuntime(options: VirtualRuntimeOptions): Containers {
  const { network = podEchoNetwork, isThere = isNamespace, onError = () => undefined } = options
  const records = new VirtualRecords(options.stateDir)
  const containers = new Map<string, VirtualContainer>()
  const listeners: ((id: string, state: ContainerState) => void)[] = []
  const owner: ConstructorParameters<typeof VirtualContainer>[1] = {
    network,
    changed: ({ spec, status }) => {
      if (containers.has(spec.id)) tried(() => records.write({ spec, status }))
    },
    exited: ({ spec: { id } }, state) => {
      for (const listener of listeners) tried(() => listener(id, state))
    },
    onError,
  }
  const adopted = adopt(records.read(onError))

  function tried(act: () => void): void {
    try {
      act()
    } catch (error) {
      onError(error)
    }
  }

  async function adopt(found: readonly VirtualRecord[]): Promise<void> {
    for (const record of found) containers.set(record.spec.id, new VirtualContainer(record, owner))
    for (const container of [...containers.values()]) {
      if (container.status.state !== 'running') continue
      if (isThere(container.spec.namespaces.network)) await container.listen()
      else container.lose()
    }
  }

  function get(id: string): VirtualContainer {
    const container = containers.get(id)
    if (container === undefined) throw new RuntimeError('CONTAINER_NOT_FOUND', `there is no container '${id}'`)
    return container
  }

  /** No process is there that could do it. */
  function withoutProcess(code: 'CONTAINER_EXEC_FAILED' | 'CONTAINER_ATTACH_FAILED', id: string, what: string): never {
    get(id)
    const why = 'its pod has the RuntimeClass virtual: it has no process, and only its ports answer'
    throw new RuntimeError(code, `container '${id}' cannot ${what}: ${why}; use a pod without a runtimeClassName`)
  }

  return {
    handlers: [VIRTUAL_HANDLER],
    create: async (spec) => {
      if (containers.has(spec.id))
        throw new RuntimeError('CONTAINER_EXISTS', `container '${spec.id}' exists: remove it first`)
      const status = { state: 'created', createdAt: new Date().toISOString() } as const
      containers.set(spec.id, new VirtualContainer({ spec, status }, owner))
      return NOBODY
    },
    start: async (id) => {
      const container = get(id)
      if (container.status.state === 'running') return
      if (container.status.state === 'exited')
        throw new RuntimeError('CONTAINER_NOT_RUNNING', `container '${id}' has exited: remove it and create it again`)
      await container.start()
    },
    // Nothing is used, so nothing needs to be held back.
    resize: async (id) => void get(id),
    stop: (id, graceSeconds) => get(id).stop(graceSeconds),
    remove: async (id) => {
      await containers.get(id)?.stop(0)
      containers.delete(id)
      records.remove(id)
    },
    prune: async () => undefined,
    usage: (cgroup) => {
      for (const { spec } of containers.values())
        if (spec.cgroup === cgroup || dirname(spec.cgroup) === cgroup) return NOTHING_USED
      return undefined
    },
    // Nothing is written, so none is ever there.
    scratch: (id) => join(options.stateDir, 'scratch', id),
    status: async (id) => containers.get(id)?.status,
    list: async () => {
      await adopted
      return [...containers].map(([id, { spec, status }]) => {
        const { image, annotations } = spec
        return { id, image, annotations, made: NOBODY, status }
      })
    },
    onExit: (listener) => void listeners.push(listener),
    exec: async (id) => withoutProcess('CONTAINER_EXEC_FAILED', id, 'run a command'),
    attach: async (id) => withoutProcess('CONTAINER_ATTACH_FAILED', id, 'be attached to'),
  }
}

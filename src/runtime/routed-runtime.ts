import type { ContainerState, Containers, Runtime } from './runtime.ts'
import { RuntimeError } from './runtime-error.ts'

/**
 * Several runtimes as one. A container is made by the one that has its handler, and stays that one's; the first is asked
 * for what nobody has.
 */
export function routedRuntime(first: Runtime, ...others: readonly Containers[]): Runtime {
  const all: readonly Containers[] = [first, ...others]
  const owners = new Map<string, Containers>()

  const forHandler = (handler = ''): Containers => {
    const found = all.find(({ handlers }) => handlers.includes(handler))
    if (found === undefined) throw new RuntimeError('HANDLER_UNKNOWN', `no runtime for "${handler}" is configured`)
    return found
  }

  /** What an earlier process of ours made is looked for, once. */
  const ownerOf = async (id: string): Promise<Containers> => {
    const known = owners.get(id)
    if (known !== undefined) return known
    for (const runtime of others) {
      if ((await runtime.status(id)) === undefined) continue
      owners.set(id, runtime)
      return runtime
    }
    return first
  }

  return {
    unlimited: first.unlimited,
    version: () => first.version(),
    handlers: all.flatMap(({ handlers }) => handlers),
    imageStatus: (image) => first.imageStatus(image),
    listImages: () => first.listImages(),
    pullImage: (image, logins, signal) => first.pullImage(image, logins, signal),
    imageFiles: (image) => first.imageFiles(image),
    hold: async (spec, signal) => {
      owners.set(spec.id, first)
      await first.hold(spec, signal)
    },
    create: async (spec, signal) => {
      const owner = forHandler(spec.handler)
      const identity = await owner.create(spec, signal)
      owners.set(spec.id, owner)
      return identity
    },
    start: async (id) => await (await ownerOf(id)).start(id),
    resize: async (id, limits) => await (await ownerOf(id)).resize(id, limits),
    stop: async (id, graceSeconds) => await (await ownerOf(id)).stop(id, graceSeconds),
    remove: async (id) => {
      await (await ownerOf(id)).remove(id)
      owners.delete(id)
    },
    prune: async (node, living) => {
      for (const runtime of all) await runtime.prune(node, living)
    },
    usage: (cgroup) => {
      for (const runtime of all) {
        const used = runtime.usage(cgroup)
        if (used !== undefined) return used
      }
      return undefined
    },
    scratch: (id) => (owners.get(id) ?? first).scratch(id),
    status: async (id): Promise<ContainerState | undefined> => await (await ownerOf(id)).status(id),
    list: async () => (await Promise.all(all.map((runtime) => runtime.list()))).flat(),
    onExit: (listener) => {
      for (const runtime of all) runtime.onExit(listener)
    },
    exec: async (id, options) => await (await ownerOf(id)).exec(id, options),
    attach: async (id, options) => await (await ownerOf(id)).attach(id, options),
  }
}

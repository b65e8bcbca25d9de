import { closeSync, mkdirSync, rmdirSync } from 'node:fs'
import { call } from '../libc.ts'
import { withUts } from './home-namespace.ts'
import { deleteNamespace, namespacePath, openNamespace } from './namespace.ts'
import { makeNamespaces, type NewNamespace, shareNamespaceDirectory } from './pinned-namespace.ts'
import { makeUserNamespace } from './user-namespace.ts'

const SETHOSTNAME = 'int sethostname(str name, size_t length)'

/** The namespaces of a pod: a named network namespace, and ipc and uts ones bound to files in `directory`. */
interface PodNamespaces {
  readonly network: string
  readonly ipc: string
  readonly uts: string
  readonly user?: string
}

interface PodNamespacesOptions {
  readonly hostname: string
  /** The pod has users of its own, to whom its namespaces belong: these of the machine. */
  readonly users?: { readonly firstId: number; readonly count: number } | undefined
}

/**
 * Makes a pod's namespaces in one step; `hostname` (1 to 64 bytes) is set in the uts one. Without `networkName` no
 * network namespace is made, and `network` is what `networkPath` says (a hostNetwork pod). Throws KernelError as
 * createNetworkNamespace().
 */
export function createPodNamespaces(
  directory: string,
  options: PodNamespacesOptions & ({ readonly networkName: string } | { readonly networkPath: string }),
): PodNamespaces {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const ipc = `${directory}/ipc`
  const uts = `${directory}/uts`
  const made: NewNamespace[] = [
    { kind: 'ipc', path: ipc },
    { kind: 'uts', path: uts },
  ]
  let network: string
  if ('networkName' in options) {
    shareNamespaceDirectory()
    network = namespacePath(options.networkName)
    made.push({ kind: 'net', path: network })
  } else {
    network = options.networkPath
  }
  const { hostname, users } = options
  const setHostname = () =>
    void call('NAMESPACE_CREATE_FAILED', 'sethostname', hostname, SETHOSTNAME, hostname, Buffer.byteLength(hostname))
  if (users === undefined) {
    makeNamespaces(made, setHostname)
    return { network, ipc, uts }
  }
  const user = `${directory}/user`
  makeUserNamespace({ path: user, ...users }, made, () => {
    const target = openNamespace(uts)
    try {
      withUts(target, uts, setHostname)
    } finally {
      closeSync(target)
    }
  })
  return { network, ipc, uts, user }
}

/**
 * Undoes createPodNamespaces(): the ipc, uts and user pins and their directory. The network namespace is deleted by its own
 * path.
 */
export function deletePodNamespaces(directory: string): void {
  deleteNamespace(`${directory}/ipc`)
  deleteNamespace(`${directory}/uts`)
  deleteNamespace(`${directory}/user`)
  try {
    rmdirSync(directory)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
}

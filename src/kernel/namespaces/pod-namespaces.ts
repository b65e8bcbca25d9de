import { mkdirSync, rmdirSync } from 'node:fs'
import { call } from '../libc.ts'
import { deleteNamespace, namespacePath } from './namespace.ts'
import { makeNamespaces, type NewNamespace, shareNamespaceDirectory } from './pinned-namespace.ts'

const SETHOSTNAME = 'int sethostname(str name, size_t length)'

/** The namespaces of a pod: a named network namespace, and ipc and uts ones bound to files in `directory`. */
interface PodNamespaces {
  readonly network: string
  readonly ipc: string
  readonly uts: string
}

/**
 * Makes a pod's namespaces in one step; `hostname` (1 to 64 bytes) is set in the uts one. Without `networkName` no
 * network namespace is made, and `network` is what `networkPath` says (a hostNetwork pod). Throws KernelError as
 * createNetworkNamespace().
 */
export function createPodNamespaces(
  directory: string,
  options: { readonly hostname: string } & ({ readonly networkName: string } | { readonly networkPath: string }),
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
  makeNamespaces(made, () => {
    const { hostname } = options
    call('NAMESPACE_CREATE_FAILED', 'sethostname', hostname, SETHOSTNAME, hostname, Buffer.byteLength(hostname))
  })
  return { network, ipc, uts }
}

/**
 * Undoes createPodNamespaces(): the ipc and uts pins and their directory. The network namespace is deleted by its own
 * path.
 */
export function deletePodNamespaces(directory: string): void {
  deleteNamespace(`${directory}/ipc`)
  deleteNamespace(`${directory}/uts`)
  try {
    rmdirSync(directory)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
  }
}

/** Who asks: authentication's answer. */
export interface Caller {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** The control plane itself, and peers on the Unix socket (mode 0600: whoever can open it owns the cluster). */
export const SYSTEM: Caller = {
  name: 'system:apiserver',
  groups: ['system:masters', 'system:authenticated'],
}

/** Who owns what the server itself writes: as in any cluster. */
export const SYSTEM_MANAGER = 'kube-apiserver'

export const ANONYMOUS: Caller = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** A member of system:masters, who may do everything. */
export const isMaster = (caller: Caller): boolean => caller.groups.includes('system:masters')

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

/** The namespace and name of a ServiceAccount's user name. */
export const serviceAccountOf = (
  caller: Pick<Caller, 'name'>,
): { readonly namespace: string; readonly name: string } | undefined => {
  const match = ACCOUNT.exec(caller.name)
  return match ? { namespace: match[1]!, name: match[2]! } : undefined
}

import { type Deletable, isLeaving } from './deletion.ts'

interface WithPhase {
  readonly status?: { readonly phase?: string }
}

interface WithAddresses {
  readonly status?: { readonly podIP?: string; readonly podIPs?: readonly { readonly ip: string }[] }
}

interface WithContainers<C extends { readonly restartPolicy?: string }> {
  readonly spec?: { readonly containers?: readonly C[]; readonly initContainers?: readonly C[] }
}

/** The containers that run while the pod does: its own, and behind them its sidecars. */
export const runningContainers = <C extends { readonly restartPolicy?: string }>({
  spec,
}: WithContainers<C>): readonly C[] => [
  ...(spec?.containers ?? []),
  ...(spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always'),
]

/** Succeeded and Failed are for ever: nothing of the pod will run again. */
export const isTerminalPhase = (phase: string | undefined): boolean => phase === 'Succeeded' || phase === 'Failed'

export const isTerminal = ({ status }: WithPhase): boolean => isTerminalPhase(status?.phase)

/** Runs or will, and stays: it counts towards a ReplicaSet's replicas. */
export const isActive = (pod: WithPhase & Deletable): boolean => !isTerminal(pod) && !isLeaving(pod)

/** The pod's addresses, IPv4 first as its status has them; none before it has its network. */
export const podAddresses = ({ status }: WithAddresses): readonly string[] => {
  const all = (status?.podIPs ?? []).map(({ ip }) => ip)
  return all.length > 0 ? all : status?.podIP ? [status.podIP] : []
}

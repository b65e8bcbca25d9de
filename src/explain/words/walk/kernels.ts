import type { AccessRule, KernelDifference, NodeKernel, StrangerTable } from '../../trace/kernels.ts'
import { nameText, objectText } from '../object.ts'
import { listed, withProtocol } from '../text.ts'

/** What the agent of a node on the way said of its kernel, a line, and below it what differs. */
export const kernelLines = (kernel: NodeKernel): readonly string[] => [
  `${kernel.node}: ${stateText(kernel)}`,
  ...('differences' in kernel ? kernel.differences.map((one) => `  ${differenceText(one)}`) : []),
  ...(kernel.strangers ?? []).filter(isInTheWay).map((one) => `  ${strangerText(one)}`),
]

const stateText = (kernel: NodeKernel): string => {
  switch (kernel.code) {
    case 'no-agent': {
      const others = kernel.others.length > 0 ? `; ${listed(kernel.others.map(objectText))} is there` : ''
      return `no agent of Fairlead${others}: what its kernel holds is not known`
    }
    case 'agent-away':
      return `${objectText(kernel.agent)} gives no answer: ${kernel.message}`
    case 'forbidden':
      return `its agent may not be asked: ${kernel.message}; needed is ${ruleText(kernel.rule)}`
    case 'in-sync':
      return `the kernel holds what it should (${agentText(kernel)})`
    case 'behind': {
      const pending = kernel.pending > 0 ? `, ${kernel.pending} Services are still to be written` : ''
      return `the kernel does not hold what it should (${agentText(kernel)}${pending})`
    }
    case 'refused':
      return `the kernel refused ${nameText(kernel.service)}: ${kernel.message} (${agentText(kernel)})`
    case 'other-rules':
      return `the kernel’s tables have other rules than this version’s (${agentText(kernel)}): what they do is not known here`
    case 'no-rules':
      return `the kernel has no tables of Services (${agentText(kernel)}): another proxy has them, or they are not written yet`
  }
}

const agentText = ({
  agent,
  version,
}: {
  readonly agent: { readonly name: string }
  readonly version?: string
}): string => `${agent.name}${version === undefined ? '' : ` ${version}`}`

/** `get and create pods/exec in fairlead-system` */
const ruleText = ({ namespace, resources, verbs }: AccessRule): string =>
  `${listed(verbs)} ${listed(resources)} in namespace ${namespace}`

export const differenceText = (difference: KernelDifference): string => {
  const { address, port, protocol } = difference
  const where = withProtocol(address ?? 'the node port', port, protocol)
  switch (difference.code) {
    case 'frontend-missing':
      return `${where} is not there`
    case 'frontend-too-many':
      return `${where} is there, and should not be`
    case 'endpoints-differ': {
      const whose = difference.of === 'local' ? ', of this node’s own endpoints' : ''
      const parts = [
        ...(difference.missing.length > 0 ? [`${listed(difference.missing)} missing`] : []),
        ...(difference.tooMany.length > 0 ? [`${listed(difference.tooMany)} too many`] : []),
      ]
      return `${where}${whose}: ${parts.join('; ')}`
    }
    case 'treatment-differs': {
      const whose = difference.of === 'local' ? ', of this node’s own endpoints' : ''
      return `${where}${whose}: it does ${difference.held}, and should do ${difference.wanted}`
    }
    case 'sources-differ':
      return `${where}: it takes ${sourcesText(difference.held)}, and should take ${sourcesText(difference.wanted)}`
  }
}

const sourcesText = (sources: readonly string[]): string => (sources.length === 0 ? 'whoever asks' : listed(sources))

/** Those whose rules do what others may wait for in vain. */
const isInTheWay = ({ by, deeds }: StrangerTable): boolean => by === 'legacy' || deeds.length > 0

export const strangerText = ({ by, family, table, hooks, deeds }: StrangerTable): string =>
  by === 'legacy'
    ? `beside it iptables-legacy has the table ${table} (${family}), whose rules nobody sees here: iptables-legacy-save shows them`
    : `beside it stands the table ${family} ${table} at ${listed(hooks)}, with rules that ${listed(deeds.map((one) => DOES[one]))}`

const DOES = { drop: 'drop', reject: 'reject', nat: 'translate' } as const

import { plain } from '#explain/words/text.ts'
import { kernelLines } from '#explain/words/walk/kernels.ts'
import type { InstalledNode, InstalledStatus } from '#facts/agents/installed-status.ts'
import { table } from './table.ts'

/** The agents of a cluster for people: a row for each part of each node, and below what is not well. */
export const agentsText = (status: InstalledStatus): string => {
  const { nodes, namespace, healthy, controller } = status
  const lines = [
    `agents in namespace ${namespace}: ${healthy ? 'healthy' : 'not healthy'}`,
    ...(controller ? [`controller: ${controller.ready} of ${controller.wanted} pods ready`] : []),
    '',
  ]
  const rows = table(['NODE', 'PART', 'STATE', 'SERVICES', 'VERSION', 'RESTARTS', 'AGENT'], nodes.flatMap(rowsOf))
  const faults = nodes.flatMap(faultsOf).map((line) => `\n${plain(line)}\n`)
  return `${lines.join('\n')}\n${rows}${faults.join('')}`
}

const rowsOf = ({ node, agent = '', restarts, answer }: InstalledNode): readonly (readonly string[])[] => {
  if (answer.code !== 'answered') return [[node, '', STATES[answer.code], '', '', agent && String(restarts), agent]]
  const { version, parts, dataplane } = answer.status
  if (parts.length === 0) return [[node, '', 'no parts', '', version, String(restarts), agent]]
  return parts.map(({ name, ready, faults }, index) => {
    const own = name === 'services' || name === 'proxy'
    const state = !ready
      ? 'not ready'
      : own && dataplane.failed.length > 0
        ? `refused ${dataplane.failed.length}`
        : own && dataplane.pending > 0
          ? `behind by ${dataplane.pending}`
          : faults.length > 0
            ? 'with faults'
            : 'in sync'
    const services = own ? String(dataplane.services) : ''
    return index === 0
      ? [node, name, state, services, version, String(restarts), agent]
      : ['', name, state, services, '', '', '']
  })
}

const STATES = { 'no-agent': 'no agent', 'agent-away': 'no answer', forbidden: 'may not be asked' } as const

const faultsOf = ({ node, agent, also, answer }: InstalledNode): readonly string[] => {
  const twice =
    also.length === 0 ? [] : [`${node}: ${[agent, ...also].join(' and ')} are agents of one node: take one away`]
  if (answer.code !== 'answered') return [...twice, ...kernelLines({ node, ...answer })]
  const { missing, parts, dataplane } = answer.status
  return [
    ...twice,
    ...(missing === undefined ? [] : [`${node}: ${missing}`]),
    ...parts.flatMap(({ name, ready, faults }) =>
      ready && faults.length === 0
        ? []
        : [`${node}, part ${name}: ${faults.join('; ') || (ready ? '' : 'it is starting')}`],
    ),
    ...dataplane.failed.map(
      ({ service, message, retryAt }) =>
        `${node}: the kernel refused ${service}: ${message}; tried again at ${retryAt}`,
    ),
  ]
}

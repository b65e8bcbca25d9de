import { plain } from '#explain/words/text.ts'
import { strangerText } from '#explain/words/walk/kernels.ts'
import type { Obstacle } from '#facts/check/obstacles.ts'
import type { Trial } from '#facts/check/plan-probes.ts'
import type { CheckResult, Outcome } from '#facts/check/run-check.ts'
import { table } from './table.ts'

/** Each column of the matrix, with its head. */
const TRIALS: readonly (readonly [trial: Trial, head: string, about: string])[] = [
  ['pod', 'PODS', 'pods of other nodes'],
  ['cluster-ip', 'CLUSTERIP', 'a Service by its ClusterIP'],
  ['headless', 'HEADLESS', 'a headless Service by its name'],
  ['node-port', 'NODEPORT', 'a node port, at each node'],
  ['node', 'NODES', 'a program in the network of nodes'],
  ['name', 'DNS', 'names of Services'],
]
/** Of what failed, so many lines; JSON has all. */
const MOST_LINES = 40

/** A check for people: a row for each that asked, a column for what it tried, and below what failed and what is in the way. */
export const checkText = ({ outcomes, absent }: CheckResult, obstacles: readonly Obstacle[]): string => {
  const askers = [...new Map(outcomes.map(({ from }) => [from.name, from])).values()]
  const rows = askers.map(({ name, role, node }) => [
    node,
    role,
    ...TRIALS.map(([trial]) => cell(outcomes.filter((one) => one.from.name === name && one.trial === trial))),
  ])
  const failed = outcomes.filter(({ error }) => error !== undefined)
  const lines = [
    ...failed.slice(0, MOST_LINES).map(failureText),
    ...(failed.length > MOST_LINES ? [`and ${failed.length - MOST_LINES} more (-o json has them)`] : []),
    ...absent.map(
      ({ node, pod, why }) => `${node}: ${pod === '' ? '' : `pod ${pod} of the check does not run: `}${why}`,
    ),
  ]
  const way = obstacles.map(obstacleText)
  return [
    table(['FROM', 'AS', ...TRIALS.map(([, head]) => head)], rows),
    ...(lines.length > 0 ? ['\nFAILED\n', ...lines.map((line) => `  ${plain(line)}\n`)] : []),
    ...(way.length > 0 ? ['\nIN THE WAY, perhaps\n', ...way.map((line) => `  ${plain(line)}\n`)] : []),
    lines.length === 0 ? '\nall answered\n' : '',
  ].join('')
}

/** `6/6`; `-` where nothing was tried. */
const cell = (outcomes: readonly Outcome[]): string =>
  outcomes.length === 0 ? '-' : `${outcomes.filter(({ error }) => error === undefined).length}/${outcomes.length}`

const failureText = ({ from, trial, kind, to, port, at, error }: Outcome): string => {
  const who = `${from.role === 'node' ? 'the network of ' : 'a pod on '}${from.node}`
  const where = kind === 'name' ? to : `${to.includes(':') ? `[${to}]` : to}:${port}/${kind.toUpperCase()}`
  const about = TRIALS.find(([one]) => one === trial)?.[2] ?? trial
  return `${who} to ${where}${at === undefined ? '' : ` on ${at}`} (${about}): ${ERRORS[error ?? ''] ?? error}`
}

const ERRORS: Readonly<Record<string, string>> = {
  ETIMEDOUT: 'no answer in time',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route there',
  ENETUNREACH: 'no route there',
  ENOTFOUND: 'there is no such name',
  ESERVFAIL: 'the DNS server fails',
  EAI_AGAIN: 'the DNS gives no answer',
  EPERM: 'it may not be sent',
}

const obstacleText = (obstacle: Obstacle): string => {
  switch (obstacle.code) {
    case 'stranger':
      return `${obstacle.node}: ${strangerText(obstacle.table)}`
    case 'two-agents':
      return `${obstacle.node}: two agents of Fairlead, ${obstacle.agents.join(' and ')}: take one DaemonSet away`
    case 'ranges-overlap':
      return `${obstacle.one.cidr} of ${obstacle.one.of} and ${obstacle.other.cidr} of ${obstacle.other.of} overlap`
    case 'mtu-differs':
      return `the links between nodes have different MTUs: ${Object.entries(obstacle.mtus)
        .map(([node, mtu]) => `${node} ${mtu}`)
        .join(', ')}; large packets are lost where ICMP is dropped`
    case 'setting':
      return `${obstacle.node}: net.${obstacle.name.replaceAll('/', '.')} is ${obstacle.value}, and should be ${obstacle.wanted}`
    case 'other-rules':
      return `${obstacle.node}: the tables of Services have other rules than this version’s: an older agent’s, or edited by somebody`
  }
}

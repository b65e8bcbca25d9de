import type {
  ImageUnknown,
  NodeLost,
  PodsCrash,
  PodsNotReady,
  PodsPending,
  PodsStarting,
  PodTrouble,
  ProbeAction,
  TroubledPods,
} from '../../trace/findings/pods.ts'
import { shellWord } from '../command.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { obstacleDetails } from '../obstacle.ts'
import { listed } from '../text.ts'
import { troubleText } from '../trouble.ts'

const MOST = 5

const ofPod = ({ trouble }: PodTrouble): string => (trouble ? troubleText(trouble) : 'not ready')

/** What all of them begin with, and `more` of the first pod. */
function podsText({ service, pods }: TroubledPods, more: readonly string[]): FindingText {
  const [first] = pods
  const trouble = first ? ofPod(first) : 'not ready'
  if (service === undefined)
    return { message: `pod ${first ? nameText(first.pod) : ''} is not ready: ${trouble}`, details: more }
  const each = pods.slice(0, MOST).map((one) => `pod ${nameText(one.pod)}: ${ofPod(one)}`)
  const rest = pods.length > MOST ? [`and ${pods.length - MOST} more`] : []
  return { message: `no pod of ${nameText(service)} is ready: ${trouble}`, details: [...each, ...rest, ...more] }
}

export const podsPending = (finding: PodsPending): FindingText =>
  podsText(finding, [
    ...obstacleDetails(finding.nearest),
    ...(finding.taintsOfControllers ? ['a controller wrote it: it goes when the node recovers'] : []),
  ])

export const imageUnknown = (finding: ImageUnknown): FindingText =>
  podsText(
    finding,
    finding.known.length > 0 ? [`images that are here without a registry: ${listed(finding.known)}`] : [],
  )

export function podsCrash(finding: PodsCrash): FindingText {
  const { command, pods } = finding
  const trouble = pods[0]?.trouble
  const said = trouble?.kind === 'crash' ? trouble.said : undefined
  return podsText(finding, [
    ...(command.length > 0 ? [`it runs: ${command.map(shellWord).join(' ')}`] : []),
    ...(said ? [`it left the message: ${said}`] : []),
  ])
}

export const podsStarting = (finding: PodsStarting): FindingText => podsText(finding, [])

export function podsNotReady(finding: PodsNotReady): FindingText {
  const { probe, open, pods } = finding
  const trouble = pods[0]?.trouble
  const details: string[] = []
  if (trouble?.kind === 'gate')
    details.push(
      `some controller of yours sets the condition ${trouble.gate} of the pod's status: is it there, and does it run?`,
    )
  if (probe !== undefined) {
    const { asks, timeoutSeconds, periodSeconds, initialDelaySeconds } = probe
    const delay = initialDelaySeconds > 0 ? `, ${initialDelaySeconds} s after its start at the earliest` : ''
    const which = (trouble?.kind === 'probe' && trouble.failed) || 'readiness'
    details.push(
      `its ${which} probe: ${actionText(asks)}, within ${timeoutSeconds} s, every ${periodSeconds} s${delay}`,
    )
    if (open !== undefined)
      details.push(open.length === 0 ? 'it listens on no TCP port' : `it listens on ${listed(open.map(String))}`)
  }
  return podsText(finding, details)
}

function actionText(asks: ProbeAction): string {
  if (asks.kind === 'exec') return `${asks.command.map(shellWord).join(' ')}, which must end with 0`
  const socket = `${asks.host ?? 'the pod'}:${asks.port}`
  switch (asks.kind) {
    case 'http':
      return `GET ${asks.scheme}://${socket}${asks.path}, which must answer 200 to 399`
    case 'tcp':
      return `a connection to ${socket}`
    case 'grpc':
      return `the gRPC health check at ${socket}`
  }
}

export function nodeLost(finding: NodeLost): FindingText {
  const { remade, elsewhere } = finding
  if (!remade)
    return podsText(finding, ['nothing makes the pod anew elsewhere: it comes back with its node, or not at all'])
  return podsText(finding, [
    'what the lost node held is made anew elsewhere when the pods are evicted, after five minutes as a rule',
    ...(elsewhere ? [] : ['but no other node is Ready']),
  ])
}

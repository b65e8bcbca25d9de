import type { ContainerLog, Finding } from '../trace/finding.ts'
import type { FindingText } from './finding-text.ts'
import { dnsDown } from './findings/dns.ts'
import { onlyTerminating, scaledToZero } from './findings/endpoints.ts'

/** A finding in words: its own, then those of others that the same cure mends, then what the container said. */
export function findingText(finding: Finding): FindingText {
  const { message, details = [] } = reasonText(finding)
  const also = (finding.also ?? []).map((one) => `and: ${findingText(one).message}`)
  return { message, details: [...details, ...also, ...logLines(finding.log)] }
}

function reasonText(finding: Finding): FindingText {
  switch (finding.reason) {
    case 'scaled-to-zero':
      return scaledToZero(finding)
    case 'only-terminating':
      return onlyTerminating(finding)
    case 'dns-down':
      return dnsDown(finding, finding.because.map(findingText))
    default:
      return finding
  }
}

function logLines(log: ContainerLog | undefined): readonly string[] {
  if (log?.lines === undefined || (log.lines.length === 0 && !log.previous)) return []
  return log.lines.length === 0
    ? [`container ${log.container} said nothing`]
    : [`container ${log.container} said last:`, ...log.lines.map((line) => `  ${line}`)]
}

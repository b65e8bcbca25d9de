import type { Transport } from '#client/http-client.ts'
import type { ContainerLog, Explanation, Finding } from '#explain/explanation.ts'

const LINES = 5
const TIMEOUT_MS = 2_000
/** Each is a request of its own, and one is mostly enough. */
const MOST_FINDINGS = 3

/** The explanation, and with it the last words of the containers that its findings name, where they can be had. */
export async function withLogs(explanation: Explanation, transport: Transport): Promise<Explanation> {
  let left = MOST_FINDINGS
  const findings = explanation.findings.map(async (finding): Promise<Finding> => {
    if (finding.log === undefined || left-- <= 0) return finding
    const lines = (await readLog(transport, finding.log))?.split('\n').filter((line) => line.trim() !== '') ?? []
    const last = lines.slice(-LINES).map((line) => `  ${line.slice(0, 200)}`)
    const head =
      last.length > 0
        ? `container ${finding.log.container} said last:`
        : `container ${finding.log.container} said nothing`
    return lines.length === 0 && finding.log.previous === false
      ? finding
      : { ...finding, details: [...(finding.details ?? []), head, ...last] }
  })
  return { ...explanation, findings: await Promise.all(findings) }
}

/** The end of a container's log; undefined where it cannot be had: the pod is gone, or reading logs is forbidden. */
function readLog(
  transport: Transport,
  { namespace, pod, container, previous }: ContainerLog,
): Promise<string | undefined> {
  const query = new URLSearchParams({
    tailLines: String(LINES),
    ...(container && { container }),
    ...(previous && { previous: 'true' }),
  })
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log?${query}`
  return new Promise((resolve) => {
    const request = transport.open({ method: 'GET', path, headers: {} }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(response.statusCode === 200 ? text : undefined))
      response.on('error', () => resolve(undefined))
    })
    request.setTimeout(TIMEOUT_MS, () => request.destroy())
    request.on('error', () => resolve(undefined))
    request.on('close', () => resolve(undefined))
    request.end()
  })
}

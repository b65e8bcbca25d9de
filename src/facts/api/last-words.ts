import type { Transport } from '#client/http-client.ts'
import type { ContainerLog, Finding } from '#explain/trace/finding.ts'
import type { Trace } from '#explain/trace/trace.ts'

const LINES = 5
const LONGEST = 200
const TIMEOUT_MS = 2_000
/** Each is a request of its own, and one is mostly enough. */
const MOST_FINDINGS = 3

/** The trace, and with it the last words of the containers that its findings name, where they can be had. */
export async function withLastWords(trace: Trace, transport: Transport): Promise<Trace> {
  let left = MOST_FINDINGS
  const findings = trace.findings.map(async (finding): Promise<Finding> => {
    if (finding.log === undefined || left-- <= 0) return finding
    const text = await readLog(transport, finding.log)
    if (text === undefined) return finding
    const lines = text.split('\n').filter((line) => line.trim() !== '')
    return { ...finding, log: { ...finding.log, lines: lines.slice(-LINES).map((line) => line.slice(0, LONGEST)) } }
  })
  return { ...trace, findings: await Promise.all(findings) }
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

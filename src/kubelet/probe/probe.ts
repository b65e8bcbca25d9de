import type { Container } from '#api/core/pod/spec/container.ts'
import type { Probe } from '#api/core/pod/spec/probe.ts'
import type { Clock } from '#clock/clock.ts'
import { socketText } from '#net/port-protocol.ts'
import type { Runtime } from '#runtime/runtime.ts'
import { quoted } from '#schema/go-quoted.ts'
import { durationText } from '../duration-text.ts'
import { errorText, execFailure } from '../kubelet-error.ts'
import type { Dialer } from '../pod-network.ts'
import { timeoutSignal } from '../timeout-signal.ts'
import { resolvePort } from './container-port.ts'
import { execCheck } from './exec-check.ts'
import { httpGet, httpTarget, PROBE_AGENT, targetUrl } from './http-check.ts'

interface ProbeTarget {
  readonly container: Container
  readonly id: string
  readonly podIP: string
}

/** `isUnknown`: nothing was asked, so that it says nothing of the container. */
export type ProbeOutcome =
  | { readonly success: true }
  | { readonly success: false; readonly message: string; readonly isUnknown?: true }

const tcpCheck = (dialer: Dialer, host: string, port: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = dialer.connect(host, port)
    const end = (act: () => void) => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
      act()
    }
    const abort = () => end(() => reject(signal.reason))
    signal.addEventListener('abort', abort, { once: true })
    socket.once('connect', () => end(resolve))
    socket.once('error', (error) => end(() => reject(error)))
  })

/** Milliseconds that one attempt may take. */
const timeoutOf = ({ timeoutSeconds }: Probe): number => (timeoutSeconds || 1) * 1000

/** What an attempt says whose time is over, in Kubernetes' words. */
const timeoutWords = (probe: Probe, { container, podIP }: ProbeTarget): string => {
  const within = durationText(timeoutOf(probe))
  const { httpGet: get, tcpSocket, exec } = probe
  if (get) {
    const url = targetUrl(httpTarget(get, resolvePort(get.port, container), podIP, PROBE_AGENT))
    return `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`
  }
  if (tcpSocket) {
    const address = socketText(tcpSocket.host || podIP, resolvePort(tcpSocket.port, container))
    return `dial tcp ${address}: i/o timeout`
  }
  if (exec) return `command timed out: ${quoted((exec.command ?? []).join(' '))} timed out after ${within}`
  return `timeout: health rpc did not complete within ${within}`
}

const check = async (
  probe: Probe,
  { container, id, podIP }: ProbeTarget,
  { dialer, runtime }: { readonly dialer: Dialer; readonly runtime: Runtime },
  signal: AbortSignal,
): Promise<ProbeOutcome> => {
  if (probe.httpGet) {
    const target = httpTarget(probe.httpGet, resolvePort(probe.httpGet.port, container), podIP, PROBE_AGENT)
    try {
      const { status } = await httpGet(dialer, target, signal)
      return status >= 200 && status < 400
        ? { success: true }
        : { success: false, message: `HTTP probe failed with statuscode: ${status}` }
    } catch (error) {
      signal.throwIfAborted()
      return { success: false, message: `Get "${targetUrl(target)}": ${errorText(error)}` }
    }
  }
  if (probe.tcpSocket) {
    await tcpCheck(dialer, probe.tcpSocket.host || podIP, resolvePort(probe.tcpSocket.port, container), signal)
    return { success: true }
  }
  if (probe.exec) {
    const { exitCode, output } = await execCheck(runtime, id, probe.exec.command ?? [], signal)
    return exitCode === 0 ? { success: true } : { success: false, message: output.trimEnd() || `exit code ${exitCode}` }
  }
  if (probe.grpc) {
    // Loaded on first use: most pods have no such probe.
    const { grpcCheck } = await import('./grpc-check.ts')
    const { port, service = '' } = probe.grpc
    const message = await grpcCheck(dialer, { host: podIP, port, service }, timeoutOf(probe), signal)
    return message === undefined ? { success: true } : { success: false, message }
  }
  return { success: false, message: 'the probe names neither httpGet, tcpSocket, exec nor grpc' }
}

/** An attempt that does not end when it is told to is left to itself then: it would hold the last verdict for good. */
const LEAVE_MS = 1000

/** One attempt, ended by the probe's timeoutSeconds (1). Never rejects: a fault is a failure with its text. */
export const runProbe = async (
  probe: Probe,
  target: ProbeTarget,
  means: { readonly dialer: Dialer; readonly runtime: Runtime; readonly clock: Clock },
): Promise<ProbeOutcome> => {
  const { signal, cancel } = timeoutSignal(means.clock, timeoutOf(probe))
  try {
    const attempt = check(probe, target, means, signal)
    const left = new Promise<never>((_, reject) => {
      const leave = () => means.clock.after(LEAVE_MS, () => reject(signal.reason))
      signal.addEventListener('abort', leave, { once: true })
    })
    return await Promise.race([attempt, left])
  } catch (error) {
    if (signal.aborted) return { success: false, message: timeoutWords(probe, target) }
    const unknown = execFailure(error)
    if (unknown !== undefined) return { success: false, message: unknown, isUnknown: true }
    return { success: false, message: errorText(error) }
  } finally {
    cancel()
  }
}

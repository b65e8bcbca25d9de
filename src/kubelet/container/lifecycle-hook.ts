import type { Container, LifecycleHandler } from '#api/core-v1.ts'
import { sleep } from '#client/clock.ts'
import type { KubeletContext } from '../context.ts'
import { KubeletError } from '../kubelet-error.ts'
import { resolvePort } from '../probe/container-port.ts'
import { execCheck } from '../probe/exec-check.ts'
import { HOOK_AGENT, httpGet, httpTarget } from '../probe/http-check.ts'

/** Runs a postStart or preStop hook to its end. Throws HOOK_FAILED; `signal` ends it early. */
export const runHook = async (
  handler: LifecycleHandler,
  container: Container,
  id: string,
  podIP: string,
  context: Pick<KubeletContext, 'runtime' | 'dialer' | 'clock'>,
  signal: AbortSignal,
): Promise<void> => {
  if (handler.exec) {
    const { exitCode, output } = await execCheck(context.runtime, id, handler.exec.command ?? [], signal)
    if (exitCode !== 0) {
      throw new KubeletError(
        'HOOK_FAILED',
        `command '${(handler.exec.command ?? []).join(' ')}' exited with ${exitCode}: ${output.trimEnd()}`,
      )
    }
  } else if (handler.httpGet) {
    const target = httpTarget(handler.httpGet, resolvePort(handler.httpGet.port, container), podIP, HOOK_AGENT)
    await httpGet(context.dialer, target, signal)
  } else if (handler.sleep) {
    await sleep(context.clock, handler.sleep.seconds * 1000, signal)
  }
}

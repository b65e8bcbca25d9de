import type { Pod } from '#api/core/pod/message.ts'
import type { Container } from '#api/core/pod/spec/container.ts'
import type { LifecycleHandler } from '#api/core/pod/spec/lifecycle.ts'
import { sleep } from '#clock/clock.ts'
import type { KubeletContext } from '../../context.ts'
import { KubeletError } from '../../kubelet-error.ts'
import { resolvePort } from '../../probe/container-port.ts'
import { execCheck } from '../../probe/exec-check.ts'
import { HOOK_AGENT, type HttpTarget, httpGet, httpTarget, isPlainAnswer } from '../../probe/http-check.ts'

interface HookTarget {
  readonly pod: Pod
  readonly container: Container
  /** The container's id. */
  readonly id: string
  readonly podIP: string
}

/**
 * Any answer will do, whatever its status. One in plain HTTP to a hook that asks for HTTPS: asked again in HTTP, as
 * Kubernetes does, with an Event.
 */
const ask = async (
  context: Pick<KubeletContext, 'dialer' | 'record'>,
  { pod, container }: HookTarget,
  target: HttpTarget,
  signal: AbortSignal,
): Promise<void> => {
  try {
    await httpGet(context.dialer, target, signal)
  } catch (error) {
    if (target.scheme !== 'HTTPS' || !isPlainAnswer(error)) throw error
    await httpGet(context.dialer, { ...target, scheme: 'HTTP' }, signal)
    const host = `${target.host}:${target.port}`
    const message = `request to HTTPS lifecycle hook ${host} got HTTP response, retry with HTTP succeeded`
    context.record(pod, 'Warning', 'LifecycleHTTPFallback', message, container.name)
  }
}

/** Runs a postStart or preStop hook to its end. Throws HOOK_FAILED; `signal` ends it early. */
export const runHook = async (
  handler: LifecycleHandler,
  hooked: HookTarget,
  context: Pick<KubeletContext, 'runtime' | 'dialer' | 'clock' | 'record'>,
  signal: AbortSignal,
): Promise<void> => {
  const { container, id, podIP } = hooked
  if (handler.exec) {
    const { exitCode, output } = await execCheck(context.runtime, id, handler.exec.command ?? [], signal)
    if (exitCode !== 0) {
      throw new KubeletError(
        'HOOK_FAILED',
        `command '${(handler.exec.command ?? []).join(' ')}' exited with ${exitCode}: ${output.trimEnd()}`,
      )
    }
  } else if (handler.httpGet) {
    const port = resolvePort(handler.httpGet.port, container)
    await ask(context, hooked, httpTarget(handler.httpGet, port, podIP, HOOK_AGENT), signal)
  } else if (handler.sleep) {
    await sleep(context.clock, handler.sleep.seconds * 1000, signal)
  }
}

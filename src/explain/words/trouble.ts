import { unschedulableText } from '#placement/event-text.ts'
import type { NodeSilence, Trouble, Unplaced } from '../trace/trouble.ts'
import { listed } from './text.ts'

/** `NotReady since 2026-01-01T00:00:00Z (Ready is Unknown: Kubelet stopped posting node status.)` */
export function silenceText(silence: NodeSilence): string {
  if (!silence.told) return 'NotReady: its kubelet never told of it'
  const { since, status, message } = silence
  return `NotReady${since ? ` since ${since}` : ''} (Ready is ${status}${message ? `: ${message}` : ''})`
}

/** One sentence without its full stop: `the readiness probe fails: HTTP probe failed with statuscode: 404`. */
export function troubleText(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'ended':
      return `it has ended: ${trouble.phase}`
    case 'leaving':
      return trouble.ready ? 'it is being deleted' : 'it is being deleted, and not ready any more'
    case 'unscheduled':
      return unplacedText(trouble.why, trouble.message)
    case 'node':
      return trouble.silence === undefined
        ? `its node ${trouble.node} is lost`
        : `its node ${trouble.node} is ${silenceText(trouble.silence)}: nobody hears of the pod since`
    case 'image': {
      const { container, image, state, message = 'it is not known here' } = trouble
      return `container ${container} cannot have its image ${image} (${state}): ${message}`
    }
    case 'crash': {
      const { container, backOff, signal, exitCode, state } = trouble
      const again = backOff ? ' again and again (CrashLoopBackOff)' : ''
      const how = signal ? `signal ${signal}` : `exit code ${exitCode}`
      return `container ${container} ends${again} with ${how}${state ? `, ${state}` : ''}`
    }
    case 'waiting': {
      const { container, state, message } = trouble
      return `container ${container} waits${state ? ` (${state})` : ''}${message ? `: ${message}` : ''}`
    }
    case 'probe': {
      const { failed, failure } = trouble
      if (failure === undefined) return `its ${failed ?? 'readiness'} probe has not succeeded yet`
      return failed === undefined ? failure : `the ${failed} probe fails: ${failure}`
    }
    case 'gate':
      return `its readiness gate ${trouble.gate} is not True`
    case 'starting': {
      const { container, startup, failure, phase, message } = trouble
      if (container === undefined) return message ?? `it is ${phase}`
      if (!startup) return 'its container is not ready yet'
      return `container ${container} starts: its startup probe has not succeeded yet${failure ? `: ${failure}` : ''}`
    }
  }
}

/** `said`: what its scheduler said last, which may know more than the rules that all schedulers share. */
function unplacedText(why: Unplaced, said: string | undefined): string {
  switch (why.code) {
    case 'unschedulable':
      return `no node takes it: ${said ?? unschedulableText(why.refused)}`
    case 'gated':
      return `it is held back from every node by its scheduling gates: ${listed(why.gates)}`
    case 'other-scheduler':
      return `its scheduler ${why.scheduler} has given it no node${said ? `: ${said}` : ''}`
    case 'waiting':
      return `it has no node yet, and ${listed(why.nodes.slice(0, 3), 'or')} may take it${said ? `; its scheduler said last: ${said}` : ''}`
  }
}

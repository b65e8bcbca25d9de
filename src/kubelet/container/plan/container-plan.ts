import type { Container } from '#api/core/pod/spec/container.ts'
import type { PodSpec } from '#api/core/pod/spec/spec.ts'
import { type Backoff, retryAt } from './backoff.ts'
import { type ContainerRole, type ContainerView, containersOf } from './container-view.ts'
import { restarts } from './restart-policy.ts'

interface ContainerPlan {
  readonly start: readonly string[]
  /** Sidecars whose pod is finished. */
  readonly stop: readonly string[]
  /** Containers that wait for their back-off, and when it ends (milliseconds). */
  readonly backOff: ReadonlyMap<string, number>
  readonly initialized: boolean
  /** Every container that decides it has ended for good: the pod is Succeeded or Failed. */
  readonly finished: boolean
}

/** What the planner knows of a container besides its view. */
export interface PlanInput {
  readonly view: ContainerView
  readonly backoff?: Backoff
  /** A start that failed before a container existed (image, configuration): not before then. */
  readonly notBefore?: number
}

/**
 * Decides which containers start now. Init containers go one after the other, a sidecar holds the row up until it has
 * started, main containers start together. `endedAt` gives the milliseconds of an exit.
 */
export const planContainers = (spec: PodSpec, inputs: ReadonlyMap<string, PlanInput>, now: number): ContainerPlan => {
  const start: string[] = []
  const backOff = new Map<string, number>()
  const all = containersOf(spec)
  const mains = all.filter(({ role }) => role === 'main')
  const added = all.filter(({ role }) => role === 'ephemeral')

  /** Starts it, or notes until when it has to wait. */
  const consider = (container: Container): void => {
    const input = inputs.get(container.name)
    if (input === undefined || input.view.busy) return
    const { phase } = input.view
    const due = Math.max(
      input.notBefore ?? 0,
      phase.phase === 'exited' && phase.finishedAt !== '' ? retryAt(input.backoff, Date.parse(phase.finishedAt)) : 0,
    )
    if (due <= now) start.push(container.name)
    else backOff.set(container.name, due)
  }
  const exitCode = (container: Container): number | undefined => {
    const view = inputs.get(container.name)?.view
    return view?.phase.phase === 'exited' && !view.anew ? view.phase.exitCode : undefined
  }

  const goesOn = (container: Container, role: ContainerRole, code: number): boolean =>
    restarts(spec, container, role, code, inputs.get(container.name)?.view.again)
  const isRunning = (container: Container): boolean => inputs.get(container.name)?.view.phase.phase === 'running'

  // Whoever looks for a fault waits for nobody: not for those that come first either.
  for (const { container } of added) if (exitCode(container) === undefined && !isRunning(container)) consider(container)

  // A main container that has run says that initialization was passed, also where the init containers' own records are
  // gone.
  let initialized = mains.some(({ container }) => {
    const view = inputs.get(container.name)?.view
    if (view === undefined || view.anew || view.kept) return false
    return view.phase.phase !== 'waiting' || view.restartCount > 0 || view.last !== undefined
  })
  let failed = false
  if (!initialized) {
    initialized = true
    for (const { container, role } of all) {
      if (role === 'main') break
      const view = inputs.get(container.name)?.view
      const code = exitCode(container)
      if (role === 'init' && code === 0) continue
      if (role === 'sidecar' && view?.phase.phase === 'running' && view.started) continue
      if (code !== undefined && !goesOn(container, role, code)) failed = true
      else if (view?.phase.phase !== 'running') consider(container)
      initialized = false
      break
    }
    // Sidecars that were passed already stay alive while later init containers run.
    for (const { container, role } of all) {
      if (role === 'sidecar' && exitCode(container) !== undefined && !failed && !start.includes(container.name)) {
        consider(container)
      }
    }
    if (!initialized && !failed) return { start, stop: [], backOff, initialized, finished: false }
  }
  const over = ({ container, role }: (typeof all)[number]): boolean => {
    const code = exitCode(container)
    return code !== undefined && inputs.get(container.name)?.view.busy !== true && !goesOn(container, role, code)
  }
  const finished = failed || mains.every(over)
  const sidecars = all.filter(({ role }) => role === 'sidecar')
  if (finished) {
    const alive = sidecars.filter(({ container }) => inputs.get(container.name)?.view.phase.phase === 'running')
    return {
      start: [],
      stop: alive.map(({ container }) => container.name).reverse(),
      backOff: new Map(),
      initialized,
      finished,
    }
  }
  for (const entry of [...sidecars, ...mains]) {
    const phase = inputs.get(entry.container.name)?.view.phase.phase
    if (
      phase === 'running' ||
      over(entry) ||
      backOff.has(entry.container.name) ||
      start.includes(entry.container.name)
    ) {
      continue
    }
    consider(entry.container)
  }
  return { start, stop: [], backOff, initialized, finished }
}

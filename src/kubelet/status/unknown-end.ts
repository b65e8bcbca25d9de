import type { ContainerStatus } from '#api/core/pod/status/container-status.ts'
import { UNKNOWN_END } from '../container/plan/container-view.ts'

const withEnd = (status: ContainerStatus): ContainerStatus =>
  status.state?.terminated === undefined ? { ...status, state: { terminated: UNKNOWN_END } } : status

/**
 * The containers of a pod that has ended, none of which waits any more, as Kubernetes tells it: the main ones where what stands
 * before them was done, and of that all up to the last that has ever begun, at least the first.
 */
export const withEnds = (
  { init, main }: { readonly init: readonly ContainerStatus[]; readonly main: readonly ContainerStatus[] },
  initialized: boolean,
): { readonly init: readonly ContainerStatus[]; readonly main: readonly ContainerStatus[] } => {
  const lastBegun = init.findLastIndex(({ state, lastState }) => !state?.waiting || lastState?.terminated)
  return {
    init: init.map((status, index) => (index <= Math.max(lastBegun, 0) ? withEnd(status) : status)),
    main: initialized ? main.map(withEnd) : main,
  }
}

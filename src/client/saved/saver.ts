import type { ApiObject } from '#api/resource.ts'
import type { Clock } from '#clock/clock.ts'
import { TransportError } from '../http-client.ts'
import type { Informer } from '../informer.ts'
import { readSavedState, type SavedFile, writeSavedState } from './saved-state.ts'

interface SaverOptions {
  readonly file: SavedFile
  readonly clock: Clock
  readonly signal: AbortSignal
  /** What is older is not taken, milliseconds. */
  readonly mostAge: number
  readonly log: (message: string) => void
}

/** From a change until it is on the disk, at most, milliseconds: a thousand changes meanwhile are written as one. */
const DEBOUNCE = 60_000
/** For so long the server may be out of reach at a start before what was saved is taken: networks of nodes come up in that time. */
const PATIENCE = 5000

/**
 * Keeps on the disk what an informer holds, and gives it back where a start reaches no API server: until the server answers,
 * whose word then takes its place. Call before the informer starts. What is given writes what has changed, at a stop that
 * was asked for.
 */
export const saveInformer = <T extends ApiObject>(
  informer: Informer<T>,
  options: SaverOptions,
): (() => Promise<void>) => {
  const { clock, file, log, signal, mostAge } = options
  let cancel: (() => void) | undefined
  let failingSince: number | undefined
  let isLooking = false
  const write = async (): Promise<void> => {
    cancel = undefined
    // What was read from the disk is not made younger by writing it again.
    if (!informer.isCurrent) return
    try {
      await writeSavedState(file, informer.resource, informer.lister.list(), clock.now())
    } catch (error) {
      log(`${file.path} cannot be written: ${(error as Error).message}`)
    }
  }
  const changed = (): void => {
    if (!signal.aborted) cancel ??= clock.after(DEBOUNCE, () => void write())
  }
  informer.addHandlers({ onAdd: changed, onUpdate: changed, onDelete: changed })
  const adopt = async (): Promise<void> => {
    isLooking = true
    const saved = await readSavedState(file, informer.resource, mostAge, clock.now())
    if (typeof saved === 'string') log(saved)
    // The server may have answered meanwhile.
    else if (saved !== undefined && informer.adopt(saved))
      log(`no API server is reached: ${saved.length} ${informer.resource.plural} are taken from ${file.path}`)
  }
  informer.onFailure((error) => {
    // A server that answers, be it with a refusal, is reached.
    const isAway = error instanceof TransportError && error.code === 'API_UNREACHABLE'
    failingSince = isAway ? (failingSince ?? clock.now()) : undefined
    if (failingSince === undefined || informer.synced || isLooking) return
    if (clock.now() - failingSince >= PATIENCE) void adopt()
  })
  return async (): Promise<void> => {
    if (cancel === undefined) return
    cancel()
    await write()
  }
}

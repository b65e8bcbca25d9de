import { type KeptNamespace, NetworkTarget } from '#reconciler/network/network-target.ts'
import type { Part } from '../runner/part.ts'
import type { Place } from '../runner/place.ts'
import { recorderAt } from '../runner/recorder.ts'
import { NetworkKeeper, type NetworkOwner } from './network-keeper.ts'

interface KeptNetworks {
  /** What is to be kept at present, each network under a key. */
  readonly kept: () => ReadonlyMap<string, readonly KeptNamespace[]>
  /** Whose a network is; undefined: it is not kept any more. */
  readonly ownerOf: (key: string) => NetworkOwner | undefined
}

/** A part that lets go at once. */
interface NetworksPart extends Part {
  stop(): void
}

/** Keeps networks that stand already, as a part: it is ready at once, and tells as Events what somebody had changed. */
export const keepNetworks = (place: Place, { kept, ownerOf }: KeptNetworks): NetworksPart => {
  const stopped = new AbortController()
  const keeper = new NetworkKeeper({
    target: new NetworkTarget(kept),
    ownerOf,
    events: recorderAt(place, 'network-watch', stopped.signal),
    clock: place.clock,
    log: place.log,
  })
  return {
    ready: Promise.resolve(),
    status: () => ({ ready: true, faults: keeper.lasting }),
    look: () => keeper.look(),
    stop() {
      keeper.close()
      stopped.abort()
    },
  }
}

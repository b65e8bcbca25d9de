import { events } from '#api/core/event/resource.ts'
import { FakeClient } from '#client/testing/fake-client.ts'
import { HandClock } from '#clock/testing/hand-clock.ts'
import type { Part, PartDefinition, PartStatus } from '../runner/part.ts'
import type { Place, PlaceKernel } from '../runner/place.ts'
import { LoopbackNetwork } from './loopback-network.ts'

/** A place without a kernel: what listens there does so on loopback, and nothing else can be asked of it. */
export const fakePlace = (name = 'n1', kernel: Partial<PlaceKernel> = {}) => {
  const clock = new HandClock()
  const client = new FakeClient({ clock })
  const network = new LoopbackNetwork()
  const logged: string[] = []
  const refuse = (what: string) => (): never => {
    throw new Error(`no ${what} here`)
  }
  const place: Place = {
    name,
    kernel: {
      namespace: '/run/netns/none',
      hasIpv6: true,
      nftables: refuse('nftables'),
      conntrack: refuse('conntrack'),
      listen: (host, port, server) => network.listen(host, port, server),
      datagrams: refuse('datagrams'),
      udp: refuse('udp'),
      connect: refuse('connect'),
      ...kernel,
    },
    client,
    clock,
    random: () => 1,
    log: (message, error) => logged.push(error === undefined ? message : `${message}: ${(error as Error).message}`),
  }
  return { place, clock, client, network, logged, told: () => client.all(events) }
}

/** A part that does what its test says. `log` hears of its starts and stops. */
export class FakePart {
  readonly definition: PartDefinition<Place>
  status: PartStatus = { ready: true, faults: [] }
  /** What the next start throws. */
  refusal: Error | undefined
  /** Ends the life that it has now. */
  fail!: (error: Error) => void
  becomeReady!: (fault?: Error) => void

  constructor(
    name: string,
    {
      needs = [],
      ifAsked = [],
      carriesPods = false,
      log = [],
      more = {},
      isReadyAtOnce = true,
    }: {
      readonly needs?: readonly FakePart[]
      readonly ifAsked?: readonly FakePart[]
      readonly carriesPods?: boolean
      readonly log?: string[]
      readonly more?: object
      readonly isReadyAtOnce?: boolean
    } = {},
  ) {
    this.definition = {
      name,
      needs: {
        parts: needs.map(({ definition }) => definition),
        partsIfAsked: ifAsked.map(({ definition }) => definition),
        sources: [],
      },
      carriesPods,
      start: (here): Part => {
        log.push(`+${name}`)
        if (this.refusal !== undefined) throw this.refusal
        this.fail = here.fail
        const ready = new Promise<void>((resolve, reject) => {
          this.becomeReady = (fault) => (fault ? reject(fault) : resolve())
        })
        if (isReadyAtOnce) this.becomeReady()
        return { ready, status: () => this.status, stop: () => void log.push(`-${name}`), ...more }
      },
    }
  }
}

import type { LoadBalancerIngress, Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { Client } from '#client/client.ts'
import type { EventRecorder } from '#client/event-recorder.ts'
import type { Clock } from '#clock/clock.ts'
import { keyOf } from '#objects/object-key.ts'
import { heldBy, needsCleanup, withCleanup } from './desired.ts'

/** How long a Service that got nothing is not told so again. */
const TELL_AGAIN = 600_000

/** What is written of a Service that a load balancer serves: its addresses, what keeps it until they are given back, Events. */
export class ServiceKeeper {
  readonly #client: Client
  readonly #recorder: EventRecorder
  readonly #clock: Clock
  readonly #told = new Map<string, { readonly text: string; readonly at: number }>()

  constructor(client: Client, recorder: EventRecorder, clock: Clock) {
    this.#client = client
    this.#recorder = recorder
    this.#clock = clock
  }

  /** Only what differs is written. */
  hold(service: Service, isHeld: boolean): Promise<Service> {
    const wanted = withCleanup(service, isHeld)
    return wanted === service
      ? Promise.resolve(service)
      : this.#client.update(services, wanted, { namespace: service.metadata!.namespace! })
  }

  tell(service: Service, ingress: readonly LoadBalancerIngress[]): Promise<Service> {
    return this.#client.update(
      services,
      { ...service, status: { ...service.status, loadBalancer: ingress.length > 0 ? { ingress } : {} } },
      { namespace: service.metadata!.namespace!, subresource: 'status' },
    )
  }

  /** It gives back what it has, and then may go. */
  async release(service: Service, isHeld = needsCleanup(service)): Promise<void> {
    if (isHeld) this.#recorder.record(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer')
    const cleared = heldBy(service).length > 0 ? await this.tell(service, []) : service
    if (!isHeld) return
    await this.hold(cleared, false)
    this.#recorder.record(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer')
  }

  /** A Warning, and not the same one again and again. '': there is nothing to complain about. */
  complain(service: Service, reason: string, text: string): void {
    const key = keyOf(service)
    const now = this.#clock.now()
    const last = this.#told.get(key)
    if (!text) this.#told.delete(key)
    else if (last?.text !== text || now - last.at > TELL_AGAIN) {
      this.#told.set(key, { text, at: now })
      this.#recorder.record(service, 'Warning', reason, text)
    }
  }

  forget(key: string): void {
    this.#told.delete(key)
  }
}

import type { Service } from '#api/core/service/message.ts'
import type { EndpointSlice } from '#api/discovery/endpointslice/message.ts'
import { dashedAddress, foldName, labelsBelow } from './dns-name.ts'
import type { Question } from './record.ts'
import { serviceRecords } from './service-records.ts'
import type { ZoneSettings } from './settings/zone-settings.ts'
import { type ZoneAnswer, ZoneAnswers } from './zone-answers.ts'
import { type ZoneChange, ZoneStore } from './zone-store.ts'

/**
 * The cluster's DNS zone, and the reverse zones of the addresses in it. Changes touch one Service, Pod or Namespace; a
 * question is answered from indexes, nothing is rendered ahead.
 */
export class Zone {
  readonly #store: ZoneStore
  readonly #answers: ZoneAnswers

  constructor(domain: string, dnsAddresses: readonly string[]) {
    this.#store = new ZoneStore(domain, dnsAddresses)
    this.#answers = new ZoneAnswers(this.#store)
  }

  get domain(): string {
    return this.#store.domain
  }

  /** Another number after each change: what was answered under one may be answered again as long as it stands. */
  get revision(): number {
    return this.#store.revision
  }

  /**
   * True while the zone does not yet hold all that is there: a name that is not found may still come, and a client that
   * was told it does not exist would remember that.
   */
  get filling(): boolean {
    return this.#store.filling
  }

  set filling(filling: boolean) {
    this.#store.apply({ kind: 'filling', filling })
  }

  get settings(): ZoneSettings {
    return this.#store.settings
  }

  configure(settings: ZoneSettings): void {
    this.#store.apply({ kind: 'settings', settings })
  }

  /** Whether nobody else can answer for that name: it is in the cluster's domain, or a reverse name of its ranges. */
  owns(name: string): boolean {
    const folded = foldName(name)
    return labelsBelow(folded, this.domain) !== undefined || this.#store.ranges.find(folded) !== undefined
  }

  setNamespace(name: string, exists: boolean): void {
    this.#store.apply({ kind: 'namespace', name, exists })
  }

  /** `service` undefined: it is gone. `slices` are all slices labelled with its name. */
  setService(namespace: string, name: string, service: Service | undefined, slices: readonly EndpointSlice[]): void {
    this.#store.apply({ kind: 'service', namespace, name, records: service && serviceRecords(service, slices) })
  }

  /** Counts a pod's address in or out: two pods of one namespace may hold one address for a moment. */
  setPodAddress(namespace: string, address: string, present: boolean): void {
    this.#store.apply({ kind: 'pod', namespace, dashed: dashedAddress(address), present })
  }

  /** A change that another zone has told. */
  apply(change: ZoneChange): void {
    this.#store.apply(change)
  }

  /** Tells `listener` what makes another zone the same as this, and then each change as it happens. */
  follow(listener: (changes: readonly ZoneChange[]) => void): void {
    listener([...this.#store.changes()])
    this.#store.onChange((change) => listener([change]))
  }

  /** Undefined where the question is not ours to answer. `random` gives [0, 1) and turns lists of addresses. */
  answer(question: Question, random: () => number): ZoneAnswer | undefined {
    return this.#answers.answer(question, random)
  }
}

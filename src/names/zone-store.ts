import { addressBytes, tryAddressBytes } from '#net/ip-address.ts'
import { objectKey, splitKey } from '#objects/object-key.ts'
import { foldName, serviceHost } from './dns-name.ts'
import { reverseNames, type ServiceRecords } from './service-records.ts'
import { ReverseRanges } from './settings/reverse-ranges.ts'
import { ZONE_SETTINGS, type ZoneSettings } from './settings/zone-settings.ts'
import type { ZoneContents } from './zone-contents.ts'

/** What happens to a zone, as data: one that is told the same changes gives the same answers. */
export type ZoneChange =
  | { readonly kind: 'namespace'; readonly name: string; readonly exists: boolean }
  | {
      readonly kind: 'service'
      readonly namespace: string
      readonly name: string
      /** Absent: the Service is gone, or has nothing to say. */
      readonly records: ServiceRecords | undefined
    }
  /** A pod's address, dashed, is counted in or out. */
  | { readonly kind: 'pod'; readonly namespace: string; readonly dashed: string; readonly present: boolean }
  | { readonly kind: 'filling'; readonly filling: boolean }
  | { readonly kind: 'settings'; readonly settings: ZoneSettings }

const addressKey = (address: Uint8Array): string => address.join('.')

/** What a zone knows: records of Services, Namespaces, addresses of pods, and by which names addresses go. */
export class ZoneStore implements ZoneContents {
  readonly domain: string
  settings = ZONE_SETTINGS
  ranges = new ReverseRanges([])
  readonly #services = new Map<string, ServiceRecords>()
  readonly #namespaces = new Set<string>()
  /** Dashed address → namespaces with a pod that has it, and how many. */
  readonly #pods = new Map<string, Map<string, number>>()
  /** Names that an address leads back to, by the Service that they come from. */
  readonly #reverse = new Map<string, Map<string, string>>()
  readonly #listeners: ((change: ZoneChange) => void)[] = []
  revision = 1
  filling = false

  constructor(domain: string, dnsAddresses: readonly string[]) {
    this.domain = foldName(domain)
    this.#set({ ...ZONE_SETTINGS, dnsAddresses })
  }

  apply(change: ZoneChange): void {
    this.revision++
    switch (change.kind) {
      case 'namespace':
        if (change.exists) this.#namespaces.add(change.name)
        else this.#namespaces.delete(change.name)
        break
      case 'service':
        this.#setService(change.namespace, change.name, change.records)
        break
      case 'pod':
        this.#countPod(change.namespace, change.dashed, change.present ? 1 : -1)
        break
      case 'filling':
        this.filling = change.filling
        break
      case 'settings':
        this.#set(change.settings)
        break
    }
    for (const listener of this.#listeners) listener(change)
  }

  /** Changes that make another store the same as this one is now. */
  *changes(): Generator<ZoneChange> {
    yield { kind: 'settings', settings: this.settings }
    yield { kind: 'filling', filling: this.filling }
    for (const name of this.#namespaces) yield { kind: 'namespace', name, exists: true }
    for (const [id, records] of this.#services) {
      yield { kind: 'service', ...splitKey(id), records }
    }
    for (const [dashed, namespaces] of this.#pods)
      for (const [namespace, count] of namespaces)
        for (let number = 0; number < count; number++) yield { kind: 'pod', namespace, dashed, present: true }
  }

  /** Tells `listener` all changes from now on. */
  onChange(listener: (change: ZoneChange) => void): void {
    this.#listeners.push(listener)
  }

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name)
  }

  serviceOf(namespace: string, name: string): ServiceRecords | undefined {
    return this.#services.get(objectKey(namespace, name))
  }

  get dnsAddresses(): readonly Uint8Array[] {
    return this.settings.dnsAddresses.map(addressBytes)
  }

  podAddress(namespace: string, dashed: string): Uint8Array | undefined {
    const isThere =
      this.settings.pods === 'insecure' ? this.hasNamespace(namespace) : this.#pods.get(dashed)?.has(namespace)
    if (!isThere) return undefined
    return tryAddressBytes(dashed.replaceAll('-', /^\d+-\d+-\d+-\d+$/.test(dashed) ? '.' : ':'))
  }

  namesOf(address: Uint8Array): readonly string[] {
    return [...(this.#reverse.get(addressKey(address))?.values() ?? [])]
  }

  #set(settings: ZoneSettings): void {
    this.settings = settings
    this.ranges = new ReverseRanges(settings.ranges)
  }

  #setService(namespace: string, name: string, records: ServiceRecords | undefined): void {
    const id = objectKey(namespace, name)
    const host = serviceHost(namespace, name, this.domain)
    const before = this.#services.get(id)
    for (const [address] of before ? reverseNames(host, before) : []) {
      const names = this.#reverse.get(addressKey(address))
      names?.delete(id)
      if (names?.size === 0) this.#reverse.delete(addressKey(address))
    }
    if (!records) {
      this.#services.delete(id)
      return
    }
    this.#services.set(id, records)
    for (const [address, target] of reverseNames(host, records)) {
      const key = addressKey(address)
      const names = this.#reverse.get(key) ?? new Map<string, string>()
      names.set(id, target)
      this.#reverse.set(key, names)
    }
  }

  #countPod(namespace: string, dashed: string, by: 1 | -1): void {
    const namespaces = this.#pods.get(dashed) ?? new Map<string, number>()
    const count = (namespaces.get(namespace) ?? 0) + by
    if (count > 0) namespaces.set(namespace, count)
    else namespaces.delete(namespace)
    if (namespaces.size > 0) this.#pods.set(dashed, namespaces)
    else this.#pods.delete(dashed)
  }
}

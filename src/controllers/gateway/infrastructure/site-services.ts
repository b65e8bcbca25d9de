import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import type { Gateway } from '#api/gatewayapi/gateway/message.ts'
import { ApiError, isInvalid, isNotFound } from '#client/client.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { keyOf } from '#objects/object-key.ts'
import { DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { isBind, isManaged, siteKeyOf } from '#routes/site-service.ts'
import type { Fault } from '#routes/values/fault.ts'
import type { ControllerContext } from '../../context.ts'
import { assignAddresses, heldBy, isPooled, parseRange } from '../../load-balancer/desired.ts'
import { sameValue } from '../../values/equal.ts'
import { FIELD_MANAGER } from '../field-manager.ts'
import { tryEach } from '../try-each.ts'
import { aliasKeys, changedAlias, desiredAlias, isAlias, isAliasOf } from './desired-alias.ts'
import { askedBy, type ServiceChange, serviceChange } from './desired-service.ts'
import { Binds, familiesOf, keyOfSite, serviceName, serviceNames, type WantedSite } from './desired-site.ts'

const ALIASES = 'gateway-alias'
const INDEX = 'gateway-site'
/** The key of what is no site's. */
const NONE = '-'

/** A site whose Service is not as it should be, and why. Without an error it is tried again when Services are others. */
interface Unmade {
  readonly site: WantedSite
  readonly fault: Fault
  readonly error?: unknown
}

/** `error`: of what failed the first one, which is to be tried again. */
interface Kept {
  readonly unmade: readonly Unmade[]
  readonly error?: unknown
}

/** The Services of the sites, as the API has them. */
export class SiteServices {
  readonly #context: ControllerContext
  readonly #cache: Informer<Service>
  readonly #pool: Parameters<typeof assignAddresses>[1] | undefined
  #lastBind: number | undefined
  /** Whether Services of others are in the way of some site. */
  #waits = false
  /** Meanwhile it is looked for what is in the way. */
  #isKeeping = false

  /** `freed` is called where what others had may be had now. */
  constructor(context: ControllerContext, freed: () => void) {
    this.#context = context
    this.#pool = context.loadBalancer?.cidrs.map(parseRange)
    this.#cache = context.informers.for(services)
    this.#cache.addIndex(ALIASES, (service) => (isAlias(service) ? [ALIASES] : []))
    this.#cache.addIndex(INDEX, (service) => [siteKeyOf(service) ?? NONE])
    const note = (service: Service): void => {
      if (this.#waits || (this.#isKeeping && !isManaged(service))) freed()
    }
    this.#cache.addHandlers({ onUpdate: (before) => note(before), onDelete: note })
  }

  /** Of a site, by its key; one that is going has no addresses any more. */
  of(key: string): Service | undefined {
    return this.#cache.lister.byIndex(INDEX, key).find((service) => !isLeaving(service))
  }

  /** By the keys of their sites. */
  all(): ReadonlyMap<string, Service> {
    const all = this.#cache.lister.list(DATA_PLANE_NAMESPACE).flatMap((service) => {
      const key = siteKeyOf(service)
      return key === undefined || isLeaving(service) ? [] : [[key, service] as const]
    })
    return new Map(all)
  }

  /**
   * Makes the Services of all sites as they should be, and removes those of others. A site without ports keeps the Service
   * that it has: its address would be lost. Gives the sites whose Services could not be made so.
   */
  async keep(sites: readonly WantedSite[]): Promise<Kept> {
    this.#isKeeping = true
    try {
      return await this.#keep(sites)
    } finally {
      this.#isKeeping = false
    }
  }

  async #keep(sites: readonly WantedSite[]): Promise<Kept> {
    this.#waits = false
    const wanted = new Map(sites.map((site) => [keyOfSite(site), site]))
    const all = this.all()
    const gone = [...all].flatMap(([key, service]) => (wanted.has(key) ? [] : [service]))
    const left = await tryEach(gone, (service) => this.#remove(service))
    const used = [...all.values()].flatMap(({ spec }) => (spec?.ports ?? []).map(({ targetPort }) => targetPort))
    const binds = new Binds(used.filter(isBind), this.#lastBind)
    const unmade: Unmade[] = []
    // Whatever becomes of their Services: a name that leads nowhere for a while is not given up.
    const owners = sites.flatMap(({ gateway }) => gateway ?? [])
    const aliases = aliasKeys(owners, (key) => this.#cache.lister.byKey(key))
    for (const [key, site] of wanted) {
      const current = all.get(key)
      if (current === undefined && this.#isLeaving(key)) continue
      // What one of them wants and cannot have is no matter of the others.
      try {
        const name = current?.metadata?.name ?? serviceName(site, this.#inNamespace)
        const fault =
          name === undefined ? this.#namesTaken(site) : await this.#make(site, name, current, binds, aliases.get(key))
        if (fault !== undefined) unmade.push({ site, fault })
      } catch (error) {
        unmade.push({ site, fault: faultOf(error), error })
      }
    }
    this.#waits ||= unmade.some(({ error }) => error === undefined)
    this.#lastBind = binds.last
    const kept = new Set(aliases.values())
    const others = this.#cache.lister
      .byIndex(ALIASES, ALIASES)
      .filter((alias) => !kept.has(keyOf(alias)) && !isLeaving(alias))
    const aliasesLeft = await tryEach(others, (alias) => this.#remove(alias))
    const failed = [...unmade, ...left, ...aliasesLeft].find(({ error }) => error !== undefined)
    return { unmade, ...(failed && { error: failed.error }) }
  }

  /** Its Service has yet to go, and then another is made. */
  #isLeaving(key: string): boolean {
    return this.#cache.lister.byIndex(INDEX, key).length > 0
  }

  readonly #inNamespace = (name: string): Service | undefined => this.#cache.lister.get(name, DATA_PLANE_NAMESPACE)

  #namesTaken(site: WantedSite): Fault {
    const [first] = serviceNames(site)
    const message = `Service ${DATA_PLANE_NAMESPACE}/${first} is somebody else's: delete it, and the gateway's own is made`
    return { reason: 'NoResources', message }
  }

  async #make(
    site: WantedSite,
    name: string,
    current: Service | undefined,
    binds: Binds,
    alias: string | undefined,
  ): Promise<Fault | undefined> {
    const fault = site.ports.length > 0 ? await this.#write(site, name, current, binds) : undefined
    if (site.gateway !== undefined) await this.#writeAlias(site.gateway, alias, name)
    return fault
  }

  async #write(site: WantedSite, name: string, current: Service | undefined, binds: Binds): Promise<Fault | undefined> {
    const { client } = this.#context
    const wanted = serviceChange(site, name, current, binds)
    const fault = current && (await this.#refusal(wanted, current))
    // What runs stays at the addresses that it has, and is otherwise as it should be.
    const change = current && fault ? serviceChange(site, name, current, binds, askedBy(current)) : wanted
    const options = { namespace: DATA_PLANE_NAMESPACE, fieldManager: FIELD_MANAGER }
    if (change.do === 'create') await client.create(services, change.object, options)
    else if (change.do === 'update') await client.update(services, change.object, options)
    else if (change.do === 'again') await this.#remove(current!)
    // Of one that is to be made it is not known which families it will have.
    if (fault !== undefined || current === undefined || change.do === 'again') return fault
    return this.#unassigned(change.do === 'update' ? change.object : current)
  }

  /** Why the pool does not give a Service what it asks for, or nothing at all. */
  #unassigned(service: Service): Fault | undefined {
    if (!isPooled(service)) return undefined
    const { ingress, faults } = this.#assign(service, service)
    const isAsked = askedBy(service).length > 0
    if (faults.length === 0 || (ingress.length > 0 && !isAsked)) return undefined
    return { reason: isAsked ? 'AddressNotUsable' : 'AddressNotAssigned', message: faults.join('; ') }
  }

  /** What the pool would give to a Service in the place of one that is there. */
  #assign(service: Service, current: Service): ReturnType<typeof assignAddresses> {
    if (this.#pool === undefined) return { ingress: [], faults: [] }
    return assignAddresses(service, this.#pool, (ip) => this.#holderOf(ip, current), 'spec.addresses')
  }

  /** Why the addresses that a Service is to ask for could not be had, while it has others. */
  async #refusal(change: ServiceChange, current: Service): Promise<Fault | undefined> {
    if (change.do === 'nothing' || heldBy(current).length === 0) return undefined
    const asked = askedBy(change.object)
    if (sameValue(asked, askedBy(current))) return undefined
    const { metadata, spec } = change.object
    const ipFamilies = asked.length > 0 ? familiesOf(asked) : spec?.ipFamilies
    const { faults } = this.#assign({ ...change.object, spec: { ...spec, ipFamilies } }, current)
    if (faults.length > 0) return { reason: 'AddressNotUsable', message: faults.join('; ') }
    const options = { namespace: DATA_PLANE_NAMESPACE, dryRun: true }
    const { name, ...rest } = metadata!
    try {
      if (change.do === 'update') await this.#context.client.update(services, change.object, options)
      else
        await this.#context.client.create(
          services,
          { ...change.object, metadata: { ...rest, generateName: `${name}-` } },
          options,
        )
      return undefined
    } catch (error) {
      if (isInvalid(error)) return faultOf(error)
      throw error
    }
  }

  #holderOf(ip: string, { metadata }: Service): string | undefined {
    const holds = (one: Service): boolean => one.metadata?.uid !== metadata?.uid && heldBy(one).includes(ip)
    const holder = this.#cache.lister.list().find(holds)
    return holder && keyOf(holder)
  }

  /** What has its name and is somebody else's stays: nothing but a name is missing then. */
  async #writeAlias(gateway: Gateway, key: string | undefined, name: string): Promise<void> {
    const { client, clusterDomain } = this.#context
    const current = key === undefined ? undefined : this.#cache.lister.byKey(key)
    if (key === undefined || (current !== undefined && !isAliasOf(current, gateway))) {
      this.#waits = true
      return
    }
    const wanted = desiredAlias(gateway, key, name, clusterDomain)
    const options = { namespace: wanted.metadata!.namespace, fieldManager: FIELD_MANAGER }
    if (current === undefined) await client.create(services, wanted, options)
    else if (!isLeaving(current)) {
      const next = changedAlias(wanted, current)
      if (next !== undefined) await client.update(services, next, options)
    }
  }

  async #remove({ metadata }: Service): Promise<void> {
    const { name, namespace, uid } = metadata!
    await this.#context.client
      .delete(services, name!, { namespace, preconditions: { uid } })
      .catch((error: unknown) => {
        if (!isNotFound(error)) throw error
      })
  }
}

/** What the API refuses because of its families is about the addresses that a Gateway asks for. */
const faultOf = (error: unknown): Fault => {
  const causes = error instanceof ApiError ? (error.status.details?.causes ?? []) : []
  const isOfFamilies = causes.some(({ field }) => field?.startsWith('spec.ipFamil'))
  const message = `its Service cannot be had: ${error instanceof Error ? error.message : error}`
  return { reason: isOfFamilies ? 'AddressNotUsable' : 'Invalid', message }
}

import type { Service } from '#api/core/service/message.ts'
import { services } from '#api/core/service/resource.ts'
import { isNotFound } from '#client/client.ts'
import type { Informer } from '#client/informer.ts'
import { isLeaving } from '#objects/deletion.ts'
import { DATA_PLANE_NAMESPACE } from '#routes/data-plane.ts'
import { isBind, siteKeyOf } from '#routes/site-service.ts'
import type { ControllerContext } from '../../context.ts'
import { FIELD_MANAGER } from './data-plane.ts'
import { serviceChange } from './desired-service.ts'
import { Binds, keyOfSite, serviceName, type WantedSite } from './desired-site.ts'

const INDEX = 'gateway-site'
/** The key of what is no site's. */
const NONE = '-'

/** The Services of the sites, as the API has them. */
export class SiteServices {
  readonly #context: ControllerContext
  readonly #cache: Informer<Service>
  #lastBind: number | undefined

  constructor(context: ControllerContext) {
    this.#context = context
    this.#cache = context.informers.for(services)
    this.#cache.addIndex(INDEX, (service) => [siteKeyOf(service) ?? NONE])
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
   * that it has: its address would be lost. Gives the sites that can have none, since others have its names.
   */
  async keep(sites: readonly WantedSite[]): Promise<readonly WantedSite[]> {
    const wanted = new Map(sites.map((site) => [keyOfSite(site), site]))
    const all = this.all()
    for (const [key, service] of all) if (!wanted.has(key)) await this.#remove(service)
    const used = [...all.values()].flatMap(({ spec }) => (spec?.ports ?? []).map(({ targetPort }) => targetPort))
    const binds = new Binds(used.filter(isBind), this.#lastBind)
    const nameless: WantedSite[] = []
    for (const [key, site] of wanted) {
      const current = all.get(key)
      if (current === undefined && this.#isLeaving(key)) continue
      const name =
        current?.metadata?.name ?? serviceName(site, (one) => this.#cache.lister.get(one, DATA_PLANE_NAMESPACE))
      if (name === undefined) nameless.push(site)
      else if (site.ports.length > 0) await this.#write(site, name, current, binds)
    }
    this.#lastBind = binds.last
    return nameless
  }

  /** Its Service has yet to go, and then another is made. */
  #isLeaving(key: string): boolean {
    return this.#cache.lister.byIndex(INDEX, key).length > 0
  }

  async #write(site: WantedSite, name: string, current: Service | undefined, binds: Binds): Promise<void> {
    const { client } = this.#context
    const change = serviceChange(site, name, current, binds)
    const options = { namespace: DATA_PLANE_NAMESPACE, fieldManager: FIELD_MANAGER }
    if (change.do === 'again') await this.#remove(current!)
    else if (change.do === 'create') await client.create(services, change.object, options)
    else if (change.do === 'update') await client.update(services, change.object, options)
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

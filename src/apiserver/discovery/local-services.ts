import type { APIService } from '#api/apiregistration/apiservice/message.ts'
import { apiServices } from '#api/apiregistration/apiservice/resource.ts'
import type { Catalogue } from '#api/catalogue/catalogue.ts'
import type { ResourceObject } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { SYSTEM, SYSTEM_MANAGER } from '../access/caller.ts'
import type { Review } from '../access/reviews/review.ts'
import type { Registry } from '../registry/registry.ts'

const MANAGED = 'kube-aggregator.kubernetes.io/automanaged'

/** How groups are preferred to others, and versions to others of their group: Kubernetes' own numbers. */
const PRIORITIES: Readonly<Record<string, readonly [group: number, version: number]>> = {
  'v1.': [18_000, 1],
  'v1.apps': [17_800, 15],
  'v1.events.k8s.io': [17_750, 5],
  'v1.authentication.k8s.io': [17_700, 15],
  'v1.authorization.k8s.io': [17_600, 15],
  'v1.autoscaling': [17_500, 15],
  'v2.autoscaling': [17_500, 30],
  'v1.batch': [17_400, 15],
  'v1.certificates.k8s.io': [17_300, 15],
  'v1.networking.k8s.io': [17_200, 15],
  'v1.policy': [17_100, 15],
  'v1.rbac.authorization.k8s.io': [17_000, 15],
  'v1.storage.k8s.io': [16_800, 15],
  'v1.apiextensions.k8s.io': [16_700, 15],
  'v1.admissionregistration.k8s.io': [16_700, 15],
  'v1.scheduling.k8s.io': [16_600, 15],
  'v1.coordination.k8s.io': [16_500, 15],
  'v1.node.k8s.io': [16_300, 15],
  'v1.discovery.k8s.io': [16_200, 12],
  'v1.flowcontrol.apiserver.k8s.io': [16_100, 21],
  'v1beta1.metrics.k8s.io': [100, 100],
}
const CUSTOM = [1000, 100] as const

interface GroupVersion {
  readonly group: string
  readonly version: string
}

const serviceOf = ({ group, version }: GroupVersion, time: string): APIService => {
  const name = `${version}.${group}`
  const known = PRIORITIES[name]
  const [groupPriorityMinimum, versionPriority] = known ?? CUSTOM
  return {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name, labels: { [MANAGED]: known ? 'onstart' : 'true' } },
    spec: { ...(group ? { group } : {}), version, groupPriorityMinimum, versionPriority },
    status: {
      conditions: [
        {
          type: 'Available',
          status: 'True',
          lastTransitionTime: time,
          reason: 'Local',
          message: 'Local APIServices are always available',
        },
      ],
    },
  }
}

/** Keeps an APIService for each version of each group that this server answers for, but for that of APIServices. */
export class LocalServices {
  readonly #registry: Registry
  readonly #catalogue: Catalogue
  readonly #reviews: readonly Review[]
  readonly #onError: (error: unknown) => void
  #isDue = false

  constructor(registry: Registry, catalogue: Catalogue, reviews: readonly Review[], onError: (error: unknown) => void) {
    this.#registry = registry
    this.#catalogue = catalogue
    this.#reviews = reviews
    this.#onError = onError
  }

  /** Resolves when those that a start makes are there; what comes and goes later is kept. The answer ends that. */
  async start(): Promise<() => void> {
    await this.#keep()
    return this.#catalogue.onChange(() => {
      if (this.#isDue) return
      this.#isDue = true
      setImmediate(() => {
        this.#isDue = false
        this.#keep().catch(this.#onError)
      })
    })
  }

  #served(): ReadonlyMap<string, GroupVersion> {
    const all: readonly GroupVersion[] = [...this.#catalogue.resources, ...this.#reviews]
    return new Map(
      all
        .filter(({ group }) => group !== apiServices.group)
        .map(({ group, version }) => [`${version}.${group}`, { group, version }]),
    )
  }

  async #keep(): Promise<void> {
    const served = this.#served()
    const time = timeText(this.#registry.now().getTime())
    const fresh = [...served].flatMap(([name, one]): readonly ResourceObject[] =>
      this.#registry.find(apiServices, undefined, name)
        ? []
        : [{ resource: apiServices, object: serviceOf(one, time) }],
    )
    if (fresh.length > 0) await this.#registry.seed(fresh)
    const { items } = this.#registry.list(apiServices, {}, {})
    const gone = items.filter(
      ({ metadata }) => metadata?.labels?.[MANAGED] === 'true' && !served.has(metadata.name ?? ''),
    )
    await Promise.all(
      gone.map(({ metadata }) =>
        this.#registry.delete(apiServices, metadata!.name!, { caller: SYSTEM, manager: SYSTEM_MANAGER }),
      ),
    )
  }
}

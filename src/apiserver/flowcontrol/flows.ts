import type { ServerResponse } from 'node:http'
import type { FlowSchema } from '#api/flowcontrol/flowschema/message.ts'
import { flowSchemas } from '#api/flowcontrol/flowschema/resource.ts'
import type { PriorityLevelConfiguration } from '#api/flowcontrol/prioritylevelconfiguration/message.ts'
import { priorityLevelConfigurations } from '#api/flowcontrol/prioritylevelconfiguration/resource.ts'
import type { Resource } from '#api/resource.ts'
import { timeText } from '#api/time-text.ts'
import { type Caller, SYSTEM } from '../access/caller.ts'
import type { RequestInfo } from '../http/request/request-info.ts'
import type { Registry } from '../registry/registry.ts'
import type { Watch } from '../storage/reading/watch.ts'
import { bootstrapFlowControl } from './bootstrap.ts'
import { classify, inOrder } from './classify.ts'
import { danglingCondition } from './dangling.ts'

/** Who writes it in any cluster. */
const MANAGER = 'api-priority-and-fairness-config-consumer-v1'
/** Of all levels together. */
const SEATS = 600

interface Known {
  /** Those whose level is there, in the order in which they are asked. */
  readonly schemas: readonly FlowSchema[]
  readonly levels: ReadonlyMap<string, PriorityLevelConfiguration>
}

/**
 * Tells requests which flow they are of, and FlowSchemas whether their level is there. Nobody waits by that: seats are by
 * user (docs/adr/0062-requests-have-seats-by-user.md).
 */
export class Flows {
  readonly #registry: Registry
  readonly #onError: (error: unknown) => void
  #watches: readonly Watch[] = []
  #known: Known | undefined
  #keeping = false

  constructor(registry: Registry, onError: (error: unknown) => void) {
    this.#registry = registry
    this.#onError = onError
  }

  /** Resolves when what every cluster has is there. */
  async start(): Promise<void> {
    await this.#registry.seed(bootstrapFlowControl(timeText(this.#registry.now().getTime())))
    this.#watches = [flowSchemas, priorityLevelConfigurations].map((resource) =>
      this.#registry.watch(resource as unknown as Resource, {}, {}, () => this.#read()),
    )
  }

  close(): void {
    for (const watch of this.#watches) watch.close()
  }

  /** Says in the answer's headers which FlowSchema a request is of, and which level. */
  tell(caller: Caller, info: RequestInfo, response: ServerResponse): void {
    const { schemas, levels } = this.#current()
    const schema = classify(schemas, caller, info)
    if (!schema) return
    const level = levels.get(schema.spec!.priorityLevelConfiguration.name)
    response.setHeader('X-Kubernetes-PF-FlowSchema-UID', schema.metadata?.uid ?? '')
    response.setHeader('X-Kubernetes-PF-PriorityLevel-UID', level?.metadata?.uid ?? '')
  }

  /** How many seats each level has by its shares, in Prometheus' text format. */
  render(): string {
    const levels = [...this.#current().levels.values()]
    const sharesOf = ({ spec }: PriorityLevelConfiguration): number =>
      (spec?.limited ?? spec?.exempt)?.nominalConcurrencyShares ?? 0
    const sum = levels.reduce((total, level) => total + sharesOf(level), 0)
    const lines = levels.map((level) => {
      const seats = Math.ceil((SEATS * sharesOf(level)) / Math.max(sum, 1))
      return `apiserver_flowcontrol_nominal_limit_seats{priority_level="${level.metadata?.name}"} ${seats}\n`
    })
    return [
      '# HELP apiserver_flowcontrol_nominal_limit_seats Seats of a priority level by its shares.\n',
      '# TYPE apiserver_flowcontrol_nominal_limit_seats gauge\n',
      ...lines,
    ].join('')
  }

  #read(): void {
    let hasChanged = false
    for (const watch of this.#watches) while (watch.next()) hasChanged = true
    if (!hasChanged) return
    this.#known = undefined
    if (this.#keeping) return
    this.#keeping = true
    this.#keep()
      .catch(this.#onError)
      .finally(() => {
        this.#keeping = false
      })
  }

  #current(): Known {
    if (!this.#known) {
      const list = (resource: Resource) => this.#registry.list(resource, {}, {}).items
      const levels = list(priorityLevelConfigurations as unknown as Resource) as readonly PriorityLevelConfiguration[]
      const byName = new Map(levels.map((level) => [level.metadata?.name ?? '', level]))
      const schemas = inOrder(list(flowSchemas as unknown as Resource) as readonly FlowSchema[])
      this.#known = {
        schemas: schemas.filter(({ spec }) => spec && byName.has(spec.priorityLevelConfiguration.name)),
        levels: byName,
      }
    }
    return this.#known
  }

  /** Writes the condition of those that say otherwise, or nothing. */
  async #keep(): Promise<void> {
    const { levels } = this.#current()
    const items = this.#registry.list(flowSchemas as unknown as Resource, {}, {}).items as readonly FlowSchema[]
    for (const { metadata } of items.filter((schema) => this.#isWrong(schema, levels))) {
      const request = { caller: SYSTEM, manager: MANAGER, subresource: 'status' }
      const change = (current: FlowSchema): FlowSchema => {
        const level = current.spec?.priorityLevelConfiguration.name ?? ''
        const time = timeText(this.#registry.now().getTime())
        const others = (current.status?.conditions ?? []).filter(({ type }) => type !== 'Dangling')
        const conditions = [...others, danglingCondition(level, levels.has(level), time)]
        return { ...current, status: { ...current.status, conditions } }
      }
      await this.#registry
        .update(flowSchemas as unknown as Resource, metadata!.name!, change as never, request)
        // It has gone, or somebody else was faster: the next change is looked at again.
        .catch(() => undefined)
    }
  }

  #isWrong({ spec, status }: FlowSchema, levels: Known['levels']): boolean {
    const wanted = levels.has(spec?.priorityLevelConfiguration.name ?? '') ? 'False' : 'True'
    return status?.conditions?.find(({ type }) => type === 'Dangling')?.status !== wanted
  }
}

import type { Container } from '#api/core/pod/spec/container.ts'
import type { ResourceRequirements } from '#api/core/pod/spec/resources.ts'
import { milliValue } from '#schema/quantity.ts'

const RESIZABLE = ['cpu', 'memory'] as const
type Resizable = (typeof RESIZABLE)[number]

/** A container that runs, as its pod wants it, and what it was given. */
export interface Resizing {
  readonly container: Container
  readonly given: ResourceRequirements
}

/** What becomes of a wish for other resources; `message` in Kubernetes' words. */
type ResizePlan =
  | { readonly kind: 'none' }
  /** The node never has as much. */
  | { readonly kind: 'infeasible'; readonly message: string }
  /** Others have it now. */
  | { readonly kind: 'deferred'; readonly message: string }
  /** `restart`: those that ask to be started again for it. Both are names. */
  | { readonly kind: 'now'; readonly update: readonly string[]; readonly restart: readonly string[] }

type Amounts = Readonly<Record<Resizable, number>>

/** In thousandths. */
const requestOf = ({ requests, limits }: ResourceRequirements, name: Resizable): number =>
  milliValue(requests?.[name] ?? limits?.[name] ?? '0')

/** What containers ask for together, in thousandths. */
export const requestsOf = (all: readonly (ResourceRequirements | undefined)[]): Amounts => {
  const sum = (name: Resizable) => all.reduce((total, one) => total + requestOf(one ?? {}, name), 0)
  return { cpu: sum('cpu'), memory: sum('memory') }
}

const changes = ({ container: { resources = {} }, given }: Resizing): readonly Resizable[] =>
  RESIZABLE.filter((name) =>
    (['requests', 'limits'] as const).some((part) => (resources[part]?.[name] ?? '') !== (given[part]?.[name] ?? '')),
  )

const restarts = (resizing: Resizing): boolean =>
  changes(resizing).some((name) =>
    (resizing.container.resizePolicy ?? []).some(
      ({ resourceName, restartPolicy }) => resourceName === name && restartPolicy === 'RestartContainer',
    ),
  )

interface Room {
  /** What the node has for pods, as its Node says it. */
  readonly allocatable: Readonly<Record<string, string>>
  /** What the other pods of the node ask for. */
  readonly others: () => Amounts
}

/** In whole units, as Kubernetes tells them: thousandths of a core, bytes. */
const shown = (name: Resizable, milli: number): number => (name === 'cpu' ? milli : milli / 1000)

/** Whether the containers of a pod may have what they want now. */
export const planResize = (running: readonly Resizing[], { allocatable, others }: Room): ResizePlan => {
  const wanting = running.filter((one) => changes(one).length > 0)
  if (wanting.length === 0) return { kind: 'none' }
  const wanted = requestsOf(running.map(({ container }) => container.resources))
  const had = requestsOf(running.map(({ given }) => given))
  const short: Resizable[] = []
  for (const name of RESIZABLE) {
    const capacity = milliValue(allocatable[name] ?? '0')
    if (wanted[name] > capacity)
      return {
        kind: 'infeasible',
        message: `Node didn't have enough capacity: ${name}, requested: ${shown(name, wanted[name])}, capacity: ${shown(name, capacity)}`,
      }
    // Who wants less than it has takes nothing from anybody.
    if (wanted[name] > had[name] && wanted[name] + others()[name] > capacity) short.push(name)
  }
  if (short.length > 0) return { kind: 'deferred', message: `Node didn't have enough resource: ${short[0]}` }
  const names = (list: readonly Resizing[]) => list.map(({ container }) => container.name)
  return {
    kind: 'now',
    update: names(wanting.filter((one) => !restarts(one))),
    restart: names(wanting.filter(restarts)),
  }
}

import type { ConfigMap } from '#api/core/configmap/message.ts'
import { objectKey } from '#objects/object-key.ts'
import type { ServedAt } from './route-objects.ts'
import type { Origin } from './table/origin.ts'
import type { RoutingTable } from './table/table.ts'
import { idsInTurns, sharedWords, toldWords, withinOctets } from './told-words.ts'

/** What a proxy listens for of a Gateway or a ListenerSet. */
interface ServedOwner {
  /** Of the object that it is served as. */
  readonly generation: number
  readonly ports: readonly number[]
}

/** What one pod's proxy serves and refuses, and what has to wait. */
export interface PodReport {
  /** By `ownerId()`. */
  readonly served: ReadonlyMap<string, ServedOwner>
  /** Of a report that has been read: how many had no room in `served`. Who is among them nobody knows, but that Gateways come first. */
  readonly untold?: number
  /** Words by the ids of rules and listeners. */
  readonly refused: ReadonlyMap<string, string>
  /** What of rules and listeners has to wait, by their ids: they are served without it meanwhile. */
  readonly waiting: ReadonlyMap<string, string>
}

/** `Gateway shop/public`. */
export const ownerId = ({ kind, namespace, name }: Origin): string => `${kind} ${objectKey(namespace, name)}`

/** What a proxy listens for that has taken a table; the generations are those of the objects that the table was made from. */
export const servedOf = ({ sites }: RoutingTable, generations: ReadonlyMap<string, number>): PodReport['served'] => {
  const ports = new Map<string, Set<number>>()
  for (const site of sites)
    for (const { port, listeners } of site.ports)
      for (const { origin } of listeners) {
        const id = ownerId(origin)
        ports.set(id, (ports.get(id) ?? new Set()).add(port))
      }
  return new Map(
    [...ports].flatMap(([id, all]): readonly [string, ServedOwner][] => {
      const generation = generations.get(id)
      return generation === undefined ? [] : [[id, { generation, ports: [...all] }]]
    }),
  )
}

/** As the pod writes it under its own name into the ConfigMap of the data plane: the same text for the same report. */
export const reportText = ({ served, refused, waiting }: PodReport): string => {
  const told = withinOctets(
    servedInTurns(served).map((id) => [id, listOf(served.get(id)!)]),
    OCTETS.served,
  )
  return JSON.stringify({
    served: Object.fromEntries(told),
    ...(told.size < served.size && { untold: served.size - told.size }),
    refused: Object.fromEntries(toldWords(refused, OCTETS.refused)),
    waiting: Object.fromEntries(sharedWords(waiting, OCTETS.waiting)),
  })
}

/** All pods share a ConfigMap of 1 MiB: a score of them find room there, whatever is served and refused. */
const OCTETS = { served: 30_000, refused: 15_000, waiting: 7_000 } as const

/** Gateways come first: each of them has an address, and what has been attached to it is not in its way. */
const servedInTurns = (served: PodReport['served']): readonly string[] => {
  const { gateways = [], others = [] } = Object.groupBy(served.keys(), (id) => (isGateway(id) ? 'gateways' : 'others'))
  return [...idsInTurns(gateways), ...idsInTurns(others)]
}

const isGateway = (id: string): boolean => id.startsWith('Gateway ')

/** Whether an owner that a report does not name may be served nevertheless: where others are named, all Gateways are. */
const mayBeUntold = ({ served, untold = 0 }: PodReport, id: string): boolean =>
  untold > 0 && !(isGateway(id) && [...served.keys()].some((one) => !isGateway(one)))

/** `[3, 80, 443]`: the generation, and the ports. */
const listOf = ({ generation, ports }: ServedOwner): readonly number[] => [generation, ...ports]

/** What the pods of which `isPod` holds have written there, by their names. What cannot be read says nothing. */
export const readReports = (
  configMap: ConfigMap | undefined,
  isPod: (name: string) => boolean,
): ReadonlyMap<string, PodReport> =>
  new Map(
    Object.entries(configMap?.data ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([pod, text]) => (isPod(pod) ? [[pod, readReport(text)] as const] : [])),
  )

/** What is refused by any of them, in the words of the first. */
export const refusalsOf = (reports: Iterable<PodReport>): ReadonlyMap<string, string> =>
  firstWords(Array.from(reports, ({ refused }) => refused))

/** What of rules and listeners has to wait at any of them, in the words of the first. */
export const waitingOf = (reports: Iterable<PodReport>): ReadonlyMap<string, string> =>
  firstWords(Array.from(reports, ({ waiting }) => waiting))

const firstWords = (all: readonly ReadonlyMap<string, string>[]): ReadonlyMap<string, string> =>
  new Map(all.toReversed().flatMap((one) => [...one]))

/**
 * The generation of a Gateway or ListenerSet that all of them serve at a port, at least; `untold`: some have no room to say
 * so; undefined: some do not, or there is none. Who has said nothing at all has just come.
 */
export const servedBy = (reports: Iterable<PodReport>, owner: Origin, port: number): ServedAt => {
  const id = ownerId(owner)
  const generations = [...reports].flatMap((report): readonly ServedAt[] => {
    if (report.served.size === 0) return []
    const one = report.served.get(id)
    if (one === undefined) return [mayBeUntold(report, id) ? 'untold' : undefined]
    return [one.ports.includes(port) ? one.generation : undefined]
  })
  if (generations.length === 0 || generations.includes(undefined)) return undefined
  return generations.includes('untold') ? 'untold' : Math.min(...(generations as readonly number[]))
}

const readReport = (text: string): PodReport => {
  const { served, untold, refused, waiting } = fieldsOf(parsed(text))
  return {
    served: new Map(
      Object.entries(fieldsOf(served)).flatMap(([id, one]) => (isServed(one) ? [[id, ownerOf(one)]] : [])),
    ),
    ...(typeof untold === 'number' && { untold }),
    refused: textsOf(refused),
    waiting: byIds(waiting),
  }
}

const textsOf = (value: unknown): ReadonlyMap<string, string> =>
  new Map(Object.entries(fieldsOf(value)).flatMap(([id, one]) => (typeof one === 'string' ? [[id, one]] : [])))

/** Of ids by words. */
const byIds = (value: unknown): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(fieldsOf(value)).flatMap(([words, ids]) =>
      Array.isArray(ids) ? ids.flatMap((id) => (typeof id === 'string' ? [[id, words] as const] : [])) : [],
    ),
  )

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const isServed = (value: unknown): value is readonly [number, ...number[]] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number')
const ownerOf = ([generation, ...ports]: readonly [number, ...number[]]): ServedOwner => ({ generation, ports })

import type { SourceName } from '../sources/sources.ts'
import type { PartDefinition } from './part.ts'
import { PartError } from './part-error.ts'
import type { Place } from './place.ts'

/**
 * The definitions of the parts that were asked for by name, in the order of the list. Throws PartError: PART_UNKNOWN,
 * PART_NEEDS where one of them stands on what is not there.
 */
export const chosenParts = <Here extends Place>(
  place: string,
  list: readonly PartDefinition<Here>[],
  asked: readonly string[],
  hasSource: (source: SourceName) => boolean,
): readonly PartDefinition<Here>[] => {
  const known = list.map(({ name }) => name)
  const unknown = asked.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new PartError(
      'PART_UNKNOWN',
      `${place}: there is no part ${unknown.join(', ')}; parts are ${known.join(', ')}`,
    )
  const chosen = list.filter(({ name }) => asked.includes(name))
  for (const { name, needs } of chosen) {
    const parts = needs.parts.map((part) => part.name).filter((part) => !asked.includes(part))
    if (parts.length > 0)
      throw new PartError(
        'PART_NEEDS',
        `${place}: part ${name} needs part ${parts.join(', ')}; ask for ${[...parts, ...asked].join(',')}, or leave ${name} out`,
      )
    const sources = needs.sources.filter((source) => !hasSource(source))
    if (sources.length > 0)
      throw new PartError(
        'PART_NEEDS',
        `${place}: part ${name} needs ${sources.join(', ')}, which this process does not have; leave ${name} out`,
      )
  }
  return chosen
}

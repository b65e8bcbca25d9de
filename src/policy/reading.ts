import type { LabelRequirement } from '#objects/label-requirement.ts'
import { readSelector, type Selector } from './peer.ts'

/** Where in an object something stands that is read, and who is told what of it cannot be. */
export interface Place {
  readonly path: string
  readonly faults: string[]
}

export const at = ({ path, faults }: Place, field: string): Place => ({ path: `${path}.${field}`, faults })

/** A selector's requirements; undefined, and a fault, where it cannot be read. An empty one has none. */
export const requirements = (
  selector: NonNullable<Selector>,
  { path, faults }: Place,
): readonly LabelRequirement[] | undefined => {
  const read = readSelector(selector)
  if (read === undefined) faults.push(`${path} cannot be read: see its keys, operators and values`)
  return read
}

import type { SizeOf } from '../cost/size-node.ts'
import { type DeclaredType, LARGEST_REQUEST } from './declared-type.ts'

/** How large what is at a path of `self` can be. The name of the variable says nothing. */
export const sizesOf =
  (root: DeclaredType): SizeOf =>
  (path) => {
    let found: DeclaredType | undefined = root
    for (const step of path.slice(1)) {
      if (step === '@items' || step === '@values') found = found.element
      else if (step === '@keys') found = found.key
      else found = found.fields?.get(step)
      if (found === undefined) return undefined
    }
    return { min: 0, max: found.most }
  }

/** How often values of a type can stand in a request at most. */
export const mostOften = ({ bytes }: DeclaredType): number => Math.floor(LARGEST_REQUEST / (bytes + 1))

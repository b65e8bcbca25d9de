import { optionals } from './extended/optionals.ts'
import type { Overload } from './overload.ts'
import { access } from './standard/access.ts'
import { arithmetic } from './standard/arithmetic.ts'
import { comparison } from './standard/comparison.ts'
import { conversion } from './standard/conversion.ts'
import { texts } from './standard/texts.ts'
import { times } from './standard/times.ts'

const ALL: readonly (readonly Overload[])[] = [arithmetic, comparison, conversion, texts, times, access, optionals]

let functions: ReadonlyMap<string, readonly Overload[]> | undefined

/** Every function that Kubernetes' expressions may call, by name. */
export const library = (): ReadonlyMap<string, readonly Overload[]> => {
  functions ??= Map.groupBy(ALL.flat(), ({ name }) => name)
  return functions
}

import { lists } from './extended/lists.ts'
import { optionals } from './extended/optionals.ts'
import { sets } from './extended/sets.ts'
import { strings } from './extended/strings.ts'
import { addresses } from './kubernetes/addresses.ts'
import { authorization } from './kubernetes/authorization.ts'
import { formats } from './kubernetes/formats.ts'
import { jsonPatches } from './kubernetes/json-patches.ts'
import { patterns } from './kubernetes/patterns.ts'
import { quantities } from './kubernetes/quantities.ts'
import { semvers } from './kubernetes/semvers.ts'
import { urls } from './kubernetes/urls.ts'
import type { Overload } from './overload.ts'
import { access } from './standard/access.ts'
import { arithmetic } from './standard/arithmetic.ts'
import { comparison } from './standard/comparison.ts'
import { conversion } from './standard/conversion.ts'
import { texts } from './standard/texts.ts'
import { times } from './standard/times.ts'

let functions: ReadonlyMap<string, readonly Overload[]> | undefined

/** Every function that Kubernetes' expressions may call, by name. */
export const library = (): ReadonlyMap<string, readonly Overload[]> => {
  const standard = [arithmetic, comparison, conversion, texts, times, access]
  const extended = [optionals, strings, lists, sets]
  const kubernetes = [patterns, quantities, addresses, urls, semvers, formats, authorization, jsonPatches]
  functions ??= Map.groupBy([...standard, ...extended, ...kubernetes].flat(2), ({ name }) => name)
  return functions
}

import { RuntimeError } from '../../runtime-error.ts'
import type { AskVersion } from './said-version.ts'

/** What is read of what a program says of its version: the first three numbers. */
const VERSION = /(\d+)\.(\d+)(?:\.(\d+))?/

type Version = readonly [major: number, minor: number, patch: number]

const parse = (text: string): Version | undefined => {
  const [found, major, minor, patch = '0'] = VERSION.exec(text) ?? []
  return found === undefined ? undefined : [Number(major), Number(minor), Number(patch)]
}

const isOlder = (one: Version, other: Version): boolean => {
  const at = one.findIndex((part, index) => part !== other[index])
  return at >= 0 && one[at]! < other[at]!
}

/**
 * Rejects with RuntimeError RUNTIME_PROGRAM_OLD where the program says that it is older than `least` (`1.1.0`). What says
 * nothing that can be read is taken as it is: it may be newer than our words for it. Rejects as `ask` does.
 */
export const checkVersion = async (ask: AskVersion, program: string, least: string): Promise<void> => {
  const version = parse(await ask(program))
  if (version === undefined || !isOlder(version, parse(least)!)) return
  throw new RuntimeError(
    'RUNTIME_PROGRAM_OLD',
    `${program} is of version ${version.join('.')}, and ${least} or later is needed: install a newer one`,
  )
}

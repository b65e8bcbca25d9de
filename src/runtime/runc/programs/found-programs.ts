import type { Programs } from './conmon.ts'
import { checkVersion } from './program-version.ts'
import { findProgram } from './programs.ts'
import { versionAsker } from './said-version.ts'
import { sealedProgram } from './sealed-program.ts'

/** What we were written for: Debian 11's are older, Debian 12's newer. */
const RUNC_LEAST = '1.1.0'
const CONMON_LEAST = '2.0.26'

/** The programs that containers are made with, looked for when the first is wanted. */
export interface FoundPrograms {
  /** Throws RuntimeError RUNTIME_PROGRAM_MISSING. */
  readonly find: () => Programs
  /** The same, with runc by the path that it is to be started by for a container: see sealedProgram(). */
  readonly sealed: () => Promise<Programs>
  /** What runc says of its version. Rejects with RUNTIME_PROGRAM_MISSING. */
  readonly runcVersion: () => Promise<string>
  /**
   * Asks each for its version, where one of them has failed: of all containers that would cost some 20 ms of the first.
   * Rejects with RUNTIME_PROGRAM_MISSING, RUNTIME_PROGRAM_OLD.
   */
  readonly check: () => Promise<void>
}

/** `given`: where they are; absent: they are looked for. */
export function foundPrograms(given: Programs | undefined): FoundPrograms {
  let programs = given
  const ask = versionAsker()
  const find = (): Programs => {
    programs ??= { runc: findProgram('runc'), conmon: findProgram('conmon') }
    return programs
  }
  return {
    find,
    sealed: async () => {
      const { runc, conmon } = find()
      return { runc: await sealedProgram(runc), conmon }
    },
    runcVersion: async () => await ask(find().runc),
    async check() {
      const found = find()
      // A newer one may be installed elsewhere by the next try.
      programs = given
      await Promise.all([checkVersion(ask, found.runc, RUNC_LEAST), checkVersion(ask, found.conmon, CONMON_LEAST)])
    },
  }
}

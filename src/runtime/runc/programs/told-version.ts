/** The first line of `runc --version`. */
const TOLD = /^runc version (\S+)/m

/**
 * The version of runc in what it says of it (`ask`): `1.1.5+ds1`; where it says none, the one that it told last, undefined
 * where it never did. Never rejects.
 */
export const toldVersion = (ask: () => Promise<string>): (() => Promise<string | undefined>) => {
  let told: string | undefined
  return async () => {
    const said = await ask().catch(() => '')
    told = TOLD.exec(said)?.[1] ?? told
    return told
  }
}

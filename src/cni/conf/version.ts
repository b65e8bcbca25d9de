/** The versions of the CNI specification that we speak, the oldest first. */
const VERSIONS = ['0.3.0', '0.3.1', '0.4.0', '1.0.0', '1.1.0'] as const

export type CniVersion = (typeof VERSIONS)[number]

/** `0.3.0 to 1.1.0`, for messages. */
export const VERSION_RANGE = `${VERSIONS[0]} to ${VERSIONS.at(-1)}`

/** The newest of those that we speak; undefined where there is none. */
export const newestVersion = (texts: readonly string[]): CniVersion | undefined =>
  VERSIONS.findLast((version) => texts.includes(version))

/** Whether a version is that one or a later one. */
export const isAtLeast = (version: CniVersion, other: CniVersion): boolean =>
  VERSIONS.indexOf(version) >= VERSIONS.indexOf(other)
